#pragma once

#include <cstdint>
#include <tuple>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann::detail {

/// What cross-entropies skip: the label given to every voxel outside the mask.
inline constexpr std::int64_t ignored_label = -100;

/// The extents of one value per voxel: those of the logits without the classes.
[[nodiscard]] inline std::vector<std::int64_t> voxel_sizes(const torch::Tensor& logits) {
  auto voxels = logits.sizes().vec();
  voxels.erase(voxels.begin() + 1);
  return voxels;
}

/// Throws InvalidArgument unless the mask has one value per voxel of the logits and both have the right types.
inline void check_logits_and_mask(const torch::Tensor& logits, const torch::Tensor& mask) {
  if (logits.dim() < 3 || !logits.is_floating_point())
    throw InvalidArgument("logits", "floating point of shape (N, C, spatial...)",
                          fmt::format("{} of {}", c10::toString(logits.scalar_type()), shape_text(logits)));
  const auto voxels = voxel_sizes(logits);
  const bool is_mask_type = mask.scalar_type() == torch::kBool || mask.is_floating_point();
  if (mask.sizes() != voxels || !is_mask_type)
    throw InvalidArgument("mask", fmt::format("bool or floating point of shape ({})", fmt::join(voxels, ", ")),
                          fmt::format("{} of {}", c10::toString(mask.scalar_type()), shape_text(mask)));
}

/// As check_logits_and_mask, and throws InvalidArgument unless the labels are int64, one per voxel.
inline void check_loss_arguments(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& mask) {
  check_logits_and_mask(logits, mask);
  const auto voxels = voxel_sizes(logits);
  if (labels.sizes() != voxels || labels.scalar_type() != torch::kLong)
    throw InvalidArgument("labels", fmt::format("int64 of shape ({})", fmt::join(voxels, ", ")),
                          fmt::format("{} of {}", c10::toString(labels.scalar_type()), shape_text(labels)));
}

/// The labels with `ignored_label` wherever the mask is 0. Throws DataError where an annotated voxel's label is no
/// class.
[[nodiscard]] inline torch::Tensor masked_targets(const torch::Tensor& logits, const torch::Tensor& labels,
                                                  const torch::Tensor& mask) {
  check_loss_arguments(logits, labels, mask);
  const torch::Tensor annotated = mask.scalar_type() == torch::kBool ? mask : mask != 0;
  if (labels.numel() > 0) {
    const auto [lowest, highest] = torch::where(annotated, labels, 0).aminmax();
    const auto low = lowest.item<std::int64_t>();
    const auto high = highest.item<std::int64_t>();
    if (low < 0 || high >= logits.size(1))
      throw DataError("labels", fmt::format("classes from 0 to {} wherever the mask is set", logits.size(1) - 1),
                      fmt::format("label {}", low < 0 ? low : high));
  }
  return torch::where(annotated, labels, ignored_label);
}

/// Logits in the precision that losses are computed in: float32, or float64 where they have it.
[[nodiscard]] inline torch::Tensor loss_precision(const torch::Tensor& logits) {
  return logits.scalar_type() == torch::kDouble ? logits : logits.to(torch::kFloat);
}

/// Sum over voxels of class_weight[target] * mask * cross-entropy; an undefined class weight counts as 1.
[[nodiscard]] inline torch::Tensor summed_cross_entropy(const torch::Tensor& logits, const torch::Tensor& targets,
                                                        const torch::Tensor& mask, const torch::Tensor& class_weight) {
  const torch::Tensor values = loss_precision(logits);
  if (mask.scalar_type() == torch::kBool)
    return torch::cross_entropy_loss(values, targets, class_weight, at::Reduction::Sum, ignored_label);
  const torch::Tensor losses =
      torch::cross_entropy_loss(values, targets, class_weight, at::Reduction::None, ignored_label);
  return (losses * mask).sum();
}

} // namespace sparseann::detail
