#include "sparseann/train/validation.hpp"

#include <algorithm>
#include <vector>

#include "sparseann/annotate/oracle.hpp"
#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("the last cases are held out, and at least one must be left") {
  const LabelledCohort data = test::toy_cohort(3, 0, 8);
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0), oracle.label_everything(1),
                                         oracle.label_everything(2)};
  const LabelledCases all{data.cohort.training, labels, all_planes, 3};
  const HeldOutCases parts = hold_out(all, {.cases = 1});
  REQUIRE(parts.training.cases.size() == 2);
  REQUIRE(parts.validation.cases.size() == 1);
  CHECK(parts.training.cases[1].name == "training_1");
  CHECK(parts.validation.cases[0].name == "training_2");
  CHECK(&parts.validation.labels[0] == &labels[2]);
  CHECK(hold_out(all, {}).training.cases.size() == 3);
  CHECK_THROWS_WITH(hold_out(all, {.cases = 3}), "validation.cases: expected fewer than the 3 training cases, got 3");
}

TEST_CASE("Dice counts annotated voxels alone, over all cases together") {
  Array3<std::uint8_t> known = xt::empty<std::uint8_t>({1, 1, 6});
  std::ranges::copy(std::vector<std::uint8_t>{1, 1, 2, 0, 3, 3}, elements(known).begin());
  const SparseLabels labels(known, 3, isotropic_geometry({1, 1, 6}));
  Array3<std::uint8_t> predicted = xt::zeros<std::uint8_t>({1, 1, 6});
  predicted(0, 0, 0) = 1; // right; the second voxel of class 1 is missed
  predicted(0, 0, 3) = 2; // wrong
  predicted(0, 0, 4) = 1; // not annotated
  AnnotatedDice dice(3);
  dice.add(predicted, labels);
  CHECK(dice.foreground()[0] == Approx(2.0 * 1 / (1 + 2)));
  CHECK(dice.foreground()[1] == Approx(0.0));
  dice.add(predicted, labels); // twice the counts, the same share
  CHECK(dice.foreground()[0] == Approx(2.0 * 1 / (1 + 2)));
}
