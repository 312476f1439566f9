#include "sparseann/meta/working_task.hpp"

#include "support/catch.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("the first cases of a task are those, with the sets of all") {
  const test::ToyTask toy;
  const EnsembleTask one = first_cases(toy.task(), 1);
  CHECK(one.cases.size() == 1);
  CHECK(one.labels.size() == 1);
  CHECK(one.cases.data() == toy.task().cases.data());
  CHECK(one.sets.size() == 2);
}

TEST_CASE("as scanned, a task is the very one, and its subjects are the scans'") {
  const test::ToyTask toy;
  const WorkingTask working(toy.task(), {});
  CHECK(working.task().cases.data() == toy.task().cases.data());
  CHECK(working.task().sets.data() == toy.task().sets.data());
  const auto subjects = working.subjects(AverageOf::labels, true);
  const auto expected = meta_subjects(toy.task(), AverageOf::labels, true);
  REQUIRE(subjects.size() == expected.size());
  CHECK((subjects[1].average == expected[1].average));
  CHECK((subjects[1].targets == expected[1].targets));
}

TEST_CASE("on another grid images, labels, sets and A(.) are of that grid") {
  const test::ToyTask toy;
  const WorkingGridOptions coarse{.spacing_mm = {2, 2, 2}};
  const WorkingTask working(toy.task(), coarse);
  const Case& scan = toy.task().cases[0];
  const WorkingGrid grid(scan.image, coarse);
  const Shape3& shape = grid.geometry().shape;
  CHECK(shape != scan.image.shape());
  const EnsembleTask& task = working.task();
  CHECK(task.cases[0].name == scan.name);
  CHECK(task.cases[0].image.shape() == shape);
  CHECK(task.labels[0].shape() == shape);
  CHECK(task.labels[0].annotated_voxels() > 0);
  REQUIRE(task.sets.size() == 2);
  CHECK(task.sets[1].training[0].shape(3) == shape[2]);
  const auto subjects = working.subjects(AverageOf::labels, false);
  CHECK(shape_of(subjects[0].targets[0]) == shape);
  // The toy's sets agree, so that A(.) is the truth, one-hot, brought to the grid.
  const Array4<float> truth = average_of({toy.sets[0].training.data(), 1}, AverageOf::labels);
  CHECK((subjects[0].average == to_array<float, 4>(grid.from_scan(from_array(truth)))));
}
