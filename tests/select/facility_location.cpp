#include "sparseann/select/facility_location.hpp"

#include <cmath>
#include <limits>
#include <span>
#include <vector>

#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/selection_data.hpp"

using sparseann::Array2;
using sparseann::FacilityLocation;

static_assert(sparseann::SubmodularObjective<FacilityLocation>);
static_assert(sparseann::BatchObjective<FacilityLocation>);
static_assert(sparseann::BoundedObjective<FacilityLocation>);

TEST_CASE("facility location by hand") {
  FacilityLocation objective(Array2<float>{{1, 0.5F, -0.5F}, {0.5F, 1, 0.25F}, {-0.5F, 0.25F, 1}});
  CHECK(objective.size() == 3);
  CHECK(objective.value() == -3.0);
  CHECK(objective.gain(0) == 2 + 1.5 + 0.5);
  objective.add(0);
  CHECK(objective.value() == 1.0);
  CHECK(objective.gain(0) == 0);
  CHECK(objective.gain(1) == 0.5 + 0.75);
  CHECK(objective.gain(2) == 1.5);
  objective.add(2);
  CHECK(objective.value() == 2.5);
}

TEST_CASE("gains are the differences of Eq. 7 and never grow") {
  const sparseann::SimilarityMatrix similarity =
      sparseann::test::cosines(sparseann::test::random_features(14, 3, sparseann::Generator(2)));
  FacilityLocation objective(similarity);
  std::vector<double> last(14, std::numeric_limits<double>::infinity());
  std::vector<std::size_t> set;
  double sum_of_gains = 0;
  for (const std::size_t chosen : {7U, 0U, 13U, 4U, 5U}) {
    for (std::size_t item = 0; item < 14; ++item) {
      const double gain = objective.gain(item);
      CHECK(gain >= 0);
      CHECK(gain <= last[item]);
      last[item] = gain;
      std::vector<std::size_t> with = set;
      with.push_back(item);
      CHECK(gain == Approx(sparseann::test::coverage_by_definition(similarity.values(), with) -
                           sparseann::test::coverage_by_definition(similarity.values(), set))
                        .margin(1e-12));
    }
    sum_of_gains += objective.gain(chosen);
    objective.add(chosen);
    set.push_back(chosen);
    CHECK(objective.value() == Approx(sparseann::test::coverage_by_definition(similarity.values(), set)));
    CHECK(objective.value() == Approx(sum_of_gains - 14.0));
  }
}

TEST_CASE("rows represent, columns are represented") {
  FacilityLocation objective(Array2<float>{{0, 0.75F}, {0.25F, 0}}, {.baseline = 0});
  CHECK(objective.gain(0) == 0.75);
  CHECK(objective.gain(1) == 0.25);
}

TEST_CASE("a matrix that is not symmetric is maximised as its definition says") {
  for (std::uint64_t seed = 0; seed < 10; ++seed) {
    Array2<float> similarity = sparseann::test::random_features(70, 70, sparseann::Generator(seed));
    const FacilityLocation objective(similarity, {.baseline = -10});
    const sparseann::RankedSelection expected = sparseann::test::greedy_by_definition(similarity, 40, -10);
    CHECK(sparseann::LazyGreedy{}(objective, 40).indices == expected.indices);
    CHECK(sparseann::NaiveGreedy{}(objective, 40).indices == expected.indices);
  }
}

TEST_CASE("a copy goes its own way") {
  FacilityLocation objective(Array2<float>{{1, 0}, {0, 1}}, {.baseline = 0});
  FacilityLocation copy = objective;
  copy.add(0);
  CHECK(objective.gain(0) == 1);
  CHECK(copy.gain(0) == 0);
}

TEST_CASE("facility location is monotone and submodular, symmetric or not") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const sparseann::SimilarityMatrix cosines =
        sparseann::test::cosines(sparseann::test::features_of_kind(seed, 8, sparseann::Generator(seed)));
    const Array2<float> any = sparseann::test::random_features(8, 8, sparseann::Generator(seed));
    sparseann::test::check_objective([&] { return FacilityLocation(cosines); }, 8);
    sparseann::test::check_objective([&] { return FacilityLocation(any, {.baseline = -20}); }, 8);
  }
}

TEST_CASE("facility location refuses a baseline above a similarity") {
  CHECK_THROWS_WITH(FacilityLocation(Array2<float>{{1, 0}, {-0.5F, 1}}, {.baseline = 0}),
                    "baseline: expected a number of at most -0.5, the lowest similarity, got 0");
  CHECK_THROWS_AS(FacilityLocation(Array2<float>{{1}}, {.baseline = std::nan("")}), sparseann::InvalidArgument);
}
