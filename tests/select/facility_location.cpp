#include "sparseann/select/facility_location.hpp"

#include <limits>
#include <span>
#include <vector>

#include "sparseann/select/similarity.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FacilityLocation;

namespace {

/// Eq. 7 word for word.
double coverage_by_definition(const Array2<float>& similarity, std::span<const std::size_t> set) {
  double sum = 0;
  for (std::size_t j = 0; j < similarity.shape(1); ++j) {
    double best = -std::numeric_limits<double>::infinity();
    for (const std::size_t i : set)
      best = std::max(best, static_cast<double>(similarity(i, j)));
    sum += best;
  }
  return sum;
}

} // namespace

static_assert(sparseann::SubmodularObjective<FacilityLocation>);

TEST_CASE("facility location by hand") {
  FacilityLocation objective(Array2<float>{{1, 0.5F, -0.5F}, {0.5F, 1, 0.25F}, {-0.5F, 0.25F, 1}});
  CHECK(objective.size() == 3);
  CHECK(objective.coverage() == -3.0);
  CHECK(objective.gain(0) == 2 + 1.5 + 0.5);
  objective.add(0);
  CHECK(objective.coverage() == 1.0);
  CHECK(objective.gain(0) == 0);
  CHECK(objective.gain(1) == 0.5 + 0.75);
  CHECK(objective.gain(2) == 1.5);
  objective.add(2);
  CHECK(objective.coverage() == 2.5);
}

TEST_CASE("gains are the differences of Eq. 7 and never grow") {
  const Array2<float> similarity =
      sparseann::cosine_similarity(sparseann::test::random_features(14, 3, sparseann::Generator(2)));
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
      const double before = set.empty() ? -14.0 : coverage_by_definition(similarity, set);
      CHECK(gain == Approx(coverage_by_definition(similarity, with) - before).margin(1e-12));
    }
    sum_of_gains += objective.gain(chosen);
    objective.add(chosen);
    set.push_back(chosen);
    CHECK(objective.coverage() == Approx(coverage_by_definition(similarity, set)));
    CHECK(objective.coverage() == Approx(sum_of_gains - 14.0));
  }
}

TEST_CASE("rows represent, columns are represented") {
  FacilityLocation objective(Array2<float>{{0, 0.75F}, {0.25F, 0}}, {.baseline = 0});
  CHECK(objective.gain(0) == 0.75);
  CHECK(objective.gain(1) == 0.25);
}

TEST_CASE("facility location refuses what has no coverage") {
  CHECK_THROWS_WITH(FacilityLocation(xt::zeros<float>({2, 3})),
                    "similarity: expected a square matrix of at least one item, got 2 x 3");
  CHECK_THROWS_AS(FacilityLocation(xt::zeros<float>({0, 0})), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(FacilityLocation(Array2<float>{{1, std::numeric_limits<float>::quiet_NaN()}, {0, 1}}),
                    "similarity: expected finite numbers, got nan in row 0, column 1");
  CHECK_THROWS_WITH(FacilityLocation(Array2<float>{{1, 0}, {-0.5F, 1}}, {.baseline = 0}),
                    "baseline: expected a number of at most -0.5, the similarity in row 1, column 0, got 0");
  CHECK_THROWS_AS(FacilityLocation(Array2<float>{{1}}, {.baseline = std::nan("")}), sparseann::InvalidArgument);
}
