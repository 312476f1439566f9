#include "sparseann/select/saturated_coverage.hpp"

#include <algorithm>
#include <span>
#include <vector>

#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::Generator;
using sparseann::SaturatedCoverage;

namespace {

/// Not symmetric, and some are zero.
Array2<float> similarities_above_zero(std::size_t items, Generator generator) {
  Array2<float> similarity = xt::zeros<float>({items, items});
  for (float& value : sparseann::elements(similarity))
    value = static_cast<float>(std::max(generator.uniform(-0.5, 1), 0.0));
  return similarity;
}

/// The docblock's formula.
double saturated_by_definition(const Array2<float>& similarity, double saturation, std::span<const std::size_t> set) {
  double value = 0;
  for (std::size_t j = 0; j < similarity.shape(1); ++j) {
    double covered = 0;
    double all = 0;
    for (const std::size_t i : set)
      covered += static_cast<double>(similarity(i, j));
    for (std::size_t i = 0; i < similarity.shape(0); ++i)
      all += static_cast<double>(similarity(i, j));
    value += std::min(covered, saturation * all);
  }
  return value;
}

} // namespace

static_assert(sparseann::SubmodularObjective<SaturatedCoverage>);

TEST_CASE("saturated coverage by hand") {
  const Array2<float> similarity{{4, 2, 0}, {0, 2, 0}, {4, 0, 8}};
  SaturatedCoverage objective(similarity, {.saturation = 0.5}); // at most 4, 2 and 4
  CHECK(objective.size() == 3);
  CHECK(objective.value() == 0);
  CHECK(objective.gain(0) == 6);
  CHECK(objective.gain(1) == 2);
  CHECK(objective.gain(2) == 8);
  objective.add(2);
  CHECK(objective.value() == 8);
  CHECK(objective.gain(0) == 2);
  CHECK(objective.gain(1) == 2);
  CHECK(objective.gain(2) == 0);
  objective.add(1);
  CHECK(objective.value() == 10);
  CHECK(objective.gain(0) == 0);
}

TEST_CASE("saturated coverage is its formula, for every saturation") {
  for (const double saturation : {0.05, 0.25, 0.6, 1.0})
    for (std::uint64_t seed = 0; seed < 3; ++seed) {
      CAPTURE(saturation, seed);
      const Array2<float> similarity = similarities_above_zero(7, Generator(seed));
      const auto make = [&] { return SaturatedCoverage(similarity, {.saturation = saturation}); };
      sparseann::test::check_formula(make, 7, [&](std::span<const std::size_t> set) {
        return saturated_by_definition(similarity, saturation, set);
      });
      sparseann::test::check_objective(make, 7);
    }
}

TEST_CASE("lazy greedy on saturated coverage is naive greedy") {
  const SaturatedCoverage objective(similarities_above_zero(40, Generator(5)));
  const sparseann::RankedSelection lazy = sparseann::LazyGreedy{}(objective, 12);
  const sparseann::RankedSelection naive = sparseann::NaiveGreedy{}(objective, 12);
  CHECK(lazy.indices == naive.indices);
  CHECK(lazy.gains == naive.gains);
}

TEST_CASE("saturated coverage refuses negative similarities and saturations that cover nothing") {
  CHECK_THROWS_WITH(SaturatedCoverage(Array2<float>{{1, -0.5F}, {0, 1}}),
                    "similarity: expected no negative values, got -0.5");
  CHECK_THROWS_WITH(SaturatedCoverage(sparseann::SimilarityMatrix::symmetric(Array2<float>{{1, 0}, {0, 1}}, -1)),
                    "similarity: expected no negative values, got -1");
  CHECK_THROWS_AS(SaturatedCoverage(Array2<float>{{1, -0.5F}, {0, 1}}), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(SaturatedCoverage(Array2<float>{{1}}, {.saturation = 0}),
                    "saturation: expected a number above 0 and at most 1, got 0");
  CHECK_THROWS_WITH(SaturatedCoverage(Array2<float>{{1}}, {.saturation = 1.5}),
                    "saturation: expected a number above 0 and at most 1, got 1.5");
  CHECK_THROWS_WITH(SaturatedCoverage(Array2<float>(xt::zeros<float>({2, 3}))),
                    "similarity: expected a square matrix of at least one item, got 2 x 3");
}
