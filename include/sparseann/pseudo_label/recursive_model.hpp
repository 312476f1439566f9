#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/pseudo_label/base_model.hpp"

namespace sparseann {

template <class First, class Second> struct RecursiveModelOptions {
  OptionsOf<First> first;
  OptionsOf<Second> second;

  friend void visit(RecursiveModelOptions& options, auto&& visitor) {
    visitor(field("first", options.first, "the model that reads the image alone"));
    visitor(field("second", options.second, "the model that also reads what the first makes of it"));
  }
};

/// Two base models one after the other: the second reads the image and, as further channels, the first one's
/// probabilities of every class but the background, from 0..1 to -1..1. Its predictions are the second's.
///
/// `RecursiveModel<SinglePlane2d<Vd2d, Plane::xy>, Sparse3d<Vd2d3d>>` is Lee's recursive network. The first labels the
/// scans that it has learnt from, as a pipeline's base models do. Cost: both, and the images once more.
/// Source: Lee et al., "Recursive Training of 2D-3D Convolutional Networks for Neuronal Boundary Detection", NIPS 2015.
template <Policy First, Policy Second> class RecursiveModel {
public:
  static constexpr std::string_view name = Second::name;

  RecursiveModelOptions<First, Second> options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane> planes) const {
    return second_.prediction_names(planes);
  }

  template <SegmentationLoss Loss>
    requires BaseModel<First, Loss> && BaseModel<Second, Loss>
  LossCurve fit(const LabelledCases& data, const Loss& loss, const StageContext& context) {
    first_.options = options.first;
    second_.options = options.second;
    (void)first_.fit(data, loss, context.part("first"));
    std::vector<Case> cases;
    for (const Case& subject : data.cases)
      cases.push_back({.name = subject.name, .image = with_map(subject.image, data.planes, context)});
    return second_.fit({.cases = cases, .labels = data.labels, .planes = data.planes, .classes = data.classes}, loss,
                       context);
  }

  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane> planes,
                                                        const StageContext& context) {
    return second_.predict(with_map(image, planes, context), planes, context);
  }

private:
  /// The image with the first model's first prediction as further channels.
  [[nodiscard]] Image with_map(const Image& image, std::span<const Plane> planes, const StageContext& context) {
    const ClassProbabilities map = first_.predict(image, planes, context).front();
    const Shape3& shape = image.shape();
    const std::size_t channels = image.channels();
    Image both{.voxels = Array4<float>({channels + map.shape(0) - 1, shape[0], shape[1], shape[2]}),
               .geometry = image.geometry};
    std::ranges::copy(elements(image.voxels), elements(both.voxels).begin());
    const auto foreground = elements(map).subspan(voxel_count(shape));
    const auto out = elements(both.voxels).subspan(channels * voxel_count(shape));
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] = static_cast<float>(foreground[i]) / 127.5F - 1.0F;
    return both;
  }

  First first_;
  Second second_;
};

} // namespace sparseann
