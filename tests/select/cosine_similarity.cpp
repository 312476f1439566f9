#include "sparseann/select/cosine_similarity.hpp"

#include <cmath>
#include <limits>
#include <numeric>
#include <vector>

#include "sparseann/select/similarity.hpp"
#include "support/catch.hpp"
#include "support/selection_data.hpp"

using sparseann::Array2;
using sparseann::CosineSimilarity;

static_assert(sparseann::Similarity<CosineSimilarity>);
static_assert(sparseann::SummedTable<sparseann::CosineTable>);

TEST_CASE("cosine similarity of vectors at known angles") {
  const float half = std::sqrt(3.0F) / 2;
  const Array2<float> similarity = sparseann::test::cosines({{2, 0}, {0, 5}, {-3, 0}, {half, 0.5F}}).values();
  const Array2<double> expected{{1, 0, -1, half}, {0, 1, 0, 0.5}, {-1, 0, 1, -half}, {half, 0.5, -half, 1}};
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t j = 0; j < 4; ++j)
      CHECK(static_cast<double>(similarity(i, j)) == Approx(expected(i, j)).margin(1e-7));
}

TEST_CASE("cosine similarity equals the definition, for every length modulo the unrolling") {
  for (std::size_t columns = 1; columns <= 35; ++columns) {
    const Array2<float> features = sparseann::test::random_features(5, columns, sparseann::Generator(columns));
    const Array2<float> similarity = sparseann::test::cosines(features).values();
    for (std::size_t i = 0; i < 5; ++i)
      for (std::size_t j = 0; j < 5; ++j) {
        long double dot = 0;
        long double squares_i = 0;
        long double squares_j = 0;
        for (std::size_t c = 0; c < columns; ++c) {
          dot += static_cast<long double>(features(i, c)) * static_cast<long double>(features(j, c));
          squares_i += static_cast<long double>(features(i, c)) * static_cast<long double>(features(i, c));
          squares_j += static_cast<long double>(features(j, c)) * static_cast<long double>(features(j, c));
        }
        const auto expected = static_cast<double>(dot / std::sqrt(squares_i * squares_j));
        CHECK(static_cast<double>(similarity(i, j)) == Approx(expected).margin(5e-7));
        CHECK(similarity(i, j) == similarity(j, i));
        CHECK(std::abs(similarity(i, j)) <= 1.0F);
      }
  }
}

TEST_CASE("rows of one direction are fully alike, whatever their lengths") {
  const Array2<float> similarity =
      sparseann::test::cosines(sparseann::test::repeated_features(20, 1, sparseann::Generator(1))).values();
  for (std::size_t i = 0; i < 20; ++i)
    for (std::size_t j = 0; j < 20; ++j)
      CHECK(similarity(i, j) == Approx(1).margin(2e-7));
}

TEST_CASE("cosine similarity does not overflow or vanish with the size of the features") {
  const Array2<float> features{{3e38F, 3e38F}, {1e-38F, 1e-38F}, {1e-40F, -1e-40F}};
  const Array2<float> similarity = sparseann::test::cosines(features).values();
  CHECK(similarity(0, 1) == Approx(1.0F));
  CHECK(similarity(0, 2) == Approx(0.0F).margin(1e-7));
  CHECK(similarity(2, 2) == 1.0F);
}

TEST_CASE("cosine similarity names the broken row") {
  CHECK_THROWS_WITH(CosineSimilarity{}({{1, 2}, {0, 0}}),
                    "features: expected a number other than zero in each row, got zeros alone in row 1");
  CHECK_THROWS_WITH(CosineSimilarity{}({{1, 2}, {std::numeric_limits<float>::infinity(), 0}}),
                    "features: expected finite numbers, got inf in row 1, column 0");
  CHECK_THROWS_WITH(CosineSimilarity{}({{1, 2}, {0, std::numeric_limits<float>::quiet_NaN()}}),
                    "features: expected finite numbers, got nan in row 1, column 1");
  CHECK_THROWS_WITH(CosineSimilarity{}(xt::ones<float>({0, 3})),
                    "features: expected at least one row and one column, got 0 x 3");
}

namespace {

void check_row_sum_bounds(const Array2<float>& features) {
  const auto table = CosineSimilarity{}(features);
  const sparseann::SimilarityMatrix matrix = similarity_matrix(table);
  const std::vector<double> bounds = table.row_sum_bounds();
  const auto size = static_cast<double>(matrix.size());
  REQUIRE(bounds.size() == matrix.size());
  for (std::size_t i = 0; i < bounds.size(); ++i) {
    const double sum = std::accumulate(matrix.row(i).begin(), matrix.row(i).end(), 0.0);
    CHECK(bounds[i] >= sum);
    CHECK(bounds[i] <= sum + 4 * size * 270 * 0x1p-24); // 270 roundings, of values and of their sum, both ways
  }
}

} // namespace

TEST_CASE("no row's sum exceeds its bound, which is close to it") {
  for (std::uint64_t seed = 0; seed < 6; ++seed)
    check_row_sum_bounds(sparseann::test::features_of_kind(seed, 90, sparseann::Generator(seed)));
  for (const std::size_t columns : {1U, 16U, 300U, 1000U})
    check_row_sum_bounds(sparseann::test::random_features(90, columns, sparseann::Generator(columns)));
  check_row_sum_bounds(sparseann::test::random_features(5000, 3, sparseann::Generator(7))); // more than one block
}
