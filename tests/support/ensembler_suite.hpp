#pragma once

#include <vector>

#include "sparseann/metric/evaluation.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "support/catch.hpp"
#include "support/toy_task.hpp"

namespace sparseann::test {

/// What every ensembler must do: label every voxel with a class, the same for the same input and seed, and be nearly
/// right, in every class, where all sets agree on the truth.
template <Ensembler E> void check_ensembler(const E& fresh, double least_dice) {
  const ToyTask toy;
  const StageContext context{.stage = "meta", .generator = Generator(3)};
  E ensembler = fresh;
  ensembler.fit(toy.task(), context);
  const Image& image = toy.data.cohort.test[0].image;
  const auto sets = toy.test_sets(0);
  const Array3<std::uint8_t> labels = ensembler.predict(image, sets, context);
  REQUIRE(shape_of(labels) == image.shape());
  CHECK(xt::amax(labels)() < 3);
  const LabelVolume prediction{labels, image.geometry};
  for (const ClassScore& score : evaluate(prediction, toy.data.test_labels[0], 3)) {
    CAPTURE(score.label);
    CHECK(score.dice >= least_dice);
  }
  if constexpr (ProbabilisticEnsembler<E>) {
    const LabelsAndProbabilities found = ensembler.segment(image, sets, context);
    CHECK((found.labels == labels));
    CHECK((found.probabilities.shape() == sets[0].shape()));
  }
  E again = fresh;
  again.fit(toy.task(), context);
  CHECK((again.predict(image, sets, context) == labels));
}

} // namespace sparseann::test
