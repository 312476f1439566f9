#include "sparseann/pipeline/sparse_validation.hpp"

#include <cstdint>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

constexpr std::uint8_t open_voxel = 3;

SparseLabels row_of(std::vector<std::uint8_t> values) {
  Array3<std::uint8_t> voxels({1, 1, values.size()});
  std::ranges::copy(values, voxels.begin());
  return {voxels, 3, isotropic_geometry({1, 1, values.size()})};
}

} // namespace

TEST_CASE("what nobody annotated is not scored") {
  const SparseLabels labels = row_of({0, 1, 1, open_voxel, open_voxel, 0});
  const Array3<std::uint8_t> prediction = row_of({1, 1, 0, 2, 2, 0}).voxels();
  const std::vector<SparseScore> scores = score_on_annotated(prediction, labels, "m", 4, "case");
  REQUIRE(scores.size() == 1); // class 2 is nowhere among the annotated voxels
  CHECK(scores[0].label == 1);
  CHECK(scores[0].reference_voxels == 2);
  CHECK(scores[0].dice == Approx(2.0 * 1 / (2 + 2)));
  CHECK(to_csv(scores) == "method,fold,case,label,annotated_voxels,dice\nm,4,case,1,2,0.5\n");
}

TEST_CASE("a class that is predicted and not there scores nothing, and counts") {
  const std::vector<SparseScore> scores = score_on_annotated(row_of({2, 0}).voxels(), row_of({0, 0}), "m", 0, "case");
  REQUIRE(scores.size() == 1);
  CHECK(scores[0].dice == 0);
}

TEST_CASE("scores are averaged by method and class, with an interval over cases") {
  std::vector<SparseScore> scores;
  for (const double dice : {0.2, 0.4, 0.9})
    scores.push_back({.method = "m", .label = 1, .dice = dice});
  scores.push_back({.method = "n", .label = 1, .dice = 0.3});
  const std::vector<SparseSummary> summaries = summarise(scores);
  REQUIRE(summaries.size() == 2);
  CHECK(summaries[0].mean_dice == Approx(0.5));
  CHECK(summaries[0].cases == 3);
  REQUIRE(summaries[0].interval.has_value());
  CHECK(summaries[0].interval->low >= 0.2);
  CHECK(summaries[0].interval->high <= 0.9);
  CHECK_FALSE(summaries[1].interval.has_value()); // of one case
}

TEST_CASE("a prediction of another shape is refused") {
  CHECK_THROWS_AS(score_on_annotated(row_of({0}).voxels(), row_of({0, 0}), "m", 0, "case"), InvalidArgument);
}
