#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/augment.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/crop.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/train/training_step.hpp"

namespace sparseann {

/// Images and labels of a training step. Shapes: images (N, C, spatial...) float32, labels (N, spatial...) int64, mask
/// (N, spatial...) bool, true where a label is known.
struct PatchBatch {
  torch::Tensor images;
  torch::Tensor labels;
  torch::Tensor mask;
  std::string samples; ///< cases and places, for errors
};

void visit_tensors(PatchBatch& batch, auto&& visitor) {
  visitor(batch.images);
  visitor(batch.labels);
  visitor(batch.mask);
}

/// Where a patch lies and how it is turned.
struct PatchPlace {
  std::size_t case_index = 0;
  CropOrigin<3> origin{};
  Augmentation augmentation;
};

/// Where patches lie, as "heart_3 at z 12, y 0, x 8; ...", for errors.
[[nodiscard]] inline std::string to_text(std::span<const PatchPlace> places, std::span<const Case> cases) {
  std::string text;
  for (const PatchPlace& place : places)
    text += fmt::format("{}{} at z {}, y {}, x {}", text.empty() ? "" : "; ", cases[place.case_index].name,
                        place.origin[0], place.origin[1], place.origin[2]);
  return text;
}

/// A patch of an image, or of class probabilities, at a place. Shape: (C, z, y, x).
template <TensorElement T>
[[nodiscard]] torch::Tensor patch_at(const PatchPlace& place, const Array4<T>& volume, const CropExtent<3>& extent) {
  const Array4<T> patch = augment_volume(place.augmentation, extract_crop(volume, place.origin, extent));
  return from_array(patch).clone();
}

/// A patch of labels at a place; `outside` beyond the volume. Shape: (z, y, x), int64.
[[nodiscard]] inline torch::Tensor patch_at(const PatchPlace& place, const Array3<std::uint8_t>& labels,
                                            const CropExtent<3>& extent, std::uint8_t outside) {
  const Array3<std::uint8_t> patch =
      augment_volume(place.augmentation, extract_crop(labels, place.origin, extent, outside));
  return from_array(patch).to(torch::kLong);
}

namespace detail {

/// The annotated voxels' offsets in memory order, of each class that has any.
[[nodiscard]] inline std::vector<std::vector<std::size_t>> offsets_by_class(const SparseLabels& labels) {
  std::vector<std::vector<std::size_t>> offsets(labels.classes());
  for (const std::size_t offset : labels.annotated_offsets())
    offsets[elements(labels.voxels())[offset]].push_back(offset);
  std::erase_if(offsets, [](const auto& of_class) { return of_class.empty(); });
  return offsets;
}

} // namespace detail

/// Draws random cubic patches of sparsely labelled volumes.
///
/// A case, then an origin, both uniform. A patch without any annotated voxel would teach nothing: it is drawn anew
/// around an annotated voxel of the same case. With a `balanced_share`, so many of the patches are drawn around a voxel
/// of a class instead, each class that is annotated in the case as likely, each of its voxels, too. Volumes smaller
/// than the patch are reflected, without labels outside. Cost: O(patch) per patch; with a `balanced_share`, 8 bytes per
/// annotated voxel. Throws: DataError for a case without any annotated voxel.
class PatchSampler {
public:
  PatchSampler(std::span<const Case> cases, std::span<const SparseLabels> labels, std::size_t edge,
               const AugmentationOptions& augmentation, double balanced_share = 0)
      : cases_(cases), labels_(labels), extent_{edge, edge, edge}, augmentation_(augmentation),
        balanced_share_(balanced_share) {
    check_augmentation(augmentation, extent_);
    for (std::size_t c = 0; c < cases.size(); ++c) {
      if (labels[c].annotated_voxels() == 0)
        throw DataError("labels of case " + cases[c].name, "at least one annotated voxel", "none");
      if (balanced_share > 0)
        offsets_by_class_.push_back(detail::offsets_by_class(labels[c]));
    }
  }

  /// The samples of a part of a batch, each from the iteration's generator split by its number.
  [[nodiscard]] PatchBatch draw(const BatchPart& part, const Generator& iteration) const {
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> labels;
    std::vector<PatchPlace> places;
    for (std::size_t i = 0; i < part.count; ++i) {
      Generator generator = iteration.split(part.first + i);
      PatchPlace place = draw_place(generator);
      torch::Tensor patch = label_patch(place);
      const auto unlabelled = static_cast<std::int64_t>(labels_[place.case_index].unlabelled());
      if (!patch.ne(unlabelled).any().item<bool>()) {
        place.origin = draw_origin_around(annotated_voxel(place.case_index, generator),
                                          cases_[place.case_index].image.shape(), extent_, generator);
        patch = label_patch(place);
      }
      images.push_back(patch_at(place, cases_[place.case_index].image.voxels, extent_));
      labels.push_back(patch);
      places.push_back(place);
    }
    PatchBatch batch{
        .images = torch::stack(images), .labels = torch::stack(labels), .mask = {}, .samples = to_text(places, cases_)};
    batch.mask = batch.labels.ne(static_cast<std::int64_t>(labels_.front().unlabelled()));
    return batch;
  }

private:
  [[nodiscard]] PatchPlace draw_place(Generator& generator) const {
    PatchPlace place{.case_index = generator.uniform_index(cases_.size())};
    const Shape3& shape = cases_[place.case_index].image.shape();
    if (balanced_share_ > 0 && generator.coin(balanced_share_))
      place.origin = draw_origin_around(voxel_of_some_class(place.case_index, generator), shape, extent_, generator);
    else
      place.origin = draw_origin(shape, extent_, generator);
    place.augmentation = draw_augmentation(augmentation_, generator);
    return place;
  }

  [[nodiscard]] torch::Tensor label_patch(const PatchPlace& place) const {
    const SparseLabels& labels = labels_[place.case_index];
    return patch_at(place, labels.voxels(), extent_, labels.unlabelled());
  }

  [[nodiscard]] Shape3 voxel_of_some_class(std::size_t case_index, Generator& generator) const {
    const auto& classes = offsets_by_class_[case_index];
    const auto& offsets = classes[generator.uniform_index(classes.size())];
    const std::size_t offset = offsets[generator.uniform_index(offsets.size())];
    const Shape3& shape = cases_[case_index].image.shape();
    return {offset / (shape[1] * shape[2]), offset / shape[2] % shape[1], offset % shape[2]};
  }

  /// By rejection, which ends because every case has an annotated voxel; at one slice in 80 it takes 30 draws.
  [[nodiscard]] Shape3 annotated_voxel(std::size_t case_index, Generator& generator) const {
    const auto& voxels = labels_[case_index].voxels();
    for (;;) {
      const Shape3 voxel{generator.uniform_index(voxels.shape(0)), generator.uniform_index(voxels.shape(1)),
                         generator.uniform_index(voxels.shape(2))};
      if (voxels(voxel[0], voxel[1], voxel[2]) != labels_[case_index].unlabelled())
        return voxel;
    }
  }

  std::span<const Case> cases_;
  std::span<const SparseLabels> labels_;
  CropExtent<3> extent_;
  AugmentationOptions augmentation_;
  double balanced_share_;
  std::vector<std::vector<std::vector<std::size_t>>> offsets_by_class_; ///< by case; where the share is not 0
};

} // namespace sparseann
