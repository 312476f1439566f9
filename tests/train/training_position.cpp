#include "sparseann/train/training_position.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a stretch gives the means of its steps and begins anew; one without a step has no point") {
  TrainingPosition position{.iteration = 10};
  position.add({.loss = 1, .main = 0.5, .auxiliary = 2, .gradient_norm = 4});
  position.add({.loss = 2, .main = 1.5, .auxiliary = 4, .gradient_norm = 8});
  const auto mean = position.close_point(0.1);
  REQUIRE(mean);
  CHECK(mean->loss == 1.5);
  CHECK(mean->main == 1.0);
  CHECK(mean->auxiliary == 3.0);
  CHECK(mean->gradient_norm == 6.0);
  CHECK((position.curve == LossCurve{{10, 1.5, 0.1}}));
  CHECK_FALSE(position.close_point(0.1));
  CHECK(position.curve.size() == 1);
}

TEST_CASE("the exponential average starts at the first loss and forgets it slowly") {
  TrainingPosition position;
  CHECK_FALSE(position.average_loss);
  position.add({.loss = 2});
  CHECK(*position.average_loss == 2.0);
  position.add({.loss = 1});
  CHECK(*position.average_loss == Approx(0.98 * 2 + 0.02));
}
