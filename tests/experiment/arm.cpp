#include "sparseann/experiment/arm.hpp"

#include "support/catch.hpp"
#include "support/toy_experiment.hpp"

using namespace sparseann;

TEST_CASE("an arm records its procedure's options as they are overridden") {
  ArmSettings settings(Scale::cpu, {"threshold.core=-2"});
  const Arm arm = arm_of<test::ToyIntervals>("intervals", settings, {"threshold.shell=3"});
  CHECK(arm.name == "intervals");
  CHECK(arm.needs_budget);
  CHECK_FALSE(arm.preparation.has_value());
  CHECK(arm.options["learning"]["base"]["threshold"]["shell"] == 3.0);
  CHECK(arm.options["learning"]["base"]["threshold"]["core"] == -2.0);
}

TEST_CASE("an arm that needs features says what must be prepared") {
  ArmSettings settings;
  const Arm arm = arm_of<test::ToyFeatures>("features", settings);
  REQUIRE(arm.preparation.has_value());
  CHECK(arm.preparation->name == "pixels");
  CHECK_FALSE(arm_of<test::ToyFull>("full", settings).needs_budget);
}
