#include "sparseann/experiment/arm_settings.hpp"

#include "support/catch.hpp"

using namespace sparseann;

using Model = Sparse3d<DenseVoxNet>;

TEST_CASE("options are overridden by their path or its end, and the call's come last") {
  ArmSettings settings(Scale::cpu, {"training.iterations=7", "network.growth=5"});
  const auto options = settings.options_of<Model>({"iterations=3", "network.stem_channels=12"});
  CHECK(options.training.iterations == 7);
  CHECK(options.network.growth == 5);
  CHECK(options.network.stem_channels == 12);
  CHECK_NOTHROW(settings.check_all_used());
  ArmSettings list(Scale::cpu, {"network.layers=6", "5", "iterations=9"});
  CHECK(list.options_of<Model>().network.layers == std::vector<std::int64_t>{6, 5});
  CHECK(list.options_of<Model>().training.iterations == 9);
}

TEST_CASE("precisions are what they mean on the device") {
  CHECK(ArmSettings(Scale::cpu).options_of<Model>().training.precision != Precision::automatic);
}

TEST_CASE("wrong overrides are refused with their place") {
  CHECK_THROWS_WITH(ArmSettings(Scale::cpu, {"iterations"}), "--set: expected PATH=VALUE, got 'iterations'");
  CHECK_THROWS_WITH(ArmSettings(Scale::cpu, {"iterations=x"}).options_of<Model>(),
                    "--set training.iterations: expected a whole number, got 'x'");
  CHECK_THROWS_WITH(ArmSettings(Scale::cpu, {"iterations=0"}).options_of<Model>(),
                    "--set training.iterations: expected a number of at least 1, got 0");
  ArmSettings settings(Scale::cpu, {"erations=5"});
  (void)settings.options_of<Model>();
  CHECK_THROWS_WITH(
      settings.check_all_used(),
      "--set: expected an option of this experiment's arms, as their run.json names them, got 'erations'");
  CHECK_THROWS_AS(settings.options_of<Model>({"no_such=1"}), InvalidArgument);
}
