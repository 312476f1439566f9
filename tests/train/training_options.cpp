#include "sparseann/train/training_options.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("the optimiser and its schedule are by default the paper's") {
  const TrainingOptions options;
  CHECK_NOTHROW(validate(options));
  CHECK(options.learning_rate == 5e-4);
  CHECK(options.beta1 == 0.9);
  CHECK(options.beta2 == 0.999);
  CHECK(options.epsilon == 1e-10);
  CHECK(options.schedule.kind == ScheduleKind::poly);
  CHECK(options.schedule.power == 0.9);
  CHECK(options.auxiliary_weight == 0.33);
}

TEST_CASE("bad values are named") {
  CHECK_THROWS_WITH(validate(TrainingOptions{.iterations = 0}, "training"),
                    "training.iterations: expected a number of at least 1, got 0");
  CHECK_THROWS_WITH(validate(TrainingOptions{.learning_rate = -1}, "training"),
                    "training.learning_rate: expected a number above 0, got -1");
}
