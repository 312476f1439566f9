#pragma once

#include <cmath>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/slices.hpp"

namespace sparseann {

namespace detail {

/// The slice less its mean, at length 1; empty for a constant slice.
[[nodiscard]] inline std::vector<double> standardised_slice(const Image& image, Plane plane, std::size_t slice) {
  const Array3<float> channels = copy_slice(image.voxels, plane, slice);
  const auto values = elements(channels).first(channels.shape(1) * channels.shape(2));
  double mean = 0;
  for (const float value : values)
    mean += value;
  mean /= static_cast<double>(values.size());
  std::vector<double> result;
  result.reserve(values.size());
  double squares = 0;
  for (const float value : values) {
    result.push_back(value - mean);
    squares += result.back() * result.back();
  }
  if (squares == 0)
    return {};
  for (double& value : result)
    value /= std::sqrt(squares);
  return result;
}

} // namespace detail

/// How alike the slices of a plane are: by their distance in slices, from 0, the mean correlation of all pairs that lie
/// so far apart. What annotating every slice spends on seeing the same again.
///
/// Formula: Pearson's r of the first channel's values, voxel by voxel; pairs with a constant slice are left out, and a
/// distance that has no other pair has no value. Cost: O(distances x voxels), a copy of the scan in double.
/// Throws: InvalidArgument for `most_apart` that no two slices are.
[[nodiscard]] inline std::vector<std::optional<double>> slice_similarity(const Image& image, Plane plane,
                                                                         std::size_t most_apart) {
  const std::size_t slices = slice_count(image.shape(), plane);
  if (most_apart >= slices)
    throw InvalidArgument("most_apart", fmt::format("below {}, the number of slices", slices),
                          std::to_string(most_apart));
  std::vector<std::vector<double>> standardised;
  standardised.reserve(slices);
  for (std::size_t s = 0; s < slices; ++s)
    standardised.push_back(detail::standardised_slice(image, plane, s));
  std::vector<std::optional<double>> similarities;
  similarities.reserve(most_apart + 1);
  for (std::size_t apart = 0; apart <= most_apart; ++apart) {
    double sum = 0;
    std::size_t pairs = 0;
    for (std::size_t s = 0; s + apart < slices; ++s) {
      const std::vector<double>& a = standardised[s];
      const std::vector<double>& b = standardised[s + apart];
      if (a.empty() || b.empty())
        continue;
      for (std::size_t i = 0; i < a.size(); ++i)
        sum += a[i] * b[i];
      ++pairs;
    }
    similarities.push_back(pairs > 0 ? std::optional(sum / static_cast<double>(pairs)) : std::nullopt);
  }
  return similarities;
}

} // namespace sparseann
