#include "sparseann/pipeline/pseudo_label_quality.hpp"

#include "support/catch.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

namespace {

/// Two sets of one training and one test case of four voxels. Truth: 0 1 1 2; set a tells it in training, and at test
/// calls everything 1; set b always calls everything 0.
struct FourVoxels {
  std::vector<LabelVolume> truth{{{{{0, 1, 1, 2}}}, isotropic_geometry({1, 1, 4})}};
  std::vector<PseudoLabelSet> sets;

  FourVoxels() {
    const Array3<std::uint8_t> ones{{{1, 1, 1, 1}}};
    const Array3<std::uint8_t> zeros{{{0, 0, 0, 0}}};
    sets.push_back({.name = "a", .training = {test::one_hot(truth[0].voxels, 3)}, .test = {test::one_hot(ones, 3)}});
    sets.push_back({.name = "b", .training = {test::one_hot(zeros, 3)}, .test = {test::one_hot(zeros, 3)}});
  }
};

} // namespace

TEST_CASE("each set is scored on training and test cases, and so is their average") {
  const FourVoxels four;
  const auto rows = pseudo_label_quality(four.sets, four.truth, four.truth, 3, AverageOf::labels);
  REQUIRE(rows.size() == 3);
  CHECK(rows[0].training.mean == 1.0);
  CHECK(rows[0].test.of_class[0].mean == Approx(2.0 * 2 / (4 + 2)));
  CHECK(rows[0].test.of_class[1].mean == 0.0);
  CHECK(rows[1].training.mean == 0.0);
  // One vote each: ties go to the lower label, which is set b's.
  CHECK(rows[2].set == "average");
  CHECK(rows[2].training.mean == 0.0);
}

TEST_CASE("the table has a row per set, split and class, and one for all classes") {
  const FourVoxels four;
  const std::vector<std::string> names{"background", "one", "two"};
  const CsvTable table(
      "here", pseudo_labels_csv(pseudo_label_quality(four.sets, four.truth, four.truth, 3, AverageOf::labels), names));
  REQUIRE(table.rows() == 3 * 2 * 3);
  CHECK(table.cell(3, "set") == "a");
  CHECK(table.cell(3, "split") == "test");
  CHECK(table.cell(3, "class") == "one");
  CHECK(table.number<double>(3, "dice_mean") == Approx(2.0 / 3));
  CHECK(table.cell(5, "class") == "all");
  CHECK(table.number<double>(5, "dice_mean") == Approx(1.0 / 3));
}
