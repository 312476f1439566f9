#include "sparseann/metric/statistics.hpp"

#include "support/catch.hpp"

#include <limits>

using namespace sparseann;

namespace {
using Values = std::vector<double>;
}

TEST_CASE("statistics of hand-made values") {
  const Values values{2.0, 4.0, 4.0, 4.0, 5.0, 5.0, 7.0, 9.0};
  CHECK(mean(values) == Approx(5.0));
  CHECK(standard_deviation(values) == Approx(std::sqrt(32.0 / 7.0)));
  CHECK(standard_error(values) == Approx(std::sqrt(32.0 / 7.0 / 8.0)));
  CHECK(median(values) == Approx(4.5));
  CHECK(median(Values{9.0, 1.0, 3.0}) == 3.0);
  CHECK(median(Values{4.0, 1.0}) == 2.5);
  CHECK(median(Values{7.0}) == 7.0);
}

TEST_CASE("a summary of one value has no spread") {
  const Summary one = summarise(Values{3.0});
  CHECK(one.count == 1);
  CHECK(one.mean == 3.0);
  CHECK(one.median == 3.0);
  CHECK_FALSE(one.standard_deviation.has_value());
  CHECK_FALSE(one.standard_error.has_value());
  const Summary two = summarise(Values{1.0, 3.0});
  CHECK(two.standard_deviation.value() == Approx(std::sqrt(2.0)));
  CHECK(two.standard_error.value() == Approx(1.0));
}

TEST_CASE("statistics refuse what has none") {
  const Values broken{1.0, std::numeric_limits<double>::quiet_NaN(), 2.0};
  const Values infinite{1.0, std::numeric_limits<double>::infinity()};
  CHECK_THROWS_AS(mean(Values{}), InvalidArgument);
  CHECK_THROWS_AS(median(Values{}), InvalidArgument);
  CHECK_THROWS_AS(summarise(Values{}), InvalidArgument);
  CHECK_THROWS_AS(standard_deviation(Values{1.0}), InvalidArgument);
  CHECK_THROWS_AS(standard_error(Values{1.0}), InvalidArgument);
  CHECK_THROWS_WITH(mean(broken), "values: expected finite numbers, got nan at index 1");
  CHECK_THROWS_AS(median(broken), InvalidArgument);
  CHECK_THROWS_AS(standard_deviation(infinite), InvalidArgument);
}

TEST_CASE("percentiles lie on a line between neighbours") {
  std::vector<double> values{4, 0, 2, 10, 6, 0};
  CHECK(percentile<double>(values, 0) == 0.0);
  CHECK(percentile<double>(values, 50) == Approx(3.0));
  CHECK(percentile<double>(values, 95) == Approx(9.0)); // at place 4.75
  CHECK(percentile<double>(values, 100) == 10.0);
  std::vector<float> unordered{5, 1, 4, 2, 3}; // numpy.percentile
  CHECK(percentile<float>(unordered, 10) == Approx(1.4));
  CHECK(percentile<float>(unordered, 99.5) == Approx(4.98));
  std::vector<float> one{3};
  CHECK(percentile<float>(one, 70) == 3.0);
}
