#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/ranges.h>

#include "sparseann/infer/sliding_window.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/fit_strategy.hpp"
#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/trainer.hpp"

namespace sparseann {

template <FitStrategy Fit, MetaNetwork Network> struct TrainedMetaOptions {
  network_options<Network> network;
  TrainingOptions training;
  SlidingWindowOptions inference;
  bool expert_labels_replace_targets = true;
  OptionsOf<Fit> fit;

  friend void visit(TrainedMetaOptions& options, auto&& visitor) {
    visitor(field("network", options.network, "the meta-model's widths and depths"));
    visitor(field("training", options.training, "how it is fitted"));
    visitor(field("inference", options.inference, "how volumes are labelled"));
    visitor(field("expert_labels_replace_targets", options.expert_labels_replace_targets,
                  "on annotated voxels the target is the expert's label, whichever set is fitted"));
    visitor(field("fit", options.fit, "which pseudo-label set a sample fits"));
  }
};

/// The meta-model (Step III): reads the image and the average A(.) of the pseudo-label sets and fits, per sample and
/// step, the set that the fit strategy picks. Keeps how often each case fitted each set in `fitted.csv`.
///
/// Loss: cross-entropy to the hard labels of the picked set over all voxels of the patch (Eq. 9). Expert labels replace
/// the targets on annotated voxels (an option), never A(.), which has none at test time.
/// Cost: as a 3D network of its width, plus S cross-entropies per step with nearest-fit.
/// Source: Section "Self-Training with Pseudo-Labels"; hard labels and the stage lengths are ours, the paper is silent.
template <FitStrategy Fit, MetaNetwork Network = YDenseVoxNet> class TrainedMeta {
public:
  static constexpr std::string_view name = Fit::name;

  TrainedMetaOptions<Fit, Network> options;

  void fit(const EnsembleTask& task, const StageContext& context) {
    set_data_shape(options.network, task.cases.front().image.channels(), task.classes);
    classes_ = task.classes;
    network_ = make_network<Network>(options.network, context.generator.split("weights"));
    const std::vector<Subject> subjects = prepare(task);
    const CropExtent<3> extent{options.training.patch, options.training.patch, options.training.patch};
    check_augmentation(options.training.augmentation, extent);
    fitted_ = torch::zeros({static_cast<std::int64_t>(task.cases.size()), static_cast<std::int64_t>(task.sets.size())},
                           torch::kLong);
    const Fit strategy = configured<Fit>(options.fit);
    std::array<torch::Tensor, 1> carried{fitted_};
    curve_ = train(
        network_, options.training, context,
        [&](std::int64_t iteration, Generator& generator) {
          const Batch batch = draw(task, subjects, extent, generator);
          const PrecisionScope scope(options.training.precision, context.device);
          const SegmentationOutput output =
              network_->forward(batch.images.to(context.device), batch.averages.to(context.device));
          const FitCandidates candidates{.logits = output.logits.detach(),
                                         .sets = batch.sets.to(context.device),
                                         .mask = batch.mask.to(context.device)};
          const auto chosen = checked(strategy(candidates, {iteration, options.training.iterations}, generator), batch);
          std::vector<torch::Tensor> targets;
          for (std::size_t sample = 0; sample < chosen.size(); ++sample) {
            targets.push_back(
                candidates.sets[static_cast<std::int64_t>(sample)][static_cast<std::int64_t>(chosen[sample])]);
            fitted_[static_cast<std::int64_t>(batch.cases[sample])][static_cast<std::int64_t>(chosen[sample])] += 1;
          }
          return step_loss(MaskedCrossEntropy{}, output, torch::stack(targets), candidates.mask);
        },
        carried);
    if (!context.directory.empty())
      keep_fitted_counts(task, context.directory / "fitted.csv");
  }

  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, std::span<const ClassProbabilities> sets,
                                             const StageContext& context) const {
    return predict(image, average_of(sets), context);
  }

  /// As above, from A(.) itself. Shape: average (classes, z, y, x).
  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, const Array4<float>& average,
                                             const StageContext& context) const {
    Network network = network_;
    network->eval();
    const PrecisionScope scope(options.training.precision, context.device);
    const auto channels = static_cast<std::int64_t>(image.channels());
    const torch::Tensor both = torch::cat({from_array(image.voxels), from_array(average)});
    return most_probable_labels(
        quantise(sliding_window(both, options.inference, context.device, [&](const torch::Tensor& crops) {
          return network->forward(crops.narrow(1, 0, channels), crops.narrow(1, channels, crops.size(1) - channels))
              .logits;
        })));
  }

  /// A(.) of the probabilities of a volume's pseudo-label sets.
  [[nodiscard]] Array4<float> average_of(std::span<const ClassProbabilities> sets) const {
    std::vector<Array3<std::uint8_t>> labels;
    for (const ClassProbabilities& set : sets)
      labels.push_back(most_probable_labels(set));
    return average_of_one_hots(labels, classes_);
  }

  [[nodiscard]] const LossCurve& loss_curve() const noexcept { return curve_; }
  /// How often each case (row) fitted each pseudo-label set (column) in training.
  [[nodiscard]] Array2<std::int64_t> fitted_counts() const { return to_array<std::int64_t, 2>(fitted_); }

private:
  /// What training reads of one case.
  struct Subject {
    std::vector<Array3<std::uint8_t>> targets; ///< per set
    Array4<float> average;
  };
  struct Batch {
    torch::Tensor images;
    torch::Tensor averages;
    torch::Tensor sets;
    torch::Tensor mask;
    std::vector<std::size_t> cases;
  };

  void keep_fitted_counts(const EnsembleTask& task, const std::filesystem::path& path) const {
    CsvWriter table({"case", "set", "count"});
    const Array2<std::int64_t> counts = fitted_counts();
    for (std::size_t c = 0; c < task.cases.size(); ++c)
      for (std::size_t s = 0; s < task.sets.size(); ++s)
        table.add_row(task.cases[c].name, task.sets[s].name, counts(c, s));
    publish_atomically(path, table.text());
  }

  [[nodiscard]] std::vector<Subject> prepare(const EnsembleTask& task) const {
    std::vector<Subject> subjects;
    for (std::size_t c = 0; c < task.cases.size(); ++c) {
      Subject subject;
      for (const PseudoLabelSet& set : task.sets)
        subject.targets.push_back(most_probable_labels(set.training.at(c)));
      subject.average = average_of_one_hots(subject.targets, task.classes);
      if (options.expert_labels_replace_targets)
        for (Array3<std::uint8_t>& target : subject.targets)
          replace_by_expert(target, task.labels[c]);
      subjects.push_back(std::move(subject));
    }
    return subjects;
  }

  static void replace_by_expert(Array3<std::uint8_t>& target, const SparseLabels& expert) {
    const auto known = elements(expert.voxels());
    const auto out = elements(target);
    for (std::size_t voxel = 0; voxel < out.size(); ++voxel)
      if (known[voxel] != expert.unlabelled())
        out[voxel] = known[voxel];
  }

  [[nodiscard]] Batch draw(const EnsembleTask& task, const std::vector<Subject>& subjects, const CropExtent<3>& extent,
                           Generator& generator) const {
    const auto outside = static_cast<std::uint8_t>(task.classes);
    std::vector<torch::Tensor> images;
    std::vector<torch::Tensor> averages;
    std::vector<torch::Tensor> sets;
    Batch batch;
    for (std::size_t i = 0; i < options.training.batch; ++i) {
      PatchPlace place{.case_index = generator.uniform_index(task.cases.size())};
      const Image& image = task.cases[place.case_index].image;
      const Subject& subject = subjects[place.case_index];
      place.origin = draw_origin(image.shape(), extent, generator);
      place.augmentation = draw_augmentation(options.training.augmentation, generator);
      images.push_back(patch_at(place, image.voxels, extent));
      averages.push_back(patch_at(place, subject.average, extent));
      std::vector<torch::Tensor> targets;
      for (const Array3<std::uint8_t>& target : subject.targets)
        targets.push_back(patch_at(place, target, extent, outside));
      sets.push_back(torch::stack(targets));
      batch.cases.push_back(place.case_index);
    }
    batch.images = torch::stack(images);
    batch.averages = torch::stack(averages);
    batch.sets = torch::stack(sets);
    batch.mask = batch.sets.select(1, 0).ne(static_cast<std::int64_t>(outside));
    return batch;
  }

  [[nodiscard]] static std::vector<std::size_t> checked(std::vector<std::size_t> chosen, const Batch& batch) {
    const auto samples = static_cast<std::size_t>(batch.sets.size(0));
    const auto sets = static_cast<std::size_t>(batch.sets.size(1));
    if (chosen.size() != samples || std::ranges::any_of(chosen, [&](std::size_t set) { return set >= sets; }))
      throw InvalidArgument(std::string(Fit::name), fmt::format("{} indices below {}", samples, sets),
                            fmt::format("{}", fmt::join(chosen, ", ")));
    return chosen;
  }

  std::size_t classes_ = 0;
  Network network_{nullptr};
  torch::Tensor fitted_;
  LossCurve curve_;
};

} // namespace sparseann
