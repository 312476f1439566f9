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

/// How much a voxel's place in a window counts: the same everywhere, or most in the middle.
enum class WindowWeights { uniform, gaussian };
constexpr std::array<std::string_view, 2> names_of(WindowWeights) { return {"uniform", "gaussian"}; }

struct SlidingWindowOptions {
  std::size_t window = 64;
  WindowRule rule = WindowRule::paper;
  double overlap = 0.5;
  WindowWeights weights = WindowWeights::uniform;
  std::size_t batch = 4;

  friend void visit(SlidingWindowOptions& options, auto&& visitor) {
    visitor(field("window", options.window, "edge of the cubic window in voxels", at_least(1)));
    visitor(field("rule", options.rule, "how windows are laid: overlap or the paper's"));
    visitor(field("overlap", options.overlap, "share of a window that the next one overlaps", between(0.0, 0.95)));
    visitor(
        field("weights", options.weights, "what a window's voxels count: uniform, or gaussian, most in the middle"));
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

/// What a window's voxels count along one axis.
///
/// uniform: 1. gaussian: exp(-((i - (window - 1) / 2) / (window / 8))^2 / 2).
/// Source of the Gaussian's width: nnU-Net (Isensee et al. 2021). Deviates: not cut off near the corners, as what they
/// count for is divided by what the windows over a voxel count for together.
[[nodiscard]] inline std::vector<double> window_weights(const SlidingWindowOptions& options) {
  std::vector<double> weights(options.window, 1.0);
  if (options.weights == WindowWeights::gaussian)
    for (std::size_t i = 0; i < weights.size(); ++i) {
      const auto window = static_cast<double>(options.window);
      const double place = (static_cast<double>(i) - (window - 1) / 2) / (window / 8);
      weights[i] = std::exp(-place * place / 2);
    }
  return weights;
}

namespace detail {

/// The windows along one axis: where they begin and what they count.
struct WindowAxis {
  std::vector<std::size_t> origins;
  torch::Tensor weights; ///< (window)
  torch::Tensor sum;     ///< (extent): over the windows that hold a voxel

  WindowAxis(std::int64_t extent, const SlidingWindowOptions& options, torch::Device device)
      : origins(window_origins(static_cast<std::size_t>(extent), options)),
        weights(torch::tensor(window_weights(options), torch::kDouble)), sum(torch::zeros({extent}, torch::kDouble)) {
    for (const std::size_t origin : origins)
      sum.narrow(0, static_cast<std::int64_t>(origin), static_cast<std::int64_t>(options.window)).add_(weights);
    weights = weights.to(device, torch::kFloat);
    sum = sum.to(device, torch::kFloat);
  }
};

/// A vector along one of the axes of (C, z, y, x).
[[nodiscard]] inline torch::Tensor along(const torch::Tensor& values, std::size_t axis) {
  std::vector<std::int64_t> shape(4, 1);
  shape[axis + 1] = values.size(0);
  return values.view(shape);
}

} // namespace detail

/// Dense prediction of a volume by overlapping cubic windows.
///
/// Formula: p(v) = sum over the windows w that hold v of g_w(v) softmax(logits_w(v)) / sum of g_w(v), g the weight of
/// the voxel's place in the window, a product over the axes; as the windows are one, too, so is the divisor, which
/// needs no volume.
/// Shapes: volume (C, z, y, x) on any device; `predict` maps (N, C, w, w, w) on `device` to logits (N, K, w, w, w);
/// the result is (K, z, y, x) on the CPU, float32. Axes shorter than the window are padded by reflection.
/// Cost: one forward pass per window; beside it C + K volumes of floats on `device`, and a batch of windows.
template <class Predict>
  requires std::invocable<Predict&, torch::Tensor>
[[nodiscard]] torch::Tensor sliding_window(const torch::Tensor& volume, const SlidingWindowOptions& options,
                                           torch::Device device, Predict&& predict) {
  const torch::NoGradGuard no_gradient;
  const auto window = static_cast<std::int64_t>(options.window);
  torch::Tensor padded = volume.to(device);
  std::vector<detail::WindowAxis> axes;
  for (std::int64_t axis = 1; axis < 4; ++axis) {
    padded = pad_by_reflection(padded, axis, std::max(window, padded.size(axis)));
    axes.emplace_back(padded.size(axis), options, device);
  }
  std::vector<std::array<std::int64_t, 3>> origins;
  for (const std::size_t z : axes[0].origins)
    for (const std::size_t y : axes[1].origins)
      for (const std::size_t x : axes[2].origins)
        origins.push_back({static_cast<std::int64_t>(z), static_cast<std::int64_t>(y), static_cast<std::int64_t>(x)});

  const auto at = [window](const torch::Tensor& tensor, const std::array<std::int64_t, 3>& origin) {
    return tensor.narrow(1, origin[0], window).narrow(2, origin[1], window).narrow(3, origin[2], window);
  };
  torch::Tensor sum;
  for (std::size_t first = 0; first < origins.size(); first += options.batch) {
    const std::size_t count = std::min(options.batch, origins.size() - first);
    std::vector<torch::Tensor> crops;
    for (std::size_t i = 0; i < count; ++i)
      crops.push_back(at(padded, origins[first + i]));
    torch::Tensor probabilities = torch::softmax(predict(torch::stack(crops)).to(torch::kFloat), 1);
    if (!sum.defined())
      sum = torch::zeros({probabilities.size(1), padded.size(1), padded.size(2), padded.size(3)}, padded.options());
    if (options.weights == WindowWeights::gaussian)
      for (std::size_t axis = 0; axis < 3; ++axis)
        probabilities.mul_(detail::along(axes[axis].weights, axis));
    for (std::size_t i = 0; i < count; ++i)
      at(sum, origins[first + i]).add_(probabilities[static_cast<std::int64_t>(i)]);
  }
  for (std::size_t axis = 0; axis < 3; ++axis)
    sum.div_(detail::along(axes[axis].sum, axis));
  return sum.narrow(1, 0, volume.size(1))
      .narrow(2, 0, volume.size(2))
      .narrow(3, 0, volume.size(3))
      .to(torch::kCPU)
      .contiguous();
}

} // namespace sparseann
