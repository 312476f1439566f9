#include "sparseann/meta/meta_subject.hpp"

#include "support/catch.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

namespace {

/// Two sets of one voxel and two classes: the first hesitates (0.6 for class 0), the second is certain of class 1.
std::vector<ClassProbabilities> two_sets() {
  return {ClassProbabilities{{{{153}}}, {{{102}}}}, ClassProbabilities{{{{0}}}, {{{255}}}}};
}

} // namespace

TEST_CASE("A(.) is the mean of one-hot labels, or of probabilities") {
  const Array4<float> of_labels = average_of(two_sets(), AverageOf::labels);
  CHECK(of_labels(0, 0, 0, 0) == 0.5F);
  CHECK(of_labels(1, 0, 0, 0) == 0.5F);
  const Array4<float> of_probabilities = average_of(two_sets(), AverageOf::probabilities);
  CHECK(of_probabilities(0, 0, 0, 0) == Approx(0.3));
  CHECK(of_probabilities(1, 0, 0, 0) == Approx(0.7));
  CHECK_THROWS_AS(average_of({}, AverageOf::labels), InvalidArgument);
  CHECK(labels_of_average(two_sets(), AverageOf::labels)(0, 0, 0) == 0); // a tie
  CHECK(labels_of_average(two_sets(), AverageOf::probabilities)(0, 0, 0) == 1);
}

TEST_CASE("the expert's labels replace targets where there are any, and never A(.)") {
  test::ToyTask toy(1);
  // The pseudo-labels say background everywhere, the expert has labelled slice 8 of every plane.
  toy.sets[0].training[0] = test::one_hot(xt::zeros_like(toy.data.training_labels[0].voxels), 3);
  const auto with = meta_subjects(toy.task(), AverageOf::labels, true);
  const auto without = meta_subjects(toy.task(), AverageOf::labels, false);
  CHECK(xt::amax(without[0].targets[0])() == 0);
  const Array3<std::uint8_t>& expert = toy.labels[0].voxels();
  for (std::size_t v = 0; v < expert.size(); ++v) {
    const std::uint8_t known = elements(expert)[v];
    REQUIRE(elements(with[0].targets[0])[v] == (known == toy.labels[0].unlabelled() ? 0 : known));
  }
  CHECK((with[0].average == without[0].average));
}
