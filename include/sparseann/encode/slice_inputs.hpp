#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/input_convention.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Which intensities of a volume become the darkest and the brightest of a pretrained network's input.
struct IntensityWindowOptions {
  double low_percentile = 0.5;
  double high_percentile = 99.5;

  friend void visit(IntensityWindowOptions& options, auto&& visitor) {
    visitor(field("low_percentile", options.low_percentile,
                  "percentile of a volume that becomes the input's lowest value", between(0, 100)));
    visitor(field("high_percentile", options.high_percentile,
                  "percentile of a volume that becomes the input's highest value", between(0, 100)));
  }

  friend void check_together(const IntensityWindowOptions& options, const std::string& prefix) {
    if (options.low_percentile >= options.high_percentile)
      throw InvalidArgument(field_name(prefix, "low_percentile"),
                            fmt::format("less than high_percentile, {}", options.high_percentile),
                            fmt::format("{}", options.low_percentile));
  }
};

namespace detail {

/// The intensities that become 0 and 1. The extremes stand in for percentiles that are equal.
[[nodiscard]] inline std::array<double, 2> intensity_window(std::vector<float> values,
                                                            const IntensityWindowOptions& options) {
  const double low = percentile<float>(values, options.low_percentile);
  const double high = percentile<float>(values, options.high_percentile);
  if (low < high)
    return {low, high};
  const auto [least, most] = std::ranges::minmax(values);
  return {static_cast<double>(least), static_cast<double>(most)};
}

} // namespace detail

/// Slices as a pretrained network takes them.
///
/// Formula: v = clamp((x - p_low) / (p_high - p_low), 0, 1), with the percentiles of the slice's whole volume, each
/// channel by itself, then resized (bilinear, antialiased): that is a picture. An input is
/// (low + v (high - low) - mean) / divisor with what the weight file names. A channel whose percentiles are equal is
/// mapped by its extremes, and is 0 where these are equal, too.
/// Shapes: pictures (N, C, S, S); inputs (N, 3, S, S). One channel is spread to three, three are red, green and blue.
/// Cost: a copy and two partial sorts of each volume when made; a picture reads its slice. Views the slices' cases.
/// Throws: InvalidArgument for no slices; DataError naming the case for another number of channels and for intensities
/// that are not finite.
class SliceInputs {
public:
  SliceInputs(const SliceSource& slices, const IntensityWindowOptions& window, std::size_t edge,
              const InputConvention& convention)
      : slices_(slices), edge_(static_cast<std::int64_t>(edge)), convention_(convention) {
    if (slices.size() == 0)
      throw InvalidArgument("slices", "at least one", "none");
    for (std::size_t i = 0; i < slices.size(); ++i)
      if (!windows_.contains(slices.index(i).case_index))
        windows_.emplace(slices.index(i).case_index, windows_of(slices.case_of(i), slices.channels(), window));
  }

  [[nodiscard]] std::size_t size() const noexcept { return slices_.size(); }
  [[nodiscard]] std::int64_t channels() const { return static_cast<std::int64_t>(slices_.channels()); }

  /// The slices at these positions, in [0, 1].
  [[nodiscard]] torch::Tensor pictures(std::span<const std::int64_t> positions) const {
    const auto count = static_cast<std::int64_t>(positions.size());
    const torch::Tensor batch = torch::empty({count, channels(), edge_, edge_});
    at::parallel_for(0, count, 1, [&](std::int64_t begin, std::int64_t end) {
      const torch::NoGradGuard no_gradient; // which each thread decides by itself
      for (std::int64_t i = begin; i < end; ++i)
        batch[i].copy_(picture(static_cast<std::size_t>(positions[static_cast<std::size_t>(i)])));
    });
    return batch;
  }

  /// Pictures as the network takes them.
  [[nodiscard]] torch::Tensor inputs(const torch::Tensor& pictures) const {
    const auto per_channel = [&](const std::array<double, 3>& values) {
      return torch::tensor({values[0], values[1], values[2]}, pictures.options()).view({1, 3, 1, 1});
    };
    const double range = convention_.high - convention_.low;
    const torch::Tensor spread = pictures.expand({-1, 3, -1, -1});
    return (spread * range + convention_.low - per_channel(convention_.mean)) / per_channel(convention_.divisor);
  }

private:
  /// Of each channel.
  using Windows = std::vector<std::array<double, 2>>;

  static Windows windows_of(const Case& scan, std::size_t channels, const IntensityWindowOptions& options) {
    if (scan.image.channels() != channels || (channels != 1 && channels != 3))
      throw DataError(fmt::format("case {}", scan.name),
                      "one channel in all cases, which is spread to three, or three, which are red, green and blue",
                      fmt::format("{}", scan.image.channels()));
    const std::span<const float> voxels = elements(scan.image.voxels);
    if (!std::ranges::all_of(voxels, [](float value) { return std::isfinite(value); }))
      throw DataError(fmt::format("case {}", scan.name), "finite voxels", "some that are not");
    const std::size_t count = voxels.size() / channels;
    Windows windows;
    for (std::size_t c = 0; c < channels; ++c) {
      const std::span<const float> channel = voxels.subspan(c * count, count);
      windows.push_back(detail::intensity_window({channel.begin(), channel.end()}, options));
    }
    return windows;
  }

  [[nodiscard]] torch::Tensor picture(std::size_t position) const {
    const Windows& windows = windows_.at(slices_.index(position).case_index);
    torch::Tensor slice = slices_.slice(position).clone();
    for (std::size_t c = 0; c < windows.size(); ++c) {
      const auto [low, high] = windows[c];
      slice[static_cast<std::int64_t>(c)].sub_(low).div_(low < high ? high - low : 1.0).clamp_(0, 1);
    }
    return at::_upsample_bilinear2d_aa(slice.unsqueeze(0), {edge_, edge_}, false).squeeze(0);
  }

  SliceSource slices_;
  std::int64_t edge_;
  InputConvention convention_;
  std::map<std::size_t, Windows> windows_; ///< by case
};

} // namespace sparseann
