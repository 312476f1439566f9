#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/data/cohort.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"

namespace sparseann {

/// What becomes of the meta-model's segmentation without one of its inputs.
struct MetaInputEffect {
  std::string without;      ///< nothing, image, average, or a pseudo-label set
  double mean_dice = 0;     ///< over classes and test cases
  double changed_share = 0; ///< voxels with another label than with all inputs / voxels that either calls foreground
};

namespace detail {

/// Labels with all inputs and without one of them, over the test cases.
class InputComparison {
public:
  explicit InputComparison(std::size_t classes) : classes_(classes) {}

  void add(const Array3<std::uint8_t>& complete, const Array3<std::uint8_t>& changed,
           const Array3<std::uint8_t>& reference) {
    const auto dice = dice_per_class(elements(changed), elements(reference), classes_);
    for (std::size_t label = 1; label < classes_; ++label)
      dice_sum_ += dice[label];
    dice_count_ += classes_ - 1;
    for (std::size_t voxel = 0; voxel < complete.size(); ++voxel) {
      const std::uint8_t before = elements(complete)[voxel];
      const std::uint8_t after = elements(changed)[voxel];
      foreground_ += static_cast<std::size_t>(before != 0 || after != 0);
      changed_ += static_cast<std::size_t>(before != after);
    }
  }

  [[nodiscard]] MetaInputEffect effect(std::string without) const {
    return {.without = std::move(without),
            .mean_dice = dice_sum_ / static_cast<double>(dice_count_),
            .changed_share = foreground_ == 0 ? 0.0 : static_cast<double>(changed_) / static_cast<double>(foreground_)};
  }

private:
  std::size_t classes_;
  double dice_sum_ = 0;
  std::size_t dice_count_ = 0;
  std::size_t foreground_ = 0;
  std::size_t changed_ = 0;
};

} // namespace detail

/// Takes the inputs of a fitted meta-model away, one at a time, and labels the test cases again: a model that only
/// copies a pseudo-label set does without the image, and one that ignores its second input is no meta-model.
///
/// Rows: with all inputs ("nothing"); image zeroed; A(.) zeroed; for each set, A(.) with the next set in its place.
/// Cost: 3 + S predictions of every test case. For reports only: it reads the dense labels of the test cases.
template <FitStrategy Fit, MetaNetwork Network>
[[nodiscard]] std::vector<MetaInputEffect>
meta_input_effects(const TrainedMeta<Fit, Network>& meta, std::span<const Case> test,
                   std::span<const PseudoLabelSet> sets, std::span<const LabelVolume> references, std::size_t classes,
                   const StageContext& context) {
  std::vector<std::string> names{"nothing", "image", "average"};
  for (const PseudoLabelSet& set : sets)
    names.push_back(set.name);
  std::vector<detail::InputComparison> comparisons(names.size(), detail::InputComparison(classes));
  auto task = context.progress.start("meta/inputs", test.size());
  for (std::size_t c = 0; c < test.size(); ++c) {
    const Image& image = test[c].image;
    std::vector<ClassProbabilities> probabilities;
    for (const PseudoLabelSet& set : sets)
      probabilities.push_back(set.test.at(c));
    const Array4<float> average = average_of(probabilities, meta.options.average);
    const Array3<std::uint8_t> complete = meta.predict(image, average, context);
    const auto compare = [&](std::size_t row, const Array3<std::uint8_t>& labels) {
      comparisons[row].add(complete, labels, references[c].voxels);
    };
    compare(0, complete);
    const Image blank{.voxels = xt::zeros_like(image.voxels), .geometry = image.geometry};
    compare(1, meta.predict(blank, average, context));
    compare(2, meta.predict(image, Array4<float>(xt::zeros_like(average)), context));
    for (std::size_t s = 0; s < sets.size(); ++s) {
      std::vector<ClassProbabilities> replaced = probabilities;
      replaced[s] = probabilities[(s + 1) % sets.size()];
      compare(3 + s, meta.predict(image, average_of(replaced, meta.options.average), context));
    }
    task.advance();
  }
  task.finish();
  std::vector<MetaInputEffect> effects;
  for (std::size_t row = 0; row < names.size(); ++row)
    effects.push_back(comparisons[row].effect(names[row]));
  return effects;
}

/// meta_inputs.csv: one row per input taken away.
[[nodiscard]] inline std::string meta_inputs_csv(std::span<const MetaInputEffect> effects) {
  CsvWriter table({"without", "dice_mean", "changed_share"});
  for (const MetaInputEffect& effect : effects)
    table.add_row(effect.without, effect.mean_dice, effect.changed_share);
  return table.text();
}

/// Reads what meta_inputs_csv wrote. Throws: IoError, DataError.
[[nodiscard]] inline std::vector<MetaInputEffect> read_meta_inputs(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  std::vector<MetaInputEffect> effects;
  for (std::size_t row = 0; row < table.rows(); ++row)
    effects.push_back({table.cell(row, "without"), table.number<double>(row, "dice_mean"),
                       table.number<double>(row, "changed_share")});
  return effects;
}

} // namespace sparseann
