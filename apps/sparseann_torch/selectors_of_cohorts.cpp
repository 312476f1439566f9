#include "apps/sparseann_torch/selector_choice.hpp"
#include "sparseann/select/cohort_cover.hpp"
#include "sparseann/select/cross_plane_cover.hpp"
#include "sparseann/select/foreground_aware.hpp"
#include "sparseann/select/staggered_interval.hpp"

namespace sparseann::app {

std::vector<SelectorChoice> selectors_of_cohorts() {
  return {
      selector_choice<StaggeredInterval>("evenly spaced in the middle, shifted from case to case; needs no features"),
      selector_choice<ForegroundAware<>>("at random, likelier where the image is bright; needs no features"),
      selector_choice<CrossPlaneCover<>>("one budget for the planes of a case: what one plane shows another need not"),
      selector_choice<CohortCover<>>("one budget for all cases: a slice may represent those of other cases"),
  };
}

std::vector<SelectorChoice> all_selectors() {
  std::vector<SelectorChoice> selectors = selectors_per_stack();
  for (SelectorChoice& selector : selectors_of_cohorts())
    selectors.push_back(std::move(selector));
  return selectors;
}

} // namespace sparseann::app
