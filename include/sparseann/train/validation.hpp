#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/train/labelled_cases.hpp"
#include "sparseann/train/training_options.hpp"

namespace sparseann {

/// Cases to learn from, and the last ones of all, which are held out.
struct HeldOutCases {
  LabelledCases training;
  LabelledCases validation;
};

/// How many of the cases, the first ones, are left to learn from.
///
/// Throws: InvalidArgument where none would be.
[[nodiscard]] inline std::size_t cases_to_learn_from(std::size_t cases, const ValidationOptions& options) {
  if (options.cases >= cases)
    throw InvalidArgument("validation.cases", fmt::format("fewer than the {} training cases", cases),
                          fmt::format("{}", options.cases));
  return cases - options.cases;
}

/// Holds the last cases out as the options say; all are for training where they hold none out.
///
/// Throws: as cases_to_learn_from.
[[nodiscard]] inline HeldOutCases hold_out(const LabelledCases& data, const ValidationOptions& options) {
  const std::size_t kept = cases_to_learn_from(data.cases.size(), options);
  HeldOutCases held_out{.training = data, .validation = data};
  held_out.training.cases = data.cases.first(kept);
  held_out.training.labels = data.labels.first(kept);
  held_out.validation.cases = data.cases.subspan(kept);
  held_out.validation.labels = data.labels.subspan(kept);
  return held_out;
}

/// Dice of every class over the annotated voxels of several cases together, where a class that neither side has counts
/// as 1. What is not annotated is not looked at: on sparse labels this says how well annotated slices are segmented.
class AnnotatedDice {
public:
  explicit AnnotatedDice(std::size_t classes) : classes_(classes) {}

  /// Shapes: predicted (z, y, x), the labels' shape.
  void add(const Array3<std::uint8_t>& predicted, const SparseLabels& labels) {
    const auto known = elements(labels.voxels());
    const auto given = elements(predicted);
    for (std::size_t voxel = 0; voxel < known.size(); ++voxel)
      if (known[voxel] != labels.unlabelled())
        counts_.add(given[voxel], known[voxel]);
  }

  /// Of classes 1, 2, ...
  [[nodiscard]] std::vector<double> foreground() const {
    std::vector<double> values;
    for (std::size_t label = 1; label < classes_; ++label)
      values.push_back(dice(counts_, static_cast<std::uint8_t>(label)));
    return values;
  }

private:
  std::size_t classes_;
  OverlapCounts counts_;
};

} // namespace sparseann
