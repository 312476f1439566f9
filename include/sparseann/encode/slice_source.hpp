#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// A sequence of slices of a cohort's cases, read when asked for. Holds views: the cases must outlive it.
class SliceSource {
public:
  SliceSource(std::span<const Case> cases, std::vector<SliceIndex> slices)
      : cases_(cases), slices_(std::move(slices)) {}

  [[nodiscard]] std::size_t size() const noexcept { return slices_.size(); }
  [[nodiscard]] const SliceIndex& index(std::size_t position) const { return slices_.at(position); }
  [[nodiscard]] const Case& case_of(std::size_t position) const { return cases_[slices_.at(position).case_index]; }
  [[nodiscard]] std::size_t channels() const { return cases_.front().image.channels(); }

  /// The intensities of slice `position`. Shape: (C, rows, columns), float32, a view on the case.
  [[nodiscard]] torch::Tensor slice(std::size_t position) const {
    const SliceIndex& wanted = index(position);
    const Image& image = cases_[wanted.case_index].image;
    return from_array(image.voxels)
        .select(static_cast<std::int64_t>(stacking_axis(wanted.plane)) + 1, static_cast<std::int64_t>(wanted.slice));
  }

private:
  std::span<const Case> cases_;
  std::vector<SliceIndex> slices_;
};

/// Every slice of `planes` of every case: by case, then plane, then position.
[[nodiscard]] inline std::vector<SliceIndex> all_slices(std::span<const Case> cases, std::span<const Plane> planes) {
  std::vector<SliceIndex> slices;
  for (std::size_t c = 0; c < cases.size(); ++c)
    for (const Plane plane : planes)
      for (std::size_t s = 0; s < slice_count(cases[c].image.shape(), plane); ++s)
        slices.push_back({c, plane, s});
  return slices;
}

} // namespace sparseann
