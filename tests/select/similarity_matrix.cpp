#include "sparseann/select/similarity_matrix.hpp"

#include <cmath>
#include <limits>
#include <set>
#include <utility>

#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selection_data.hpp"

using sparseann::Array2;
using sparseann::SimilarityMatrix;

TEST_CASE("a matrix from elsewhere is looked at") {
  const SimilarityMatrix symmetric(Array2<float>{{1, -0.5F}, {-0.5F, 2}});
  CHECK(symmetric.size() == 2);
  CHECK(symmetric.lowest() == -0.5F);
  CHECK(symmetric.is_symmetric());
  CHECK(symmetric.row(1)[1] == 2);
  CHECK(symmetric.row_sum_bounds().empty());

  Array2<float> values = xt::ones<float>({100, 100});
  values(99, 2) = 3;
  const SimilarityMatrix other(values);
  CHECK(other.lowest() == 1);
  CHECK(!other.is_symmetric());
}

TEST_CASE("a matrix that is none is refused") {
  CHECK_THROWS_WITH(SimilarityMatrix(Array2<float>(xt::zeros<float>({2, 3}))),
                    "similarity: expected a square matrix of at least one item, got 2 x 3");
  CHECK_THROWS_AS(SimilarityMatrix(Array2<float>(xt::zeros<float>({0, 0}))), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(SimilarityMatrix(Array2<float>{{1, std::numeric_limits<float>::quiet_NaN()}, {0, 1}}),
                    "similarity: expected finite numbers, got nan in row 0, column 1");
}

TEST_CASE("a table's matrix has the bits of its tiles, with any number of threads, and is symmetric") {
  for (const std::size_t items : {1U, 47U, 48U, 49U, 200U, 2100U}) {
    CAPTURE(items);
    const Array2<float> features = sparseann::test::random_features(items, 20, sparseann::Generator(items));
    const auto table = sparseann::CosineSimilarity{}(features);
    const SimilarityMatrix one = similarity_matrix(table, {.threads = 1});
    CHECK(one.is_symmetric());
    CHECK(one.lowest() == -1);
    const SimilarityMatrix checked(one.values());
    CHECK(one.row_sum_bounds().empty() == (items < 100)); // of few rows the sums themselves are as quick
    if (!one.row_sum_bounds().empty())
      CHECK(std::ranges::equal(one.row_sum_bounds(), table.row_sum_bounds()));
    CHECK(checked.is_symmetric());
    CHECK(one.values() == similarity_matrix(table, {.threads = 3}).values());
    std::vector<float> row((items + 15) / 16 * 16 * 16);
    const std::vector<std::size_t> last{items - 1};
    table.tile(table.only(last), {0, 1}, {0, items}, row.data(), (items + 15) / 16 * 16);
    for (std::size_t j = 0; j < items; ++j)
      if (row[j] != one.values()(items - 1, j))
        FAIL_CHECK("column " << j);
  }
}

TEST_CASE("the tiles of a triangle are each below or on the diagonal, and all of them") {
  for (const std::size_t size : {1U, 48U, 49U, 1000U}) {
    const sparseann::detail::Triangle triangle{size, 48};
    std::set<std::pair<std::size_t, std::size_t>> places;
    for (std::size_t index = 0; index < triangle.tiles(); ++index) {
      const auto [row, column] = triangle.place(index);
      CHECK(column <= row);
      CHECK(row < triangle.side());
      places.emplace(row, column);
    }
    CHECK(places.size() == triangle.tiles());
    CHECK(triangle.range(triangle.side() - 1).first + triangle.range(triangle.side() - 1).count == size);
  }
}

TEST_CASE("a matrix that does not fit memory is refused before it is tried") {
  CHECK_THROWS_WITH(sparseann::check_room(20'000'000),
                    ContainsSubstring("items: expected a similarity matrix that fits the ") &&
                        ContainsSubstring(" of memory that are free; facility location in tiles "
                                          "(TiledFacilityLocation) needs none, got 20000000 items, 20000000 x 20000000 "
                                          "similarities of 1490116.1 GiB"));
  CHECK_THROWS_WITH(sparseann::check_room(20'000'000, "--storage", "buy some"),
                    ContainsSubstring("--storage: expected") && ContainsSubstring(" free; buy some, got 20000000 "));
  CHECK_NOTHROW(sparseann::check_room(100));
}

TEST_CASE("a matrix tells each tile that it has") {
  sparseann::test::RecordedProgress recorded;
  const auto features = sparseann::test::random_features(130, 3, sparseann::Generator(1));
  (void)sparseann::test::cosines(features, {.progress = recorded.progress()});
  sparseann::test::check_pieces(recorded, {"comparing all items"});
}
