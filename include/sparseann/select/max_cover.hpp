#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"
#include "sparseann/select/similarity.hpp"

namespace sparseann {

/// A set objective that is made from a similarity matrix (N, N).
template <class O>
concept SimilarityObjective = SetObjective<O> && std::constructible_from<O, Array2<float>, const typename O::Options&>;

template <class Objective, class Maximise, class Measure> struct MaxCoverOptions {
  typename Measure::Options similarity;
  typename Objective::Options objective;
  typename Maximise::Options maximiser;

  friend void visit(MaxCoverOptions& options, auto&& visitor) {
    visitor(field("similarity", options.similarity, "how alike two slices are"));
    visitor(field("objective", options.objective, "how well a set of slices represents all"));
    visitor(field("maximiser", options.maximiser, "how the set is found"));
  }
};

/// Representative annotation: the slices of a stack that cover all of it best, most representative first.
///
/// Formula: Eq. 7 maximised by Eq. 8. The gains sum to Eq. 7's value less N * baseline.
/// Shapes: features (N, D).
/// Cost: O(N^2 D) for the similarity, then as the maximiser.
/// Throws: InvalidArgument for a budget of zero or above N; DataError for features that are NaN, infinite or zero rows.
/// Source: Zheng et al., AAAI 2020, "Representative Selection".
template <SimilarityObjective Objective = FacilityLocation, class Maximise = LazyGreedy,
          Similarity Measure = CosineSimilarity>
  requires Maximiser<Maximise, Objective>
struct MaxCover {
  using Options = MaxCoverOptions<Objective, Maximise, Measure>;
  static constexpr std::string_view name = "max_cover";

  Options options;

  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::size_t budget, const Generator&) const {
    check_selection_budget(budget, features.shape(0));
    return Maximise{options.maximiser}(Objective(Measure{options.similarity}(features), options.objective), budget);
  }
};

/// A greedy maximiser ranks without looking at the budget.
template <class Objective, class Measure>
inline constexpr bool prefix_consistent<MaxCover<Objective, LazyGreedy, Measure>> = true;
template <class Objective, class Measure>
inline constexpr bool prefix_consistent<MaxCover<Objective, NaiveGreedy, Measure>> = true;

} // namespace sparseann
