#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/annotate/label_coverage.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/select/selection_problem.hpp"

namespace sparseann::encoder_comparison {

/// How well the selected slices represent all slices of one case, its planes together.
struct CaseCoverage {
  std::string_view selector;
  std::size_t every = 0;
  std::size_t case_index = 0;
  double labels = 0;   ///< mean over slices with foreground of the best Dice with a selected one
  double features = 0; ///< mean over slices of the best cosine with a selected one
};

/// The names of the selectors that are compared, the baseline first and the ceiling last.
inline constexpr std::string_view equal_interval = "equal_interval";
inline constexpr std::string_view ceiling = "greedy_on_labels";

/// What there is to know of the labels of every stack, in the order of all_slices. Throws DataError for a case without
/// foreground.
[[nodiscard]] std::vector<LabelSimilarities> label_similarities_of(const LabelledCohort& data,
                                                                   std::span<const Plane> planes);

/// The coverage of every selector, setting and case, with the features in a folder (see feature_file).
[[nodiscard]] std::vector<CaseCoverage> coverages(const LabelledCohort& data, std::span<const Plane> planes,
                                                  std::span<const LabelSimilarities> labels,
                                                  const std::filesystem::path& features,
                                                  std::span<const std::size_t> every, std::size_t random_draws,
                                                  const Generator& generator);

} // namespace sparseann::encoder_comparison
