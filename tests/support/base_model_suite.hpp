#pragma once

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "support/catch.hpp"
#include "support/toy_task.hpp"

namespace sparseann::test {

/// What every base model must do: as many predictions as names, probabilities that sum to one, the same for the same
/// seed, another for another seed. That nothing reads what is not annotated is shown with a whole pipeline.
template <class Model>
  requires BaseModel<Model, MaskedCrossEntropy>
void check_base_model(const Model& fresh) {
  const ToyTask toy;
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  const auto predict = [&](std::uint64_t seed) {
    Model model = fresh;
    const StageContext context{.stage = "base", .generator = Generator(seed)};
    const LossCurve curve = model.fit(data, MaskedCrossEntropy{}, context);
    CHECK_FALSE(curve.empty());
    return model.predict(toy.data.cohort.test[0].image, all_planes, context);
  };
  const std::vector<ClassProbabilities> predictions = predict(1);
  REQUIRE(predictions.size() == fresh.prediction_names(all_planes).size());
  for (const ClassProbabilities& p : predictions) {
    REQUIRE(p.shape(0) == 3);
    REQUIRE(Shape3{p.shape(1), p.shape(2), p.shape(3)} == toy.data.cohort.test[0].image.shape());
    const Array3<int> sums = xt::sum(xt::cast<int>(p), {0});
    CHECK(xt::amin(sums)() >= 253); // three roundings
    CHECK(xt::amax(sums)() <= 257);
  }
  CHECK((predict(1) == predictions));
  CHECK((predict(2) != predictions));
}

} // namespace sparseann::test
