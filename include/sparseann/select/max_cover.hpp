#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/objective_view.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

/// A set objective that is made from a similarity matrix (N, N), from similarities computed where they are needed, or
/// from the features themselves.
template <class O>
concept MatrixObjective =
    SetObjective<O> && std::constructible_from<O, SimilarityMatrix, const typename O::Options&, const Execution&>;
template <class O, class Measure>
concept TableObjective =
    SetObjective<O> && std::constructible_from<O, TableOf<Measure>, const typename O::Options&, const Execution&>;
template <class O>
concept FeatureObjective =
    SetObjective<O> && std::constructible_from<O, Array2<float>, const typename O::Options&, const Execution&>;

template <class Objective, class Maximise, class Measure> struct MaxCoverOptions {
  typename Measure::Options similarity;
  typename Objective::Options objective;
  typename Maximise::Options maximiser;
  Execution execution;

  friend void visit(MaxCoverOptions& options, auto&& visitor) {
    visitor(field("similarity", options.similarity, "how alike two slices are"));
    visitor(field("objective", options.objective, "how well a set of slices represents all"));
    visitor(field("maximiser", options.maximiser, "how the set is found"));
    visitor(field("execution", options.execution, "threads and instructions"));
  }
};

/// Representative annotation: the slices of a stack that cover all of it best, most representative first.
///
/// Formula: Eq. 7 maximised by Eq. 8. The gains sum to Eq. 7's value less N * baseline.
/// Shapes: features (N, D).
/// Cost: N^2 D / 2 for the similarities, then as the maximiser; 4 N^2 bytes where the objective takes a matrix.
/// Throws: InvalidArgument for a budget of zero or above N, or a matrix that does not fit memory; DataError for
/// features that are NaN, infinite or zero rows.
/// Source: Zheng et al., AAAI 2020, "Representative Selection".
template <class Objective = FacilityLocation, class Maximise = LazyGreedy, Similarity Measure = CosineSimilarity>
  requires(MatrixObjective<Objective> || TableObjective<Objective, Measure> || FeatureObjective<Objective>) &&
          Maximiser<Maximise, Objective>
struct MaxCover {
  using Options = MaxCoverOptions<Objective, Maximise, Measure>;
  static constexpr std::string_view name = "max_cover";

  Options options;

  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::size_t budget,
                                           const Generator& generator) const {
    check_selection_budget(budget, features.shape(0));
    Maximise maximise{options.maximiser};
    if constexpr (requires { maximise.progress; })
      maximise.progress = options.execution.progress;
    if constexpr (RandomisedMaximiser<Maximise, Objective>)
      return maximise(objective(features), budget, generator);
    else
      return maximise(objective(features), budget);
  }

  /// Goes on from slices that are labelled already: those that add the most to them, none of them. By lazy greedy,
  /// which finds what naive greedy finds. `labelled` is ascending. Throws: besides, InvalidArgument for a budget above
  /// the slices that are left.
  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::span<const std::size_t> labelled,
                                           std::size_t budget, const Generator&) const
    requires SubmodularObjective<Objective> &&
             (std::same_as<Maximise, LazyGreedy> || std::same_as<Maximise, NaiveGreedy>)
  {
    Objective coverage = objective(features);
    const double band = tie_band(coverage, options.maximiser.tie_tolerance);
    std::vector<std::size_t> others;
    for (std::size_t slice = 0; slice < features.shape(0); ++slice)
      if (std::ranges::binary_search(labelled, slice))
        coverage.add(slice);
      else
        others.push_back(slice);
    return select_among(coverage, others, budget, band);
  }

  /// What is maximised, with nothing selected yet.
  [[nodiscard]] Objective objective(const Array2<float>& features) const {
    const auto table = [&] { return Measure{options.similarity}(features, options.execution); };
    if constexpr (MatrixObjective<Objective>)
      return Objective(similarity_matrix(table(), options.execution), options.objective, options.execution);
    else if constexpr (TableObjective<Objective, Measure>)
      return Objective(table(), options.objective, options.execution);
    else
      return Objective(features, options.objective, options.execution);
  }
};

/// A greedy maximiser ranks without looking at the budget.
template <class Objective, class Measure>
inline constexpr bool prefix_consistent<MaxCover<Objective, LazyGreedy, Measure>> = true;
template <class Objective, class Measure>
inline constexpr bool prefix_consistent<MaxCover<Objective, NaiveGreedy, Measure>> = true;

} // namespace sparseann
