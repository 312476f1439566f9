#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/pseudo_label/base_models.hpp"

namespace sparseann::test {

struct ThresholdOptions {
  double shell = 1.0;
  double core = -1.0;

  friend void visit(ThresholdOptions& options, auto&& visitor) {
    visitor(field("shell", options.shell, "brighter voxels are shell"));
    visitor(field("core", options.core, "darker voxels are core"));
  }
};

/// A base model of toy_cohort's scans that learns nothing, so that what surrounds base models is tested in no time. Two
/// predictions: bright and dark by thresholds, and bright alone.
struct ThresholdModel {
  static constexpr std::string_view name = "threshold";

  ThresholdOptions options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane>) const { return {"both", "shell"}; }

  template <SegmentationLoss Loss> LossCurve fit(const LabelledCases& data, const Loss&, const StageContext&) {
    if (data.cases.empty())
      throw InvalidArgument("data", "cases", "none");
    return {{.iteration = 0, .loss = 1.0, .learning_rate = 1.0}};
  }

  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane>,
                                                        const StageContext&) const {
    const Shape3& shape = image.shape();
    std::vector<ClassProbabilities> predictions(
        2, xt::zeros<std::uint8_t>({std::size_t{3}, shape[0], shape[1], shape[2]}));
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x) {
          const double value = image.voxels(0, z, y, x);
          const std::size_t bright = value > options.shell ? 1 : 0;
          predictions[0](value < options.core ? 2 : bright, z, y, x) = 255;
          predictions[1](bright, z, y, x) = 255;
        }
    return predictions;
  }
};

using ThresholdModels = BaseModels<ThresholdModel>;

} // namespace sparseann::test
