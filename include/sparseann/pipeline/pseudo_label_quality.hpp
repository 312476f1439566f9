#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/core/volume.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/meta/meta_subject.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"

namespace sparseann {

/// Dice of labels against the dense reference over some cases.
struct DiceOverCases {
  std::vector<Summary> of_class; ///< labels 1, 2, ...
  double mean = 0;               ///< over classes and cases
};

/// How right a pseudo-label set is on training and on test cases.
struct PseudoLabelQuality {
  std::string set;
  DiceOverCases training;
  DiceOverCases test;
};

namespace detail {

/// Dice of `labels_of(case)` for every case.
template <class LabelsOf>
[[nodiscard]] DiceOverCases dice_over_cases(std::span<const LabelVolume> references, std::size_t classes,
                                            LabelsOf&& labels_of) {
  std::vector<std::vector<double>> values(classes - 1);
  for (std::size_t c = 0; c < references.size(); ++c) {
    const Array3<std::uint8_t> labels = labels_of(c);
    const auto of_case = dice_per_class(elements(labels), elements(references[c].voxels), classes);
    for (std::size_t label = 1; label < classes; ++label)
      values[label - 1].push_back(of_case[label]);
  }
  DiceOverCases result;
  for (const std::vector<double>& of_class : values) {
    result.of_class.push_back(summarise(of_class));
    result.mean += result.of_class.back().mean / static_cast<double>(values.size());
  }
  return result;
}

} // namespace detail

/// Scores every pseudo-label set, and A(.) by its most probable labels as the last row, "average", against the dense
/// labels of training and test cases. Without folds a base model labels the cases that it was fitted on, so that A(.)
/// may be better in training than at test: the meta-model then learns to trust what later deserves less trust.
///
/// Cost: one pass over all labels. For reports only: nothing that trains may see it.
/// Throws: InvalidArgument for no set or no case.
[[nodiscard]] inline std::vector<PseudoLabelQuality> pseudo_label_quality(std::span<const PseudoLabelSet> sets,
                                                                          std::span<const LabelVolume> training_labels,
                                                                          std::span<const LabelVolume> test_labels,
                                                                          std::size_t classes, AverageOf average) {
  std::vector<PseudoLabelQuality> rows;
  for (const PseudoLabelSet& set : sets) {
    const auto labels_in = [](const std::vector<ClassProbabilities>& cases) {
      return [&cases](std::size_t c) { return most_probable_labels(cases.at(c)); };
    };
    rows.push_back({.set = set.name,
                    .training = detail::dice_over_cases(training_labels, classes, labels_in(set.training)),
                    .test = detail::dice_over_cases(test_labels, classes, labels_in(set.test))});
  }
  const auto average_in = [&](std::vector<ClassProbabilities> PseudoLabelSet::* cases) {
    return [&sets, cases, average](std::size_t c) {
      std::vector<ClassProbabilities> of_case;
      for (const PseudoLabelSet& set : sets)
        of_case.push_back((set.*cases).at(c));
      return labels_of_average(of_case, average);
    };
  };
  rows.push_back({.set = "average",
                  .training = detail::dice_over_cases(training_labels, classes, average_in(&PseudoLabelSet::training)),
                  .test = detail::dice_over_cases(test_labels, classes, average_in(&PseudoLabelSet::test))});
  return rows;
}

/// pseudo_labels.csv: one row per set, split and class; class `all` has the mean over classes and cases.
[[nodiscard]] inline std::string pseudo_labels_csv(std::span<const PseudoLabelQuality> rows,
                                                   std::span<const std::string> class_names) {
  CsvWriter table({"set", "split", "class", "cases", "dice_mean", "dice_sd"});
  for (const PseudoLabelQuality& row : rows)
    for (const auto& [split, dice] : {std::pair("training", &row.training), std::pair("test", &row.test)}) {
      for (std::size_t k = 0; k < dice->of_class.size(); ++k) {
        const Summary& summary = dice->of_class[k];
        table.add_row(row.set, split, class_names[k + 1], summary.count, summary.mean, summary.standard_deviation);
      }
      table.add_row(row.set, split, "all", dice->of_class.front().count, dice->mean, std::optional<double>());
    }
  return table.text();
}

} // namespace sparseann
