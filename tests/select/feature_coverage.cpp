#include "sparseann/select/feature_coverage.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>
#include <type_traits>
#include <vector>

#include "sparseann/select/max_cover.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FeatureCoverage;
using sparseann::Generator;

namespace {

/// min(x, 3): a concave function of a user's.
struct Capped {
  [[nodiscard]] double operator()(double value) const noexcept { return std::min(value, 3.0); }
};

struct ReturnsFloat {
  [[nodiscard]] float operator()(double) const noexcept { return 0; }
};

/// About a third are zero, and no row is.
Array2<float> counts(std::size_t items, std::size_t features, Generator generator) {
  Array2<float> result = xt::zeros<float>({items, features});
  for (std::size_t i = 0; i < items; ++i) {
    for (std::size_t d = 0; d < features; ++d)
      result(i, d) = static_cast<float>(std::max(generator.uniform(-1, 2), 0.0));
    result(i, i % features) += 0.5F;
  }
  return result;
}

/// The docblock's formula.
template <class Concave> double coverage_of_features(const Array2<float>& features, std::span<const std::size_t> set) {
  double value = 0;
  for (std::size_t d = 0; d < features.shape(1); ++d) {
    double mass = 0;
    for (const std::size_t i : set)
      mass += static_cast<double>(features(i, d));
    value += Concave{}(mass);
  }
  return value;
}

} // namespace

static_assert(sparseann::SubmodularObjective<FeatureCoverage<>>);
static_assert(std::same_as<FeatureCoverage<>, FeatureCoverage<sparseann::SquareRoot>>);
static_assert(sparseann::ConcaveFunction<Capped>);
static_assert(!sparseann::ConcaveFunction<ReturnsFloat>);

TEST_CASE("feature coverage by hand") {
  FeatureCoverage<> objective(Array2<float>{{4, 0}, {5, 1}, {0, 9}});
  CHECK(objective.size() == 3);
  CHECK(objective.value() == 0);
  CHECK(objective.gain(0) == 2);
  CHECK(objective.gain(2) == 3);
  objective.add(0);
  CHECK(objective.value() == 2);
  CHECK(objective.gain(1) == 1 + 1); // from sqrt(4) to sqrt(9), from 0 to 1
  objective.add(1);
  CHECK(objective.value() == 4);
  CHECK(FeatureCoverage<sparseann::Logarithm>(Array2<float>{{1, 2}}).gain(0) == Approx(std::log(2) + std::log(3)));
}

TEMPLATE_TEST_CASE("feature coverage is its formula", "", sparseann::SquareRoot, sparseann::Logarithm, Capped) {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    CAPTURE(seed);
    const Array2<float> features = counts(8, 3 + seed, Generator(seed));
    const auto make = [&] { return FeatureCoverage<TestType>(features); };
    sparseann::test::check_formula(
        make, 8, [&](std::span<const std::size_t> set) { return coverage_of_features<TestType>(features, set); });
    sparseann::test::check_objective(make, 8);
  }
}

TEST_CASE("max-cover takes feature coverage as it is") {
  const Array2<float> features = counts(20, 6, Generator(3));
  const sparseann::MaxCover<FeatureCoverage<>> selector{};
  const sparseann::RankedSelection selection = selector(features, 5, Generator(1));
  CHECK(selection.indices == sparseann::NaiveGreedy{}(FeatureCoverage<>(features), 5).indices);
  CHECK(selection.coverage.back() == Approx(coverage_of_features<sparseann::SquareRoot>(features, selection.indices)));
}

TEST_CASE("feature coverage names the broken feature") {
  CHECK_THROWS_WITH(FeatureCoverage<>(Array2<float>{{1, 2}, {3, -0.5F}}),
                    "features: expected no negative numbers, got -0.5 in row 1, column 1");
  CHECK_THROWS_AS(FeatureCoverage<>(Array2<float>{{1, 2}, {3, -0.5F}}), sparseann::DataError);
  CHECK_THROWS_WITH(FeatureCoverage<>(Array2<float>{{1, std::numeric_limits<float>::infinity()}}),
                    "features: expected finite numbers, got inf in row 0, column 1");
  CHECK_THROWS_WITH(FeatureCoverage<>(Array2<float>{{1, 1}, {std::numeric_limits<float>::quiet_NaN(), 1}}),
                    "features: expected finite numbers, got nan in row 1, column 0");
  CHECK_THROWS_WITH(FeatureCoverage<>(Array2<float>{{1, 2}, {0, 0}}),
                    "features: expected a number other than zero in each row, got zeros alone in row 1");
  CHECK_THROWS_WITH(FeatureCoverage<>(xt::zeros<float>({0, 3})),
                    "features: expected at least one row and one column, got 0 x 3");
}
