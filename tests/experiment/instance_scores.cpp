#include "sparseann/experiment/instance_scores.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// One slice of two cells of 1 x 3 with a voxel between them.
const std::vector<LabelVolume> two_cells{{Array3<std::uint8_t>{{{1, 1, 1, 0, 1, 1, 1}}}, {.shape = {1, 1, 7}}}};

/// Probability of cell in 255ths, as a method's prediction of one case.
Predictions prediction(const std::vector<std::uint8_t>& of_cell) {
  ClassProbabilities probabilities = xt::zeros<std::uint8_t>({2, 1, 1, 7});
  for (std::size_t x = 0; x < of_cell.size(); ++x) {
    probabilities(1, 0, 0, x) = of_cell[x];
    probabilities(0, 0, 0, x) = static_cast<std::uint8_t>(255 - of_cell[x]);
  }
  return {.method = "map", .test = {}, .probabilities = {probabilities}};
}

const std::vector<Case> one_case{{.name = "stack", .image = {}}};

} // namespace

TEST_CASE("instances are scored at the best threshold and at one half") {
  // A bridge of 0.6 between the cells: right above it, one component of six foreground voxels below.
  const std::vector<Predictions> methods{prediction({255, 255, 255, 153, 255, 255, 255})};
  const auto scores = evaluate_instances(methods, one_case, two_cells);
  REQUIRE(scores.size() == 1);
  CHECK(scores[0].method == "map");
  CHECK(scores[0].case_name == "stack");
  CHECK(scores[0].best.rand.f == 1.0);
  CHECK(scores[0].best.threshold >= 0.6);
  CHECK(scores[0].half.threshold == 0.5);
  CHECK(scores[0].half.rand.merge == Approx(18.0 / 36));
  CHECK(scores[0].half.rand.split == 1.0);
  CHECK(scores[0].half.pixel_error == Approx(1.0 / 7));
}

TEST_CASE("instances cannot be scored without probabilities") {
  Predictions labels_alone = prediction({0});
  labels_alone.probabilities.clear();
  CHECK_THROWS_WITH(evaluate_instances(std::vector{labels_alone}, one_case, two_cells),
                    "methods: expected probabilities of 1 test cases, got 0 of map");
  CHECK_THROWS_WITH(evaluate_instances(std::vector{prediction({0})}, one_case, {}),
                    "references: expected 1, one per test case, got 0");
}
