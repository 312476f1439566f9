#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/annotated_slices.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/augment.hpp"
#include "sparseann/data/crop.hpp"
#include "sparseann/data/slices.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/train/labelled_cases.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/training_step.hpp"

namespace sparseann {

/// Draws random square patches of annotated slices for a 2D network shared by the planes.
///
/// A case, one of its planes that have annotated slices, one of these, an origin: each uniform ("randomly chooses a
/// stack and a plane, and crops a patch from a slice"). Slices smaller than the patch are reflected, without labels
/// outside. With a `balanced_share`, so many of the patches are drawn around a pixel of a class instead, each class of
/// the chosen slice as likely. What was left open of a slice is masked. Throws: DataError for a case without a drawn
/// slice, see drawn_slices.
class SliceSampler {
public:
  SliceSampler(const LabelledCases& data, std::size_t edge, const AugmentationOptions& augmentation,
               double balanced_share = 0)
      : data_(data), extent_{edge, edge}, augmentation_(augmentation), balanced_share_(balanced_share) {
    for (std::size_t c = 0; c < data.cases.size(); ++c) {
      planes_.emplace_back();
      for (const Plane plane : data.planes)
        if (std::vector<std::size_t> slices = drawn_slices(data.labels[c], plane); !slices.empty())
          planes_.back().push_back({plane, std::move(slices)});
      if (planes_.back().empty())
        throw DataError("labels of case " + data.cases[c].name, "an annotated slice", "none");
    }
  }

  /// The samples of a part of a batch, each from the iteration's generator split by its number.
  [[nodiscard]] PatchBatch draw(const BatchPart& part, const Generator& iteration) const {
    PatchBatch batch;
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> labels;
    for (std::size_t i = 0; i < part.count; ++i) {
      Generator generator = iteration.split(part.first + i);
      const std::size_t case_index = generator.uniform_index(data_.cases.size());
      const auto& [plane, choices] = planes_[case_index][generator.uniform_index(planes_[case_index].size())];
      const std::size_t slice = choices[generator.uniform_index(choices.size())];
      const Image& image = data_.cases[case_index].image;
      const SparseLabels& sparse = data_.labels[case_index];
      const Array2<std::uint8_t> slice_labels = copy_slice(sparse.voxels(), plane, slice);
      const CropOrigin<2> origin = draw_place(slice_labels, sparse.unlabelled(), generator);
      const Augmentation augmentation = draw_augmentation(augmentation_, generator);
      const Array3<float> patch =
          augment_slice(augmentation, plane, extract_crop(copy_slice(image.voxels, plane, slice), origin, extent_));
      const Array2<std::uint8_t> label_patch =
          augment_slice(augmentation, plane, extract_crop(slice_labels, origin, extent_, sparse.unlabelled()));
      images.push_back(from_array(patch).clone());
      labels.push_back(from_array(label_patch).to(torch::kLong));
      batch.samples += fmt::format("{}{}, slice {} of {}, at row {}, column {}", i == 0 ? "" : "; ",
                                   data_.cases[case_index].name, slice, name_of(plane), origin[0], origin[1]);
    }
    batch.images = torch::stack(images);
    batch.labels = torch::stack(labels);
    batch.mask = batch.labels.ne(static_cast<std::int64_t>(data_.labels.front().unlabelled()));
    return batch;
  }

private:
  [[nodiscard]] CropOrigin<2> draw_place(const Array2<std::uint8_t>& labels, std::uint8_t unlabelled,
                                         Generator& generator) const {
    const CropExtent<2> shape{labels.shape(0), labels.shape(1)};
    if (balanced_share_ <= 0 || !generator.coin(balanced_share_))
      return draw_origin<2>(shape, extent_, generator);
    std::array<std::vector<std::size_t>, 256> offsets;
    for (std::size_t offset = 0; offset < labels.size(); ++offset)
      offsets[elements(labels)[offset]].push_back(offset);
    std::vector<std::size_t> classes;
    for (std::size_t label = 0; label < unlabelled; ++label)
      if (!offsets[label].empty())
        classes.push_back(label);
    const auto& of_class = offsets[classes[generator.uniform_index(classes.size())]];
    const std::size_t offset = of_class[generator.uniform_index(of_class.size())];
    return draw_origin_around<2>({offset / shape[1], offset % shape[1]}, shape, extent_, generator);
  }

  struct AnnotatedPlane {
    Plane plane;
    std::vector<std::size_t> slices;
  };

  LabelledCases data_;
  CropExtent<2> extent_;
  AugmentationOptions augmentation_;
  double balanced_share_;
  std::vector<std::vector<AnnotatedPlane>> planes_; ///< by case
};

} // namespace sparseann
