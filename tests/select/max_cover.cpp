#include "sparseann/select/max_cover.hpp"

#include <numeric>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

namespace {

/// Minus the squared Euclidean distance: another measure, whose values have no lower bound.
struct NegativeDistance {
  using Options = NoOptions;
  Options options;

  Array2<float> operator()(const Array2<float>& features) const {
    const std::size_t items = features.shape(0);
    Array2<float> similarity = xt::zeros<float>({items, items});
    for (std::size_t i = 0; i < items; ++i)
      for (std::size_t j = 0; j < items; ++j)
        for (std::size_t c = 0; c < features.shape(1); ++c)
          similarity(i, j) -= (features(i, c) - features(j, c)) * (features(i, c) - features(j, c));
    return similarity;
  }
};

} // namespace

static_assert(FeatureSelector<MaxCover<>>);
static_assert(prefix_consistent<MaxCover<>>);
static_assert(Options<MaxCover<>::Options>);

TEST_CASE("max-cover passes the selectors' suite") {
  test::check_selector(MaxCover<>{});
  test::check_selector(MaxCover<FacilityLocation, NaiveGreedy>{});
}

TEST_CASE("max-cover takes one slice of each cluster, the largest cluster first") {
  const Array2<float> features{{0, 1, 0, 0, 0},     {1, 0, 0, 0, 0}, {1, 0, 0, 0.1F, 0}, {0, 2, 0, 0, 0},
                               {1, 0, 0, -0.1F, 0}, {0, 0, 3, 0, 0}, {1, 0, 0, 0, 0.1F}};
  const RankedSelection selection = MaxCover<>{}(features, 3, Generator(1));
  CHECK(selection.indices == std::vector<std::size_t>{1, 0, 5}); // the middle of {1, 2, 4, 6}; the first of {0, 3}; 5
  CHECK(selection.gains[1] == Approx(2));                        // from cosine 0 to 1 for two slices
  CHECK(selection.gains[2] == Approx(1));
}

TEST_CASE("max-cover's gains sum to Eq. 7's coverage") {
  const Array2<float> features = test::random_features(15, 4, Generator(6));
  const RankedSelection selection = MaxCover<>{}(features, 5, Generator(1));
  FacilityLocation objective(cosine_similarity(features));
  for (const std::size_t item : selection.indices)
    objective.add(item);
  CHECK(std::accumulate(selection.gains.begin(), selection.gains.end(), -15.0) == Approx(objective.coverage()));
}

TEST_CASE("max-cover takes another similarity and its options") {
  const Array2<float> features{{1}, {2}, {3}, {11}, {12}};
  using Nearest = MaxCover<FacilityLocation, LazyGreedy, NegativeDistance>;
  const Nearest selector{.options = {.objective = {.baseline = -1000}}};
  CHECK(selector(features, 2, Generator(1)).indices == std::vector<std::size_t>{2, 3});
  CHECK_THROWS_AS(Nearest{}(features, 2, Generator(1)), InvalidArgument); // the cosine's baseline is too high
}

TEST_CASE("max-cover's options are named") {
  MaxCover<>::Options options;
  std::vector<std::string> paths;
  visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"objective.baseline", "maximiser.tie_tolerance"});
}

TEST_CASE("max-cover refuses bad budgets and features") {
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {3, 4}}, 0, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {3, 4}}, 3, Generator(1)), InvalidArgument);
  CHECK_THROWS_AS(MaxCover<>{}({{1, 2}, {0, 0}}, 1, Generator(1)), DataError);
}
