#include "sparseann/select/function_similarity.hpp"

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "sparseann/select/tiled_facility_location.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::FunctionSimilarity;
using sparseann::Generator;

namespace {

/// Of histograms: what they have in common. A function that a user would write.
struct Intersection {
  [[nodiscard]] float operator()(std::span<const float> a, std::span<const float> b) const {
    float sum = 0;
    for (std::size_t k = 0; k < a.size(); ++k)
      sum += std::min(a[k], b[k]);
    return sum;
  }
};

/// Tells its arguments apart.
struct FirstOfFirst {
  [[nodiscard]] double operator()(std::span<const float> a, std::span<const float>) const {
    return static_cast<double>(a[0]);
  }
};

/// Row i is (i + 1, 1).
Array2<float> numbered_rows(std::size_t items) {
  Array2<float> features = xt::ones<float>({items, std::size_t{2}});
  for (std::size_t i = 0; i < items; ++i)
    features(i, 0) = static_cast<float>(i + 1);
  return features;
}

struct ReturnsText {
  [[nodiscard]] std::string operator()(std::span<const float>, std::span<const float>) const { return {}; }
};

} // namespace

static_assert(sparseann::Similarity<FunctionSimilarity<Intersection>>);
static_assert(sparseann::SimilarityTable<sparseann::FunctionTable<Intersection>>);
static_assert(!sparseann::RowSimilarity<ReturnsText>);

TEST_CASE("a function's similarities are its values") {
  Array2<float> features = sparseann::test::random_features(53, 4, Generator(1));
  for (float& value : sparseann::elements(features))
    value = std::abs(value);
  const FunctionSimilarity similarity{.options = {.lowest = 0}, .function = Intersection{}};
  const Array2<float> matrix = sparseann::similarity_matrix(similarity(features)).values();
  for (std::size_t i = 0; i < 53; ++i)
    for (std::size_t j = 0; j < 53; ++j) {
      float expected = 0;
      for (std::size_t k = 0; k < 4; ++k)
        expected += std::min(features(i, k), features(j, k));
      CHECK(matrix(i, j) == expected);
    }
}

TEST_CASE("a lambda is a similarity") {
  const auto overlap = [](std::span<const float> a, std::span<const float> b) { return a[0] * b[0]; };
  const FunctionSimilarity similarity{.options = {.lowest = 0}, .function = overlap};
  const auto table = similarity({{1}, {2}, {3}});
  CHECK(table.size() == 3);
  CHECK(table.lowest() == 0);
  CHECK((sparseann::similarity_matrix(table).values() == Array2<float>{{1, 2, 3}, {2, 4, 6}, {3, 6, 9}}));
}

TEST_CASE("the function sees the lower item first") {
  const auto table = FunctionSimilarity{.options = {.lowest = 0}, .function = FirstOfFirst{}}(numbered_rows(51));
  const Array2<float> matrix = sparseann::similarity_matrix(table).values();
  for (std::size_t i = 0; i < 51; ++i)
    for (std::size_t j = 0; j < 51; ++j)
      CHECK(matrix(i, j) == static_cast<float>(std::min(i, j) + 1));
}

TEST_CASE("tiles of a few rows and of some columns") {
  const auto table = FunctionSimilarity{.options = {.lowest = 0}, .function = FirstOfFirst{}}(numbered_rows(40));
  const std::vector<std::size_t> items{39, 2, 20};
  std::vector<float> tile(16 * 16, -1);
  table.tile(table.only(items), {0, 3}, {16, 16}, tile.data(), 16);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 16; ++j)
      CHECK(tile[i * 16 + j] == static_cast<float>(std::min(items[i], 16 + j) + 1));
  table.tile(table.all(), {32, 8}, {0, 16}, tile.data(), 16);
  for (std::size_t i = 0; i < 8; ++i)
    CHECK(tile[i * 16 + 5] == 6);
}

TEST_CASE("the table keeps its own features") {
  Array2<float> features = numbered_rows(3);
  const auto table = FunctionSimilarity{.options = {.lowest = 0}, .function = FirstOfFirst{}}(features);
  features(0, 0) = 77;
  CHECK(sparseann::similarity_matrix(table).values()(0, 2) == 1);
}

TEST_CASE("a function's similarities serve facility location, stored or not") {
  const auto nearness = [](std::span<const float> a, std::span<const float> b) { return -std::abs(a[0] - b[0]); };
  const FunctionSimilarity similarity{.options = {.lowest = -20}, .function = nearness};
  const auto table = similarity({{1}, {2}, {3}, {11}, {12}});
  const sparseann::FacilityLocation stored(sparseann::similarity_matrix(table), {.baseline = -20});
  const sparseann::TiledFacilityLocation tiled(table, {.baseline = -20});
  CHECK(sparseann::LazyGreedy{}(stored, 2).indices == std::vector<std::size_t>{2, 3});
  CHECK(sparseann::LazyGreedy{}(tiled, 2).indices == std::vector<std::size_t>{2, 3});
}

TEST_CASE("a function's bad values are named with their items") {
  const auto matrix_of = [](auto function, double lowest) {
    const FunctionSimilarity similarity{.options = {.lowest = lowest}, .function = function};
    return sparseann::similarity_matrix(similarity(numbered_rows(3)), {.threads = 1});
  };
  const auto below = [](std::span<const float> a, std::span<const float> b) -> float {
    return a[0] == 2 && b[0] == 3 ? -0.5F : 1;
  };
  const auto not_a_number = [](std::span<const float> a, std::span<const float> b) -> float {
    return a[0] == 1 && b[0] == 3 ? std::numeric_limits<float>::quiet_NaN() : 1;
  };
  const auto infinite = [](std::span<const float> a, std::span<const float> b) -> double {
    return a[0] == 1 && b[0] == 1 ? 1e200 : 1; // beyond a float
  };
  CHECK(matrix_of(below, -0.5).size() == 3);
  CHECK_THROWS_WITH(
      matrix_of(below, 0),
      "similarity: expected a finite number of at least 0, the option lowest, got -0.5 for items 1 and 2");
  CHECK_THROWS_AS(matrix_of(below, 0), sparseann::DataError);
  CHECK_THROWS_WITH(
      matrix_of(not_a_number, -2),
      "similarity: expected a finite number of at least -2, the option lowest, got nan for items 0 and 2");
  CHECK_THROWS_WITH(matrix_of(infinite, 0),
                    "similarity: expected a finite number of at least 0, the option lowest, got inf for items 0 and 0");
}

TEST_CASE("a function's bad features and options are named") {
  const auto with = [](double lowest) {
    return FunctionSimilarity{.options = {.lowest = lowest}, .function = Intersection{}};
  };
  CHECK_THROWS_WITH(with(0)({{1, 2}, {0, 0}}),
                    "features: expected a number other than zero in each row, got zeros alone in row 1");
  CHECK_THROWS_WITH(with(0)({{1, std::numeric_limits<float>::quiet_NaN()}}),
                    "features: expected finite numbers, got nan in row 0, column 1");
  CHECK_THROWS_WITH(with(std::nan(""))({{1, 2}}), "lowest: expected a finite number, got nan");
}
