#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann {

/// Brings the intensities of one case to a common scale; the name of the case is for error messages only.
template <class N>
concept Normaliser = requires(const N normaliser, Image image, std::string_view case_name) {
  { normaliser(std::move(image), case_name) } -> std::same_as<Image>;
};

/// Zero mean and unit variance of every channel over all voxels of a case.
///
/// Formula: (x - mean) / standard deviation, both over all voxels (divisor n), in double.
/// Shapes: (C, z, y, x) in and out.
/// Cost: three passes; in place.
/// Throws: DataError, which names the case and the channel, for values that are not finite, are all equal or are none.
struct ZScore {
  [[nodiscard]] Image operator()(Image image, std::string_view case_name) const {
    const std::string source = fmt::format("image of case {}", case_name);
    if (image.voxels.size() == 0)
      throw DataError(source, "at least one voxel", "none");
    const std::size_t voxels = image.voxels.size() / image.channels();
    for (std::size_t channel = 0; channel < image.channels(); ++channel)
      normalise(elements(image.voxels).subspan(channel * voxels, voxels), channel, source);
    return image;
  }

private:
  static void check(std::span<const float> values, std::size_t channel, const std::string& source) {
    const auto broken = std::ranges::find_if(values, [](float value) { return !std::isfinite(value); });
    if (broken != values.end())
      throw DataError(source, "finite values",
                      fmt::format("{} at voxel {} of channel {}", *broken, broken - values.begin(), channel));
    const auto [low, high] = std::ranges::minmax(values);
    if (low == high)
      throw DataError(source, "values that differ", fmt::format("{} in all of channel {}", low, channel));
  }

  static void normalise(std::span<float> values, std::size_t channel, const std::string& source) {
    check(values, channel, source);
    const auto count = static_cast<double>(values.size());
    double sum = 0.0;
    for (const float value : values)
      sum += static_cast<double>(value);
    const double mean = sum / count;
    double squares = 0.0;
    for (const float value : values)
      squares += (static_cast<double>(value) - mean) * (static_cast<double>(value) - mean);
    const double deviation = std::sqrt(squares / count);
    for (float& value : values)
      value = static_cast<float>((static_cast<double>(value) - mean) / deviation);
  }
};

/// Normalises the images of a cohort, case by case, in place.
template <Normaliser N = ZScore> void normalise_images(Cohort& cohort, const N& normaliser = {}) {
  for (auto* cases : {&cohort.training, &cohort.test})
    for (Case& subject : *cases)
      subject.image = normaliser(std::move(subject.image), subject.name);
}

} // namespace sparseann
