#include "sparseann/select/nearest_neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/function_similarity.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using sparseann::Array2;
using sparseann::Generator;
using sparseann::NearestNeighbours;
using sparseann::SimilarityTable;

namespace {

/// Everything sorted, the lower item first among equals.
NearestNeighbours sorted_neighbours(const Array2<float>& similarity, std::size_t neighbours) {
  const std::size_t items = similarity.shape(0);
  NearestNeighbours found{Array2<std::uint32_t>::from_shape({items, neighbours}),
                          Array2<float>::from_shape({items, neighbours})};
  for (std::size_t item = 0; item < items; ++item) {
    std::vector<std::uint32_t> others(items);
    std::iota(others.begin(), others.end(), 0U);
    std::erase(others, item);
    std::ranges::sort(others, [&](std::uint32_t a, std::uint32_t b) {
      return similarity(item, a) != similarity(item, b) ? similarity(item, a) > similarity(item, b) : a < b;
    });
    for (std::size_t rank = 0; rank < neighbours; ++rank) {
      found.items(item, rank) = others[rank];
      found.similarities(item, rank) = similarity(item, others[rank]);
    }
  }
  return found;
}

/// For 1, 5 and all neighbours, on one thread and on two.
template <SimilarityTable Table> void check_neighbours(const Table& table) {
  const Array2<float> similarity = sparseann::similarity_matrix(table).values();
  for (const std::size_t neighbours : {std::size_t{1}, std::size_t{5}, table.size() - 1}) {
    const NearestNeighbours expected = sorted_neighbours(similarity, neighbours);
    for (const std::size_t threads : {1U, 2U}) {
      CAPTURE(table.size(), neighbours, threads);
      const NearestNeighbours found = sparseann::nearest_neighbours(table, neighbours, {.threads = threads});
      CHECK((found.items == expected.items));
      CHECK((found.similarities == expected.similarities));
    }
  }
}

/// Groups of items around a few places, of different sizes.
Array2<float> clustered_features(std::size_t items, Generator generator) {
  Array2<float> features = sparseann::test::random_features(items, 5, generator.split("noise"));
  const Array2<float> centres = sparseann::test::random_features(6, 5, generator.split("centres"));
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t k = 0; k < 5; ++k)
      features(i, k) = 0.05F * features(i, k) + centres(i * i % 6, k);
  return features;
}

/// Every row is there several times, so that most similarities tie.
Array2<float> duplicated_features(std::size_t items, Generator generator) {
  Array2<float> features = sparseann::test::random_features(items, 3, generator);
  for (std::size_t i = 7; i < items; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      features(i, k) = features(i % 7, k);
  return features;
}

/// A function of few values, so that many tie.
struct RoundedProduct {
  [[nodiscard]] float operator()(std::span<const float> a, std::span<const float> b) const {
    return std::round(4 * std::abs(a[0] * b[0]));
  }
};

/// A table that says that it takes longer than it does: work for two threads.
template <SimilarityTable Table> struct Slow : Table {
  [[nodiscard]] double seconds_per_value() const noexcept { return 1; }
};
template <class Table> Slow(Table) -> Slow<Table>;

} // namespace

TEST_CASE("nearest neighbours are those of a full sort") {
  for (const std::size_t items : {17U, 48U, 50U, 97U, 130U}) {
    for (const Array2<float>& features :
         {sparseann::test::random_features(items, 6, Generator(items)), duplicated_features(items, Generator(items)),
          clustered_features(items, Generator(items)), Array2<float>(xt::ones<float>({items, std::size_t{2}}))}) {
      check_neighbours(Slow{sparseann::CosineSimilarity{}(features)});
      check_neighbours(Slow{sparseann::GaussianSimilarity{.options = {.bandwidth = 1.5}}(features)});
      check_neighbours(
          Slow{sparseann::FunctionSimilarity{.options = {.lowest = 0}, .function = RoundedProduct{}}(features)});
    }
  }
}

TEST_CASE("nearest neighbours of more items than the large tiles hold") {
  const Array2<float> features = sparseann::test::random_features(2003, 2, Generator(1));
  const auto table = sparseann::GaussianSimilarity{}(features);
  const NearestNeighbours expected = sorted_neighbours(sparseann::similarity_matrix(table).values(), 5);
  for (const std::size_t threads : {1U, 2U}) {
    const NearestNeighbours found = sparseann::nearest_neighbours(table, 5, {.threads = threads});
    CHECK((found.items == expected.items));
    CHECK((found.similarities == expected.similarities));
  }
}

TEST_CASE("nearest neighbours by hand") {
  const Array2<float> features{{1, 0}, {0, 1}, {1, 0}, {-1, 0}};
  const NearestNeighbours found = sparseann::nearest_neighbours(sparseann::CosineSimilarity{}(features), 3);
  CHECK((found.items == Array2<std::uint32_t>{{2, 1, 3}, {0, 2, 3}, {0, 1, 3}, {1, 0, 2}}));
  CHECK((found.similarities == Array2<float>{{1, 0, -1}, {0, 0, 0}, {1, 0, -1}, {0, -1, -1}}));
}

TEST_CASE("one neighbour of two items") {
  const NearestNeighbours found = sparseann::nearest_neighbours(sparseann::CosineSimilarity{}({{1, 0}, {0, 1}}), 1);
  CHECK((found.items == Array2<std::uint32_t>{{1}, {0}}));
}

TEST_CASE("nearest neighbours refuse counts that there are not") {
  const auto table = sparseann::CosineSimilarity{}({{1, 0}, {0, 1}, {1, 1}});
  CHECK_THROWS_WITH(sparseann::nearest_neighbours(table, 0),
                    "neighbours: expected at least 1 and below 3, the number of items, got 0");
  CHECK_THROWS_WITH(sparseann::nearest_neighbours(table, 3),
                    "neighbours: expected at least 1 and below 3, the number of items, got 3");
  CHECK_THROWS_AS(sparseann::nearest_neighbours(table, 3), sparseann::InvalidArgument);
}

TEST_CASE("a table's errors come through, from every thread") {
  const auto broken = [](std::span<const float> a, std::span<const float> b) {
    return a[0] == 71 && b[0] == 99 ? std::numeric_limits<float>::quiet_NaN() : 1.0F;
  };
  Array2<float> features = xt::ones<float>({120, 1});
  for (std::size_t i = 0; i < 120; ++i)
    features(i, 0) = static_cast<float>(i + 1);
  const Slow table{sparseann::FunctionSimilarity{.options = {.lowest = 0}, .function = broken}(features)};
  for (const std::size_t threads : {1U, 2U})
    CHECK_THROWS_WITH(
        sparseann::nearest_neighbours(table, 4, {.threads = threads}),
        "similarity: expected a finite number of at least 0, the option lowest, got nan for items 70 and 98");
}

TEST_CASE("nearest neighbours tell each tile that was compared, from any thread") {
  sparseann::test::RecordedProgress recorded;
  const Slow table{sparseann::CosineSimilarity{}(sparseann::test::random_features(130, 3, Generator(1)))};
  (void)sparseann::nearest_neighbours(table, 3, {.threads = 3, .progress = recorded.progress()});
  sparseann::test::check_pieces(recorded, {"comparing all items"});
  CHECK(recorded.pieces().front().steps == 6); // three blocks of 48
}
