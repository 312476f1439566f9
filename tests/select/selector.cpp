#include "sparseann/select/selector.hpp"

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
  CHECK_FALSE(Selector<WrongResult>);
  CHECK_FALSE(Selector<Unsteady>);
}

TEST_CASE("whether a selector needs features follows from its call, or from its word") {
  CHECK_FALSE(needs_features<ByCount>);
  CHECK(needs_features<ByFeatures>);
  CHECK_FALSE(needs_features<ByCohort>);
  CHECK(needs_features<ByCohortWithFeatures>);
}

TEST_CASE("prefix consistency is promised, never assumed") { CHECK_FALSE(prefix_consistent<ByCount>); }
