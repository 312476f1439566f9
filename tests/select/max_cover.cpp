#include "sparseann/select/max_cover.hpp"

#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "sparseann/select/feature_coverage.hpp"
#include "sparseann/select/function_similarity.hpp"
#include "sparseann/select/stochastic_greedy.hpp"
#include "sparseann/select/tiled_facility_location.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

namespace {

/// Minus the squared Euclidean distance: another measure, whose values have no lower bound.
struct NegativeDistance {
  float operator()(std::span<const float> a, std::span<const float> b) const {
    float sum = 0;
    for (std::size_t c = 0; c < a.size(); ++c)
      sum -= (a[c] - b[c]) * (a[c] - b[c]);
    return sum;
  }
};

using Tiled = MaxCover<TiledFacilityLocation<TableOf<CosineSimilarity>>>;

} // namespace

static_assert(FeatureSelector<MaxCover<>>);
static_assert(prefix_consistent<MaxCover<>>);
static_assert(Options<MaxCover<>::Options>);

TEST_CASE("max-cover passes the selectors' suite") {
  test::check_selector(MaxCover<>{});
  test::check_selector(MaxCover<FacilityLocation, NaiveGreedy>{});
  test::check_selector(Tiled{});
  test::check_selector(MaxCover<FacilityLocation, StochasticGreedy>{});
}

TEST_CASE("max-cover takes one slice of each cluster, the largest cluster first") {
  const Array2<float> features{{0, 1, 0, 0, 0},     {1, 0, 0, 0, 0}, {1, 0, 0, 0.1F, 0}, {0, 2, 0, 0, 0},
                               {1, 0, 0, -0.1F, 0}, {0, 0, 3, 0, 0}, {1, 0, 0, 0, 0.1F}};
  const RankedSelection selection = MaxCover<>{}(features, 3, Generator(1));
  CHECK(selection.indices == std::vector<std::size_t>{1, 0, 5}); // the middle of {1, 2, 4, 6}; the first of {0, 3}; 5
  CHECK(selection.gains[1] == Approx(2));                        // from cosine 0 to 1 for two slices
  CHECK(selection.gains[2] == Approx(1));
}

TEST_CASE("max-cover goes on from labelled slices by what the others add to them") {
  const Array2<float> features = test::random_features(15, 4, Generator(6));
  const std::vector<std::size_t> labelled{3, 8};
  const RankedSelection selection = MaxCover<>{}(features, labelled, 4, Generator(1));
  std::vector<std::size_t> selected = labelled;
  const auto coverage = [&](std::size_t further) {
    std::vector<std::size_t> set = selected;
    set.push_back(further);
    return test::coverage_by_definition(test::cosines(features).values(), set);
  };
  for (std::size_t rank = 0; rank < 4; ++rank) {
    std::size_t best = 0;
    while (std::ranges::find(selected, best) != selected.end())
      ++best;
    for (std::size_t slice = 0; slice < 15; ++slice)
      if (std::ranges::find(selected, slice) == selected.end() && coverage(slice) > coverage(best))
        best = slice;
    CHECK(selection.indices.at(rank) == best);
    CHECK(selection.gains.at(rank) ==
          Approx(coverage(best) - test::coverage_by_definition(test::cosines(features).values(), selected)));
    selected.push_back(best);
  }
  CHECK(MaxCover<FacilityLocation, NaiveGreedy>{}(features, labelled, 4, Generator(1)).indices == selection.indices);
  CHECK_THROWS_AS(MaxCover<>{}(features, labelled, 14, Generator(1)), InvalidArgument);
}

static_assert(ContinuingSelector<MaxCover<>>);
static_assert(!ContinuingSelector<MaxCover<FacilityLocation, StochasticGreedy>>);

TEST_CASE("max-cover's gains sum to Eq. 7's coverage") {
  const Array2<float> features = test::random_features(15, 4, Generator(6));
  const RankedSelection selection = MaxCover<>{}(features, 5, Generator(1));
  const double coverage = test::coverage_by_definition(test::cosines(features).values(), selection.indices);
  CHECK(std::accumulate(selection.gains.begin(), selection.gains.end(), -15.0) == Approx(coverage));
  CHECK(selection.coverage.back() == Approx(coverage));
  CHECK(selection.certificate->value == selection.coverage.back());
}

TEST_CASE("max-cover in tiles is max-cover") {
  const Array2<float> features = test::clustered_features(90, 7, 9, Generator(7));
  CHECK(Tiled{}(features, 20, Generator(1)).gains == MaxCover<>{}(features, 20, Generator(1)).gains);
}

TEST_CASE("max-cover takes another similarity and its options") {
  const Array2<float> features{{1}, {2}, {3}, {11}, {12}};
  using Nearest = MaxCover<FacilityLocation, LazyGreedy, FunctionSimilarity<NegativeDistance>>;
  const Nearest selector{.options = {.similarity = {.lowest = -1000}, .objective = {.baseline = -1000}}};
  CHECK(selector(features, 2, Generator(1)).indices == std::vector<std::size_t>{2, 3});
  const Nearest high{.options = {.similarity = {.lowest = -1000}}}; // the cosine's baseline
  CHECK_THROWS_AS(high(features, 2, Generator(1)), InvalidArgument);
}

TEST_CASE("max-cover takes objectives without similarities") {
  const Array2<float> features{{9, 0}, {8, 1}, {0, 5}};
  const MaxCover<FeatureCoverage<>> selector;
  // sqrt(8) + 1, then sqrt(6) - 1 rather than sqrt(17) - sqrt(8)
  CHECK(selector(features, 2, Generator(1)).indices == std::vector<std::size_t>{1, 2});
}

TEST_CASE("max-cover's options are named") {
  MaxCover<>::Options options;
  std::vector<std::string> paths;
  visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"objective.baseline", "maximiser.tie_tolerance", "maximiser.certify",
                                          "execution.threads", "execution.instruction_set"});
}

TEST_CASE("max-cover refuses bad budgets and features") {
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {3, 4}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {3, 4}}, 3, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {0, 0}}, 1, Generator(1)), DataError);
}

TEST_CASE("max-cover tells its progress where its execution does") {
  const Array2<float> features = test::random_features(60, 4, Generator(1));
  const auto check = [&]<class S>(S selector, const std::vector<std::string>& names) {
    test::RecordedProgress recorded;
    selector.options.execution.progress = recorded.progress();
    (void)selector(features, 6, Generator(1));
    test::check_pieces(recorded, names);
  };
  check(MaxCover<>{}, {"comparing all items", "selecting"});
  check(MaxCover<FacilityLocation, NaiveGreedy>{}, {"comparing all items", "selecting"});
  check(MaxCover<FacilityLocation, StochasticGreedy>{}, {"comparing all items", "selecting"});
}
