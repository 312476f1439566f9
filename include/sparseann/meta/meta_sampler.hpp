#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/data/augment.hpp"
#include "sparseann/data/crop.hpp"
#include "sparseann/meta/meta_subject.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/training_options.hpp"

namespace sparseann {

/// What the meta-model reads in one step and what it may fit. Shapes for N patches, C classes, S sets.
struct MetaBatch {
  std::vector<PatchPlace> places;
  torch::Tensor images;   ///< (N, channels, z, y, x)
  torch::Tensor averages; ///< (N, C, z, y, x): A(.)
  torch::Tensor sets;     ///< (N, S, z, y, x) int64
  torch::Tensor mask;     ///< (N, z, y, x) bool: within the volume
};

void visit_tensors(MetaBatch& batch, auto&& visitor) {
  visitor(batch.images);
  visitor(batch.averages);
  visitor(batch.sets);
  visitor(batch.mask);
}

/// Draws random cubic patches of training volumes with the targets of every pseudo-label set.
///
/// A case, then an origin, both uniform. Volumes smaller than the patch are reflected, without targets outside.
/// Cost: O(S * patch) per patch. `task` and `subjects` must outlive the sampler.
class MetaSampler {
public:
  MetaSampler(const EnsembleTask& task, std::span<const MetaSubject> subjects, const TrainingOptions& options)
      : task_(task), subjects_(subjects), extent_{options.patch, options.patch, options.patch},
        augmentation_(options.augmentation) {
    check_augmentation(augmentation_, extent_);
  }

  /// The samples of a part of a batch, each from the iteration's generator split by its number.
  [[nodiscard]] MetaBatch draw(const BatchPart& part, const Generator& iteration) const {
    const auto outside = static_cast<std::uint8_t>(task_.classes);
    MetaBatch batch;
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> averages;
    std::vector<torch::Tensor> sets;
    for (std::size_t i = 0; i < part.count; ++i) {
      Generator generator = iteration.split(part.first + i);
      PatchPlace place{.case_index = generator.uniform_index(task_.cases.size())};
      const Image& image = task_.cases[place.case_index].image;
      const MetaSubject& subject = subjects_[place.case_index];
      place.origin = draw_origin(image.shape(), extent_, generator);
      place.augmentation = draw_augmentation(augmentation_, generator);
      images.push_back(patch_at(place, image.voxels, extent_));
      averages.push_back(patch_at(place, subject.average, extent_));
      std::vector<torch::Tensor> targets;
      for (const Array3<std::uint8_t>& target : subject.targets)
        targets.push_back(patch_at(place, target, extent_, outside));
      sets.push_back(torch::stack(targets));
      batch.places.push_back(place);
    }
    batch.images = torch::stack(images);
    batch.averages = torch::stack(averages);
    batch.sets = torch::stack(sets);
    batch.mask = batch.sets.select(1, 0).ne(static_cast<std::int64_t>(outside));
    return batch;
  }

  /// The class probabilities that the chosen set of each sample gives; with `expert`, annotated voxels have the
  /// expert's label for certain. Shape: (N, C, z, y, x) float32.
  [[nodiscard]] torch::Tensor soft_targets(const MetaBatch& batch, std::span<const std::size_t> chosen,
                                           bool expert) const {
    std::vector<torch::Tensor> targets;
    for (std::size_t sample = 0; sample < chosen.size(); ++sample) {
      const PatchPlace& place = batch.places[sample];
      torch::Tensor target =
          patch_at(place, task_.sets[chosen[sample]].training[place.case_index], extent_).to(torch::kFloat).div_(255.0);
      targets.push_back(expert ? with_expert(place, target) : target);
    }
    return torch::stack(targets);
  }

private:
  [[nodiscard]] torch::Tensor with_expert(const PatchPlace& place, const torch::Tensor& target) const {
    const SparseLabels& labels = task_.labels[place.case_index];
    const torch::Tensor known = patch_at(place, labels.voxels(), extent_, labels.unlabelled());
    const auto classes = static_cast<std::int64_t>(task_.classes);
    const torch::Tensor one_hot = torch::one_hot(known, classes + 1).narrow(-1, 0, classes).movedim(-1, 0);
    return torch::where(known.ne(classes).unsqueeze(0), one_hot.to(torch::kFloat), target);
  }

  const EnsembleTask& task_;
  std::span<const MetaSubject> subjects_;
  CropExtent<3> extent_;
  AugmentationOptions augmentation_;
};

} // namespace sparseann
