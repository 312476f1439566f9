#include "sparseann/select/gaussian_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <vector>

#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::GaussianSimilarity;
using sparseann::Generator;
using sparseann::InstructionSet;

namespace {

double squared_distance(const Array2<float>& features, std::size_t i, std::size_t j) {
  double sum = 0;
  for (std::size_t k = 0; k < features.shape(1); ++k) {
    const double difference = static_cast<double>(features(i, k)) - static_cast<double>(features(j, k));
    sum += difference * difference;
  }
  return sum;
}

/// Over all ordered pairs, an item with itself included.
double root_mean_square_distance(const Array2<float>& features) {
  double sum = 0;
  for (std::size_t i = 0; i < features.shape(0); ++i)
    for (std::size_t j = 0; j < features.shape(0); ++j)
      sum += squared_distance(features, i, j);
  return std::sqrt(sum / static_cast<double>(features.shape(0) * features.shape(0)));
}

Array2<float> gaussian_matrix(const Array2<float>& features, double bandwidth = 0,
                              InstructionSet set = InstructionSet::automatic) {
  const GaussianSimilarity similarity{.options = {.bandwidth = bandwidth}};
  return sparseann::similarity_matrix(similarity(features, {.threads = 1, .instruction_set = set})).values();
}

/// Against the formula in double. Squared distances are off by some 1e-7 of the largest from the mean, of which there
/// are less than 20 squared bandwidths here, and halved in the exponent; the exponential adds an ulp: 2e-6 in all.
void check_against_formula(const Array2<float>& features, const Array2<float>& similarity, double bandwidth) {
  double worst = 0;
  for (std::size_t i = 0; i < features.shape(0); ++i)
    for (std::size_t j = 0; j < features.shape(0); ++j) {
      const double expected = std::exp(-squared_distance(features, i, j) / (2 * bandwidth * bandwidth));
      worst = std::max(worst, std::abs(static_cast<double>(similarity(i, j)) - expected));
    }
  CHECK(worst <= 2e-6);
}

} // namespace

static_assert(sparseann::Similarity<GaussianSimilarity>);
static_assert(sparseann::Policy<GaussianSimilarity>);

TEST_CASE("Gaussian similarity at known distances") {
  const Array2<float> similarity = gaussian_matrix({{0, 1}, {2, 1}, {0, 4}}, 2);
  CHECK(similarity(0, 0) == 1);
  CHECK(similarity(0, 1) == Approx(std::exp(-0.5)).epsilon(1e-6)); // a bandwidth apart
  CHECK(similarity(0, 2) == Approx(std::exp(-9.0 / 8)).epsilon(1e-6));
  CHECK(similarity(1, 2) == Approx(std::exp(-13.0 / 8)).epsilon(1e-6));
}

TEST_CASE("Gaussian similarity is its formula, for every length and number of items") {
  for (const std::size_t columns : {1U, 2U, 7U, 16U, 33U, 300U})
    for (const std::size_t items : {2U, 15U, 17U, 49U, 130U}) {
      CAPTURE(columns, items);
      const Array2<float> features = sparseann::test::random_features(items, columns, Generator(columns));
      const double bandwidth = root_mean_square_distance(features);
      check_against_formula(features, gaussian_matrix(features, bandwidth), bandwidth);
    }
}

TEST_CASE("without a bandwidth it is the root mean square distance of two items") {
  for (const std::size_t items : {2U, 5U, 50U}) {
    const Array2<float> features = sparseann::test::random_features(items, 4, Generator(items));
    check_against_formula(features, gaussian_matrix(features), root_mean_square_distance(features));
  }
  // -1 and 1: a mean squared distance of 2, with the items at distance 2
  CHECK(gaussian_matrix({{-1}, {1}})(0, 1) == Approx(std::exp(-1)).epsilon(1e-6));
}

TEST_CASE("the bandwidth that is used makes the same similarities, whatever the features' unit") {
  for (const int exponent : {-120, 0, 3, 100}) {
    Array2<float> features = sparseann::test::random_features(30, 4, Generator(5));
    for (float& value : sparseann::elements(features))
      value = std::ldexp(value, exponent);
    const double used = GaussianSimilarity{}.bandwidth_for(features);
    CHECK(used == Approx(root_mean_square_distance(features)).epsilon(1e-6));
    CHECK((gaussian_matrix(features, used) == gaussian_matrix(features)));
    const GaussianSimilarity given{.options = {.bandwidth = 0.75 * used}};
    CHECK(given.bandwidth_for(features) == 0.75 * used);
  }
}

TEST_CASE("features far from the origin are no harder") {
  Array2<float> features = sparseann::test::random_features(40, 5, Generator(2));
  for (float& value : sparseann::elements(features))
    value = std::round(value * 256) / 256 + 4096; // exact in float
  const double bandwidth = root_mean_square_distance(features);
  check_against_formula(features, gaussian_matrix(features), bandwidth);
}

TEST_CASE("equal rows have similarity 1 exactly, and the matrix is symmetric to the bit") {
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::automatic})
    for (const std::size_t columns : {3U, 64U, 700U}) {
      CAPTURE(columns);
      Array2<float> features = sparseann::test::random_features(67, columns, Generator(4));
      for (std::size_t i = 20; i < 67; ++i)
        for (std::size_t k = 0; k < columns; ++k)
          features(i, k) = features(i % 20, k);
      const Array2<float> similarity = gaussian_matrix(features, 0, set);
      for (std::size_t i = 0; i < 67; ++i)
        for (std::size_t j = 0; j < 67; ++j) {
          if (i % 20 == j % 20)
            CHECK(similarity(i, j) == 1.0F);
          CHECK(similarity(i, j) == similarity(j, i));
          CHECK(similarity(i, j) <= 1.0F);
          CHECK(similarity(i, j) >= 0.0F);
        }
    }
}

TEST_CASE("a few rows have the bits that all rows have") {
  const Array2<float> features = sparseann::test::random_features(70, 9, Generator(6));
  const auto table = GaussianSimilarity{}(features);
  const Array2<float> all = gaussian_matrix(features);
  const std::vector<std::size_t> items{69, 3, 50, 3};
  std::vector<float> tile(16 * 80);
  table.tile(table.only(items), {0, 4}, {0, 70}, tile.data(), 80);
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 70; ++j)
      CHECK(tile[i * 80 + j] == all(items[i], j));
  table.tile(table.only(items), {0, 4}, {48, 22}, tile.data(), 80);
  CHECK(tile[80] == all(3, 48));
  CHECK(table.size() == 70);
  CHECK(table.lowest() == 0);
}

TEST_CASE("Gaussian similarity does not change with the features' unit") {
  const Array2<float> features = sparseann::test::random_features(20, 4, Generator(7));
  const Array2<float> expected = gaussian_matrix(features);
  for (const int exponent : {-100, -70, 70, 120}) {
    CAPTURE(exponent);
    Array2<float> scaled = features;
    for (float& value : sparseann::elements(scaled))
      value = std::ldexp(value, exponent);
    CHECK((gaussian_matrix(scaled) == expected));
    CHECK((gaussian_matrix(scaled, std::ldexp(0.75, exponent)) == gaussian_matrix(features, 0.75)));
  }
}

TEST_CASE("bandwidths of any size give similarities") {
  const Array2<float> features{{0, 1}, {0, 1}, {2, 1}};
  for (const double narrow : {1e-300, 1e-25, 1e-4}) {
    const Array2<float> similarity = gaussian_matrix(features, narrow);
    CHECK((similarity == Array2<float>{{1, 1, 0}, {1, 1, 0}, {0, 0, 1}}));
  }
  for (const double wide : {1e30, 1e300})
    CHECK((gaussian_matrix(features, wide) == Array2<float>(xt::ones<float>({3, 3}))));
  CHECK((gaussian_matrix({{3, 1}, {3, 1}}, 1) == Array2<float>(xt::ones<float>({2, 2}))));
}

TEST_CASE("Gaussian similarity names what is wrong") {
  CHECK_THROWS_WITH(GaussianSimilarity{}({{1, 2}, {1, 2}}),
                    "bandwidth: expected a number above 0, as all rows of the features are equal, got 0");
  CHECK_THROWS_AS(GaussianSimilarity{}({{1, 2}}), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(GaussianSimilarity{}.bandwidth_for({{1, 2}, {1, 2}}),
                    "bandwidth: expected a number above 0, as all rows of the features are equal, got 0");
  CHECK_THROWS_WITH((GaussianSimilarity{.options = {.bandwidth = -1}}({{1, 2}, {2, 1}})),
                    "bandwidth: expected a number of at least 0, got -1");
  CHECK_THROWS_WITH(GaussianSimilarity{}({{1, 2}, {0, 0}}),
                    "features: expected a number other than zero in each row, got zeros alone in row 1");
  CHECK_THROWS_WITH(GaussianSimilarity{}({{1, 2}, {std::numeric_limits<float>::infinity(), 0}}),
                    "features: expected finite numbers, got inf in row 1, column 0");
}
