#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/infer/padding.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// How windows are laid along an axis: by a share of overlap, or by the released DenseVoxNet's rule.
enum class WindowRule { overlap, paper };
constexpr std::array<std::string_view, 2> names_of(WindowRule) { return {"overlap", "paper"}; }

struct SlidingWindowOptions {
  std::size_t window = 64;
  WindowRule rule = WindowRule::paper;
  double overlap = 0.5;
  std::size_t batch = 4;

  friend void visit(SlidingWindowOptions& options, auto&& visitor) {
    visitor(field("window", options.window, "edge of the cubic window in voxels", at_least(1)));
    visitor(field("rule", options.rule, "how windows are laid: overlap or the paper's"));
    visitor(field("overlap", options.overlap, "share of a window that the next one overlaps", between(0.0, 0.95)));
    visitor(field("batch", options.batch, "windows per forward pass", at_least(1)));
  }
};

/// Origins of the windows along one axis: they cover 0..extent-1, the last one flush with the end.
///
/// overlap: stride = max(1, floor(window (1 - overlap))).
/// paper:   n = floor(extent / window) + 4 windows, stride = ceil((extent - window) / (n - 1)).
/// An axis no longer than the window has the single origin 0; the caller pads.
/// Source of the paper's rule: the test script released with DenseVoxNet (Yu et al. 2017), window 64.
[[nodiscard]] inline std::vector<std::size_t> window_origins(std::size_t extent, const SlidingWindowOptions& options) {
  if (extent <= options.window)
    return {0};
  const std::size_t last = extent - options.window;
  std::size_t stride = 1;
  if (options.rule == WindowRule::paper) {
    const std::size_t windows = extent / options.window + 4;
    stride = (last + windows - 2) / (windows - 1);
  } else {
    stride = std::max<std::size_t>(
        1, static_cast<std::size_t>(std::floor(static_cast<double>(options.window) * (1.0 - options.overlap))));
  }
  std::vector<std::size_t> origins;
  for (std::size_t origin = 0; origin < last; origin += stride)
    origins.push_back(origin);
  origins.push_back(last);
  return origins;
}

/// Dense prediction of a volume by overlapping cubic windows.
///
/// Formula: p(v) = mean over the windows w that hold v of softmax(logits_w(v)).
/// Shapes: volume (C, z, y, x) on any device; `predict` maps (N, C, w, w, w) on `device` to logits (N, K, w, w, w);
/// the result is (K, z, y, x) on the CPU, float32. Axes shorter than the window are padded by reflection.
/// Cost: one forward pass per window; K + 1 volumes of floats on `device`.
template <class Predict>
  requires std::invocable<Predict&, torch::Tensor>
[[nodiscard]] torch::Tensor sliding_window(const torch::Tensor& volume, const SlidingWindowOptions& options,
                                           torch::Device device, Predict&& predict) {
  const torch::NoGradGuard no_gradient;
  const auto window = static_cast<std::int64_t>(options.window);
  const std::array<std::int64_t, 3> extent{volume.size(1), volume.size(2), volume.size(3)};
  torch::Tensor padded = volume.to(device);
  for (std::int64_t axis = 0; axis < 3; ++axis)
    padded = pad_by_reflection(padded, axis + 1, std::max(window, padded.size(axis + 1)));

  std::vector<std::array<std::int64_t, 3>> origins;
  for (const std::size_t z : window_origins(static_cast<std::size_t>(padded.size(1)), options))
    for (const std::size_t y : window_origins(static_cast<std::size_t>(padded.size(2)), options))
      for (const std::size_t x : window_origins(static_cast<std::size_t>(padded.size(3)), options))
        origins.push_back({static_cast<std::int64_t>(z), static_cast<std::int64_t>(y), static_cast<std::int64_t>(x)});

  const auto at = [window](const torch::Tensor& tensor, const std::array<std::int64_t, 3>& origin) {
    return tensor.narrow(1, origin[0], window).narrow(2, origin[1], window).narrow(3, origin[2], window);
  };
  torch::Tensor sum;
  torch::Tensor windows_over = torch::zeros({1, padded.size(1), padded.size(2), padded.size(3)}, padded.options());
  for (std::size_t first = 0; first < origins.size(); first += options.batch) {
    const std::size_t count = std::min(options.batch, origins.size() - first);
    std::vector<torch::Tensor> crops;
    for (std::size_t i = 0; i < count; ++i)
      crops.push_back(at(padded, origins[first + i]));
    const torch::Tensor probabilities = torch::softmax(predict(torch::stack(crops)).to(torch::kFloat), 1);
    if (!sum.defined())
      sum = torch::zeros({probabilities.size(1), padded.size(1), padded.size(2), padded.size(3)}, padded.options());
    for (std::size_t i = 0; i < count; ++i) {
      at(sum, origins[first + i]).add_(probabilities[static_cast<std::int64_t>(i)]);
      at(windows_over, origins[first + i]).add_(1.0);
    }
  }
  sum.div_(windows_over);
  return sum.narrow(1, 0, extent[0]).narrow(2, 0, extent[1]).narrow(3, 0, extent[2]).to(torch::kCPU).contiguous();
}

} // namespace sparseann
