#pragma once

#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/infer/sliding_window.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/replayed_network.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/train/batch_feed.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/working_grid.hpp"

namespace sparseann {

template <SegmentationNetwork Network> struct Sparse3dOptions {
  network_options<Network> network;
  WorkingGridOptions grid;
  TrainingOptions training;
  SlidingWindowOptions inference;

  friend void visit(Sparse3dOptions& options, auto&& visitor) {
    visitor(field("network", options.network, "the network's widths and depths"));
    visitor(field("grid", options.grid, "the grid on which it reads scans"));
    visitor(field("training", options.training, "how it is fitted"));
    visitor(field("inference", options.inference, "how volumes are labelled"));
  }

  friend void check_together(const Sparse3dOptions& options, const std::string& prefix) {
    const std::size_t unit = required_multiple<Network>(options.network);
    check_multiple(prefix, "training.patch", options.training.patch, unit, "as the network needs");
    check_multiple(prefix, "inference.window", options.inference.window, unit, "as the network needs");
  }
};

/// A 3D network fitted to the annotated voxels of random patches (Eq. 2); predicts by sliding window.
///
/// Source: sparse training as in Çiçek et al. 2016.
template <SegmentationNetwork Network> class Sparse3d {
public:
  static constexpr std::string_view name = "3d";

  Sparse3dOptions<Network> options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane>) const { return {"3d"}; }

  template <SegmentationLoss Loss>
  LossCurve fit(const LabelledCases& data, const Loss& loss, const StageContext& context) {
    set_data_shape(options.network, data.cases.front().image.channels(), data.classes);
    network_ = make_network<Network>(options.network, context.generator.split("weights"));
    const HeldOutCases parts = hold_out(data, options.training.validation);
    const WorkingCases working(parts.training, options.grid);
    const PatchSampler sampler(working.data().cases, working.data().labels, options.training.patch,
                               options.training.augmentation, options.training.balanced_share);
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

  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane>,
                                                        const StageContext& context) {
    network_->eval();
    const PrecisionScope scope(options.training.precision, context.device);
    const WorkingGrid grid(image, options.grid);
    return {quantise(
        grid.to_scan(sliding_window(grid.from_scan(from_array(image.voxels)), options.inference, context.device,
                                    [&](const torch::Tensor& crops) { return network_->forward(crops).logits; })))};
  }

  /// Empty before a fit; a model file's takes the place of a fit.
  [[nodiscard]] Network& network() noexcept { return network_; }

private:
  Network network_{nullptr};
};

} // namespace sparseann
