#include "apps/sparseann_torch/selector_choice.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/feature_coverage.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/middle_biased.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/probability_cover.hpp"
#include "sparseann/select/random_slices.hpp"
#include "sparseann/select/saturated_coverage.hpp"
#include "sparseann/select/typical_clusters.hpp"

namespace sparseann::app {

std::vector<SelectorChoice> selectors_per_stack() {
  return {
      selector_choice<PerStack<MaxCover<>>>("slices that represent all others of their plane best; the paper's"),
      selector_choice<PerStack<MaxCover<SaturatedCoverage, LazyGreedy, GaussianSimilarity>>>(
          "saturated_coverage", "each slice covered by everything selected that is like it, up to a level"),
      selector_choice<PerStack<MaxCover<FeatureCoverage<>>>>(
          "feature_coverage",
          "much of every feature, with diminishing returns; for features of which none is negative"),
      selector_choice<PerStack<KCenter>>("no slice far from a selected one (core-set)"),
      selector_choice<PerStack<TypicalClusters>>("the most typical slice of each cluster (TypiClust)"),
      selector_choice<PerStack<ProbabilityCover>>("balls of one radius that hold the most slices (ProbCover)"),
      selector_choice<PerStack<EqualInterval>>("evenly spaced; a strong baseline that needs no features"),
      selector_choice<PerStack<MiddleBiased>>("at random, likelier in the middle; needs no features"),
      selector_choice<PerStack<RandomSlices>>("random", "at random; needs no features"),
  };
}

} // namespace sparseann::app
