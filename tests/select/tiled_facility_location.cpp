#include "sparseann/select/tiled_facility_location.hpp"

#include <numeric>
#include <vector>

#include "sparseann/select/function_similarity.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "support/catch.hpp"
#include "support/objective_suite.hpp"
#include "support/selection_data.hpp"

using namespace sparseann;

namespace {

/// Tiled and dense give the same bits, gain by gain, whatever was added.
template <class Table> void check_equal_to_matrix(const Table& table, const FacilityLocationOptions& options = {}) {
  FacilityLocation matrix(similarity_matrix(table), options);
  TiledFacilityLocation tiled(table, options);
  REQUIRE(tiled.size() == matrix.size());
  std::vector<std::size_t> items(matrix.size());
  std::iota(items.begin(), items.end(), std::size_t{0});
  std::vector<double> gains(items.size());
  for (const std::size_t chosen : {items.size() / 2, std::size_t{0}, items.size() - 1}) {
    tiled.gains(items, gains);
    for (const std::size_t item : items)
      CHECK(gains[item] == matrix.gain(item));
    CHECK(tiled.gain(chosen) == matrix.gain(chosen));
    matrix.add(chosen);
    tiled.add(chosen);
    CHECK(tiled.value() == matrix.value());
  }
}

/// Bounds hold at every moment: after some additions, and however often they are asked for.
template <class Objective> void check_bounds(Objective objective) {
  std::vector<double> bounds(objective.size(), 1e9);
  for (std::size_t chosen = 0; chosen < objective.size(); chosen += 7) {
    CHECK((objective.tighten(bounds, 1000 * objective.size()) || chosen > 0));
    for (std::size_t item = 0; item < objective.size(); ++item) {
      CHECK(bounds[item] >= objective.gain(item));
      CHECK(bounds[item] == Approx(objective.gain(item)).margin(1e-9));
    }
    CHECK(!objective.tighten(bounds, 1000 * objective.size())); // nothing was added
    objective.add(chosen);
  }
}

} // namespace

TEST_CASE("tiled facility location equals the matrix's, with any similarity and size") {
  for (const std::size_t items : {1U, 16U, 49U, 130U, 1100U}) {
    CAPTURE(items);
    const Array2<float> features = test::random_features(items, 300, Generator(items));
    check_equal_to_matrix(CosineSimilarity{}(features));
  }
  const Array2<float> features = test::clustered_features(60, 5, 4, Generator(1));
  check_equal_to_matrix(GaussianSimilarity{}(features));
  const auto overlap = [](std::span<const float> a, std::span<const float> b) { return std::min(a[0], b[0]); };
  check_equal_to_matrix(FunctionSimilarity{.options = {.lowest = -100}, .function = overlap}(features),
                        {.baseline = -100});
}

TEST_CASE("bounds follow the gains") {
  const Array2<float> features = test::clustered_features(150, 6, 20, Generator(4));
  const Array2<float> asymmetric = test::random_features(60, 60, Generator(5));
  check_bounds(TiledFacilityLocation(CosineSimilarity{}(features)));
  check_bounds(FacilityLocation(test::cosines(features)));
  check_bounds(FacilityLocation(asymmetric, {.baseline = -100}));
}

TEST_CASE("tiled and naive greedy agree at 5000 items") {
  for (const Array2<float>& features :
       {test::clustered_features(5000, 20, 40, Generator(6)), test::random_features(5000, 24, Generator(7))}) {
    const RankedSelection tiled = LazyGreedy{}(TiledFacilityLocation(CosineSimilarity{}(features)), 60);
    const RankedSelection naive = NaiveGreedy{}(FacilityLocation(test::cosines(features)), 60);
    CHECK(tiled.indices == naive.indices);
    CHECK(tiled.gains == naive.gains);
  }
}

TEST_CASE("tiled facility location is monotone and submodular") {
  for (std::uint64_t seed = 0; seed < 4; ++seed) {
    const auto table = CosineSimilarity{}(test::features_of_kind(seed, 8, Generator(seed)));
    test::check_objective([&] { return TiledFacilityLocation(table); }, 8);
  }
}

TEST_CASE("tiled facility location refuses a baseline above what its similarity promises") {
  CHECK_THROWS_WITH(TiledFacilityLocation(CosineSimilarity{}({{1, 2}}), {.baseline = 0}),
                    "baseline: expected a number of at most -1, the lowest similarity, got 0");
}
