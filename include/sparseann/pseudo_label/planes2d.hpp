#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/infer/plane_by_plane.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/replayed_network.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/train/batch_feed.hpp"
#include "sparseann/train/slice_sampler.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/working_grid.hpp"

namespace sparseann {

template <SegmentationNetwork Network> struct Planes2dOptions {
  network_options<Network> network;
  WorkingGridOptions grid;
  TrainingOptions training;
  std::int64_t inference_batch = 16;

  friend void visit(Planes2dOptions& options, auto&& visitor) {
    visitor(field("network", options.network, "the network's widths and depths"));
    visitor(field("grid", options.grid, "the grid on which it reads scans"));
    visitor(field("training", options.training, "how it is fitted"));
    visitor(field("inference_batch", options.inference_batch, "slices per forward pass", at_least(1)));
  }

  friend void check_together(const Planes2dOptions& options, const std::string& prefix) {
    check_multiple(prefix, "training.patch", options.training.patch, required_multiple<Network>(options.network),
                   "as the network needs");
  }
};

/// One 2D network shared by the planes, fitted to patches of annotated slices (Eq. 1); predicts slice by slice along
/// each plane, which gives one prediction per plane.
template <SegmentationNetwork Network> class Planes2d {
public:
  static constexpr std::string_view name = "2d";

  Planes2dOptions<Network> options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane> planes) const {
    std::vector<std::string> names;
    for (const Plane plane : planes)
      names.emplace_back(name_of(plane));
    return names;
  }

  template <SegmentationLoss Loss>
  LossCurve fit(const LabelledCases& data, const Loss& loss, const StageContext& context) {
    set_data_shape(options.network, data.cases.front().image.channels(), data.classes);
    network_ = make_network<Network>(options.network, context.generator.split("weights"));
    const HeldOutCases parts = hold_out(data, options.training.validation);
    const WorkingCases working(parts.training, options.grid);
    const SliceSampler sampler(working.data(), options.training.patch, options.training.augmentation,
                               options.training.balanced_share);
    BatchFeed batches(sampler, options.training, context);
    ReplayedNetwork network(network_, context.device, options.training.cuda_graphs);
    const auto step = [&](const BatchPart& part, const Generator&) {
      PatchBatch batch = batches(part);
      const PrecisionScope scope(options.training.precision, context.device);
      return step_loss(loss, network(batch.images), batch.labels, batch.mask, std::move(batch.samples));
    };
    return train(network_, options.training, context, step,
                 {.configuration = {{"network", to_json(options.network)}, {"grid", to_json(options.grid)}},
                  .validate = validation_of(*this, parts.validation, context)});
  }

  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane> planes,
                                                        const StageContext& context) {
    network_->eval();
    const PrecisionScope scope(options.training.precision, context.device);
    const WorkingGrid grid(image, options.grid);
    const torch::Tensor volume = grid.from_scan(from_array(image.voxels));
    std::vector<ClassProbabilities> predictions;
    for (const Plane plane : planes)
      predictions.push_back(quantise(grid.to_scan(
          plane_by_plane(volume, plane, network_->required_multiple(), options.inference_batch, context.device,
                         [&](const torch::Tensor& slices) { return network_->forward(slices).logits; }))));
    return predictions;
  }

  /// Empty before a fit; a model file's takes the place of a fit.
  [[nodiscard]] Network& network() noexcept { return network_; }

private:
  Network network_{nullptr};
};

} // namespace sparseann
