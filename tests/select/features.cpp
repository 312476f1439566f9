#include "sparseann/select/features.hpp"

#include <limits>

#include "support/catch.hpp"

using sparseann::Array2;
using sparseann::check_features;

TEST_CASE("a feature table has rows and columns") {
  CHECK_THROWS_WITH(sparseann::check_feature_table(0, 3, "a.npy"),
                    "a.npy: expected at least one row and one column, got 0 x 3");
  CHECK_THROWS_WITH(sparseann::check_feature_table(2, 0),
                    "features: expected at least one row and one column, got 2 x 0");
  CHECK_NOTHROW(sparseann::check_feature_table(1, 1));
}

TEST_CASE("feature_row is a row") {
  const Array2<float> features{{1, 2, 3}, {4, 5, 6}};
  CHECK(std::ranges::equal(sparseann::feature_row(features, 1), std::array{4.0F, 5.0F, 6.0F}));
}

TEST_CASE("features that have no direction are refused by row and column") {
  CHECK_NOTHROW(check_features({{1, 0}, {0, -1e-40F}}));
  CHECK_THROWS_WITH(check_features({{1, 2}, {3, std::numeric_limits<float>::quiet_NaN()}}),
                    "features: expected finite numbers, got nan in row 1, column 1");
  CHECK_THROWS_WITH(check_features({{-std::numeric_limits<float>::infinity(), 2}}, "a.npy"),
                    "a.npy: expected finite numbers, got -inf in row 0, column 0");
  CHECK_THROWS_WITH(check_features({{1, 2}, {3, 4}, {0, -0.0F}}),
                    "features: expected a number other than zero in each row, got zeros alone in row 2");
  CHECK_THROWS_WITH(check_features(xt::ones<float>({3, 0})),
                    "features: expected at least one row and one column, got 3 x 0");
  CHECK_THROWS_AS(check_features(xt::ones<float>({0, 3})), sparseann::DataError);
}
