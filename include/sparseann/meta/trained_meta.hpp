#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/infer/sliding_window.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/loss/soft_cross_entropy.hpp"
#include "sparseann/meta/fit_strategy.hpp"
#include "sparseann/meta/meta_sampler.hpp"
#include "sparseann/meta/meta_subject.hpp"
#include "sparseann/meta/volume_distances.hpp"
#include "sparseann/meta/working_task.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/replayed_network.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/train/batch_feed.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/validation.hpp"
#include "sparseann/train/working_grid.hpp"

namespace sparseann {

/// What the meta-model fits of the picked pseudo-label set: its labels, or its class probabilities.
enum class FitTargets { labels, probabilities };
constexpr std::array<std::string_view, 2> names_of(FitTargets) { return {"labels", "probabilities"}; }

template <FitStrategy Fit, MetaNetwork Network> struct TrainedMetaOptions {
  network_options<Network> network;
  WorkingGridOptions grid;
  TrainingOptions training;
  SlidingWindowOptions inference;
  AverageOf average = AverageOf::labels;
  FitTargets targets = FitTargets::labels;
  bool expert_labels_replace_targets = true;
  OptionsOf<Fit> fit;

  friend void visit(TrainedMetaOptions& options, auto&& visitor) {
    visitor(field("network", options.network, "the meta-model's widths and depths"));
    visitor(field("grid", options.grid, "the grid on which it reads scans and pseudo-labels"));
    visitor(field("training", options.training, "how it is fitted"));
    visitor(field("inference", options.inference, "how volumes are labelled"));
    visitor(field("average", options.average, "what A(.) is the mean of: labels (one-hot) or probabilities"));
    visitor(field("targets", options.targets, "what is fitted of a set: its labels or its probabilities"));
    visitor(field("expert_labels_replace_targets", options.expert_labels_replace_targets,
                  "on annotated voxels the target is the expert's label, whichever set is fitted"));
    visitor(field("fit", options.fit, "which pseudo-label set a sample fits"));
  }

  friend void check_together(const TrainedMetaOptions& options, const std::string& prefix) {
    const std::size_t unit = required_multiple<Network>(options.network);
    check_multiple(prefix, "training.patch", options.training.patch, unit, "as the network needs");
    check_multiple(prefix, "inference.window", options.inference.window, unit, "as the network needs");
  }

  /// The same for another fit strategy.
  template <FitStrategy Other>
  [[nodiscard]] TrainedMetaOptions<Other, Network> with_fit(const OptionsOf<Other>& other) const {
    return {network, grid, training, inference, average, targets, expert_labels_replace_targets, other};
  }
};

/// The meta-model (Step III): reads the image and the average A(.) of the pseudo-label sets and fits, per sample and
/// step, the set that the fit strategy picks. Keeps how often each case fitted each set, in each of the strategy's
/// stages, in `fitted.csv`.
///
/// Loss: cross-entropy to the picked set's labels, or to its probabilities, over all voxels of the patch (Eq. 9).
/// Expert labels replace the targets on annotated voxels (an option), never A(.), which has none at test time. Cost: as
/// a 3D network of its width, plus what the fit strategy asks for. Source: Section "Self-Training with Pseudo-Labels";
/// hard labels and the stage lengths are ours, the paper is silent.
template <FitStrategy Fit, MetaNetwork Network = YDenseVoxNet> class TrainedMeta {
public:
  static constexpr std::string_view name = Fit::name;

  TrainedMetaOptions<Fit, Network> options;

  void fit(const EnsembleTask& all, const StageContext& context) {
    set_data_shape(options.network, all.cases.front().image.channels(), all.classes);
    network_ = make_network<Network>(options.network, context.generator.split("weights"));
    const WorkingTask working(first_cases(all, cases_to_learn_from(all.cases.size(), options.training.validation)),
                              options.grid);
    const EnsembleTask& task = working.task();
    const auto subjects = working.subjects(options.average, options.expert_labels_replace_targets);
    const MetaSampler sampler(task, subjects, options.training);
    const Fit strategy = configured<Fit>(options.fit);
    fitted_ = torch::zeros({static_cast<std::int64_t>(stage_names<Fit>().size()),
                            static_cast<std::int64_t>(task.cases.size()), static_cast<std::int64_t>(task.sets.size())},
                           torch::kLong);
    VolumeDistances distances(task.cases.size(), task.sets.size());
    const auto [values, computed_at] = distances.state();
    std::array<torch::Tensor, 3> carried{fitted_, values, computed_at};
    BatchFeed batches(sampler, options.training, context);
    ReplayedNetwork network(network_, context.device, options.training.cuda_graphs);
    const auto step = [&](const BatchPart& part, const Generator& generator) {
      const MetaBatch batch = batches(part);
      const PrecisionScope scope(options.training.precision, context.device);
      const SegmentationOutput output = network(batch.images, batch.averages);
      const FitCandidates candidates{.logits = output.logits.detach(),
                                     .sets = batch.sets,
                                     .mask = batch.mask,
                                     .first_sample = part.first,
                                     .volume_distances = [&](std::int64_t interval) {
                                       return volume_distances(distances, task, subjects, batch, part.iteration,
                                                               interval, context);
                                     }};
      const FitProgress progress{part.iteration, options.training.iterations};
      Generator of_fit = generator.split("fit");
      const auto chosen = checked(strategy(candidates, progress, of_fit), batch);
      count(stage_of(strategy, progress), batch, chosen);
      std::string samples = to_text(batch.places, task.cases);
      if (options.targets == FitTargets::probabilities)
        return step_loss(SoftCrossEntropy{}, output,
                         sampler.soft_targets(batch, chosen, options.expert_labels_replace_targets).to(context.device),
                         candidates.mask, std::move(samples));
      return step_loss(MaskedCrossEntropy{}, output, labels_of(candidates, chosen), candidates.mask,
                       std::move(samples));
    };
    curve_ = train(network_, options.training, context, step,
                   {.carried = carried,
                    .counters = 1,
                    .configuration = {{"network", to_json(options.network)},
                                      {"grid", to_json(options.grid)},
                                      {"fit", to_json(options.fit)},
                                      {"average", name_of_value(options.average)},
                                      {"targets", name_of_value(options.targets)},
                                      {"expert_labels", options.expert_labels_replace_targets}},
                    .validate = validation(all, task.cases.size(), context)});
    if (!context.directory.empty())
      keep_fitted_counts(task, context.directory / "fitted.csv");
  }

  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, std::span<const ClassProbabilities> sets,
                                             const StageContext& context) const {
    return predict(image, average_of(sets, options.average), context);
  }

  /// As above, from A(.) itself. Shape: average (classes, z, y, x).
  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, const Array4<float>& average,
                                             const StageContext& context) const {
    return most_probable_labels(quantise(probabilities(image, average, context)));
  }

  /// The most probable labels, and the probabilities in 8 bits that they are of.
  [[nodiscard]] LabelsAndProbabilities segment(const Image& image, std::span<const ClassProbabilities> sets,
                                               const StageContext& context) const {
    ClassProbabilities of_classes = quantise(probabilities(image, average_of(sets, options.average), context));
    return {.labels = most_probable_labels(of_classes), .probabilities = std::move(of_classes)};
  }

  /// Class probabilities of a volume from its image and A(.). Shapes: average (classes, z, y, x); the result alike, on
  /// the CPU. Leaves the network in evaluation mode.
  [[nodiscard]] torch::Tensor probabilities(const Image& image, const Array4<float>& average,
                                            const StageContext& context) const {
    const WorkingGrid grid(image, options.grid);
    return grid.to_scan(
        probabilities_on_grid(grid.from_scan(from_array(image.voxels)), grid.from_scan(from_array(average)), context));
  }

  /// Empty before a fit; a model file's takes the place of a fit.
  [[nodiscard]] Network& network() noexcept { return network_; }

  [[nodiscard]] const LossCurve& loss_curve() const noexcept { return curve_; }
  /// How often each case fitted each pseudo-label set in training. Shape: (stages of the strategy, cases, sets).
  [[nodiscard]] Array3<std::int64_t> fitted_counts() const { return to_array<std::int64_t, 3>(fitted_); }

private:
  /// As `probabilities`, on the working grid. Shapes: image (C, z, y, x), average (classes, z, y, x).
  [[nodiscard]] torch::Tensor probabilities_on_grid(const torch::Tensor& image, const torch::Tensor& average,
                                                    const StageContext& context) const {
    const PrecisionScope scope(options.training.precision, context.device);
    Network network = network_;
    network->eval();
    const std::int64_t channels = image.size(0);
    return sliding_window(
        torch::cat({image, average}), options.inference, context.device, [&](const torch::Tensor& crops) {
          return network->forward(crops.narrow(1, 0, channels), crops.narrow(1, channels, crops.size(1) - channels))
              .logits;
        });
  }

  /// Scores the cases from `kept` on when called: Dice of every foreground class over their annotated voxels; empty
  /// where none is held out. Their pseudo-labels are those of models that learnt from them, unless the base models
  /// hold out the same cases.
  [[nodiscard]] std::function<nlohmann::ordered_json()> validation(const EnsembleTask& all, std::size_t kept,
                                                                   const StageContext& context) const {
    if (kept == all.cases.size())
      return {};
    return [this, &all, kept, &context]() -> nlohmann::ordered_json {
      AnnotatedDice dice(all.classes);
      for (std::size_t c = kept; c < all.cases.size(); ++c)
        dice.add(predict(all.cases[c].image, sets_of_case(all, c), context), all.labels[c]);
      return {{std::string(name), {{"dice", dice.foreground()}}}};
    };
  }

  [[nodiscard]] torch::Tensor volume_distances(VolumeDistances& distances, const EnsembleTask& task,
                                               const std::vector<MetaSubject>& subjects, const MetaBatch& batch,
                                               std::int64_t iteration, std::int64_t interval,
                                               const StageContext& context) {
    std::vector<std::size_t> cases;
    for (const PatchPlace& place : batch.places)
      cases.push_back(place.case_index);
    const torch::Tensor result = distances.of(
        cases, iteration, interval,
        [&](std::size_t c) {
          return probabilities_on_grid(from_array(task.cases[c].image.voxels), from_array(subjects[c].average),
                                       context);
        },
        [&](std::size_t c) { return std::span(subjects[c].targets); });
    network_->train();
    return result;
  }

  [[nodiscard]] static torch::Tensor labels_of(const FitCandidates& candidates, std::span<const std::size_t> chosen) {
    std::vector<torch::Tensor> targets;
    for (std::size_t sample = 0; sample < chosen.size(); ++sample)
      targets.push_back(candidates.sets[static_cast<std::int64_t>(sample)][static_cast<std::int64_t>(chosen[sample])]);
    return torch::stack(targets);
  }

  void count(std::size_t stage, const MetaBatch& batch, std::span<const std::size_t> chosen) {
    torch::Tensor counts = fitted_[static_cast<std::int64_t>(stage)];
    for (std::size_t sample = 0; sample < chosen.size(); ++sample)
      counts[static_cast<std::int64_t>(batch.places[sample].case_index)][static_cast<std::int64_t>(chosen[sample])] +=
          1;
  }

  void keep_fitted_counts(const EnsembleTask& task, const std::filesystem::path& path) const {
    CsvWriter table({"stage", "case", "set", "count"});
    const Array3<std::int64_t> counts = fitted_counts();
    const std::vector<std::string> stages = stage_names<Fit>();
    for (std::size_t stage = 0; stage < stages.size(); ++stage)
      for (std::size_t c = 0; c < task.cases.size(); ++c)
        for (std::size_t s = 0; s < task.sets.size(); ++s)
          table.add_row(stages[stage], task.cases[c].name, task.sets[s].name, counts(stage, c, s));
    publish_atomically(path, table.text());
  }

  [[nodiscard]] static std::vector<std::size_t> checked(std::vector<std::size_t> chosen, const MetaBatch& batch) {
    const auto samples = static_cast<std::size_t>(batch.sets.size(0));
    const auto sets = static_cast<std::size_t>(batch.sets.size(1));
    if (chosen.size() != samples || std::ranges::any_of(chosen, [&](std::size_t set) { return set >= sets; }))
      throw InvalidArgument(std::string(Fit::name), fmt::format("{} indices below {}", samples, sets),
                            fmt::format("{}", fmt::join(chosen, ", ")));
    return chosen;
  }

  Network network_{nullptr};
  torch::Tensor fitted_;
  LossCurve curve_;
};

} // namespace sparseann
