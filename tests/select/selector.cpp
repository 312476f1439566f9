#include "sparseann/select/selector.hpp"

#include <span>
#include <vector>

#include "support/catch.hpp"

namespace {

using namespace sparseann;

struct ByCount {
  RankedSelection operator()(std::size_t, std::size_t, Generator) const { return {}; }
};
struct ByFeatures {
  RankedSelection operator()(const Array2<float>&, std::size_t, Generator) const { return {}; }
};
struct ByCohort {
  SelectionPlan operator()(const SelectionProblem&, Generator) const { return {}; }
};
struct ByCohortWithFeatures : ByCohort {
  static constexpr bool needs_features = true;
};
struct ByWhatIsLeft : ByFeatures {
  using ByFeatures::operator();
  RankedSelection operator()(const Array2<float>&, std::span<const std::size_t>, std::size_t, Generator) const {
    return {};
  }
};
struct ByScoresOfACase : ByCohort {
  static constexpr bool needs_scores = true;
  static constexpr bool takes_labelled = true;
  static constexpr BudgetScope budget_scope = BudgetScope::each_case;
};
struct WrongResult {
  std::vector<std::size_t> operator()(std::size_t, std::size_t, Generator) const { return {}; }
};
struct Unsteady {
  RankedSelection operator()(std::size_t, std::size_t, Generator) { return {}; } // not const
};

} // namespace

TEST_CASE("a selector is what its call says") {
  CHECK(CountSelector<ByCount>);
  CHECK_FALSE(FeatureSelector<ByCount>);
  CHECK_FALSE(CohortSelector<ByCount>);
  CHECK(FeatureSelector<ByFeatures>);
  CHECK_FALSE(CountSelector<ByFeatures>);
  CHECK(CohortSelector<ByCohort>);
  CHECK(ContinuingSelector<ByWhatIsLeft>);
  CHECK_FALSE(ContinuingSelector<ByFeatures>);
  CHECK_FALSE(Selector<WrongResult>);
  CHECK_FALSE(Selector<Unsteady>);
}

TEST_CASE("whether a selector needs features follows from its call, or from its word") {
  CHECK_FALSE(needs_features<ByCount>);
  CHECK(needs_features<ByFeatures>);
  CHECK_FALSE(needs_features<ByCohort>);
  CHECK(needs_features<ByCohortWithFeatures>);
}

TEST_CASE("scores, labelled slices and shared budgets: a cohort selector says what its call does not show") {
  CHECK(needs_scores<ByScoresOfACase>);
  CHECK_FALSE(needs_scores<ByCohort>);
  CHECK_FALSE(needs_scores<ByCount>);
  CHECK(takes_labelled<ByScoresOfACase>);
  CHECK(takes_labelled<ByWhatIsLeft>);
  CHECK_FALSE(takes_labelled<ByFeatures>);
  CHECK_FALSE(takes_labelled<ByCohort>);
  CHECK(budget_scope<ByScoresOfACase> == BudgetScope::each_case);
  CHECK(budget_scope<ByCohort> == BudgetScope::each_stack);
  CHECK(budget_scope<ByCount> == BudgetScope::each_stack);
}

TEST_CASE("a problem is refused that a selector cannot meet") {
  SliceStack stack{.case_index = 2, .plane = Plane::yz, .slices = 4, .budget = 1};
  CHECK_NOTHROW(check_problem_for<ByCohort>({{stack}}));
  CHECK_THROWS_WITH(check_problem_for<ByCohortWithFeatures>({{stack}}),
                    "features of case 2, plane yz: expected a feature table, which this selector needs, got none");
  CHECK_THROWS_WITH(check_problem_for<ByScoresOfACase>({{stack}}),
                    "scores of case 2, plane yz: expected a score per slice, which this selector needs, got none");
  stack.scores = {0, 1, 0, 1};
  CHECK_NOTHROW(check_problem_for<ByScoresOfACase>({{stack}}));
  stack.labelled = {1, 3};
  CHECK_NOTHROW(check_problem_for<ByScoresOfACase>({{stack}}));
  CHECK_THROWS_WITH(check_problem_for<ByCohort>({{stack}}),
                    "labelled slices of case 2, plane yz: expected none, as this selector would select them again, "
                    "got 2");
  stack.budget = 5;
  CHECK_THROWS_AS(check_problem_for<ByScoresOfACase>({{stack}}), InvalidArgument);
}

TEST_CASE("prefix consistency is promised, never assumed") { CHECK_FALSE(prefix_consistent<ByCount>); }
