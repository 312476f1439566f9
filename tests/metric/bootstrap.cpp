#include "sparseann/metric/bootstrap.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {
const std::vector<double> dice_values{0.61, 0.72, 0.75, 0.79, 0.81, 0.83, 0.84, 0.86, 0.9, 0.93};
double mean_of(std::span<const double> values) { return mean(values); }
double median_of(std::span<const double> values) { return median(values); }
} // namespace

TEST_CASE("bootstrap intervals are those of SciPy 1.14.1's bootstrap, method percentile, 400000 resamples") {
  const BootstrapOptions many{.resamples = 40000};
  const Interval of_mean = bootstrap_interval(dice_values, mean_of, many);
  CHECK(of_mean.low == Approx(0.746).margin(0.0015));
  CHECK(of_mean.high == Approx(0.856).margin(0.0015));
  const Interval of_median = bootstrap_interval(dice_values, median_of, many);
  CHECK(of_median.low == Approx(0.75).margin(1e-9));
  CHECK(of_median.high == Approx(0.87).margin(1e-9));
}

TEST_CASE("of two values the mean's distribution is known") {
  const std::vector<double> values{0, 1}; // 0, 1/2, 1 with probabilities 1/4, 1/2, 1/4
  CHECK((bootstrap_interval(values, mean_of) == Interval{.low = 0, .high = 1}));
  CHECK((bootstrap_interval(values, mean_of, {.confidence = 0.4}) == Interval{.low = 0.5, .high = 0.5}));
}

TEST_CASE("an interval depends on the seed alone, and shrinks with the confidence") {
  const Interval wide = bootstrap_interval(dice_values, mean_of, {.seed = 3});
  CHECK((wide == bootstrap_interval(dice_values, mean_of, {.seed = 3})));
  CHECK_FALSE((wide == bootstrap_interval(dice_values, mean_of, {.seed = 4})));
  const Interval narrow = bootstrap_interval(dice_values, mean_of, {.confidence = 0.5, .seed = 3});
  CHECK(narrow.low > wide.low);
  CHECK(narrow.high < wide.high);
  CHECK((bootstrap_interval(std::vector<double>{5}, mean_of) == Interval{.low = 5, .high = 5}));
}

TEST_CASE("what cannot be resampled is refused") {
  CHECK_THROWS_WITH(bootstrap_interval(std::vector<double>{}, mean_of), "values: expected at least 1, got 0");
  CHECK_THROWS_WITH(bootstrap_interval(std::vector<double>{1, std::nan("")}, mean_of),
                    "values: expected finite numbers, got nan at index 1");
  CHECK_THROWS_AS(bootstrap_interval(dice_values, mean_of, {.resamples = 0}), InvalidArgument);
  CHECK_THROWS_AS(bootstrap_interval(dice_values, mean_of, {.confidence = 1.5}), InvalidArgument);
}
