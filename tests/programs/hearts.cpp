// What the method reaches on generated hearts with its default settings: minutes per seed.
#include <fmt/format.h>

#include "programs/long_runs.hpp"
#include "support/catch.hpp"

using sparseann::test::long_seeds;
using sparseann::test::LongRun;
using sparseann::test::mean_dice;

TEST_CASE("generated hearts: the meta-model reaches a mean Dice of 0.80", "[long]") {
  for (const std::size_t seed : long_seeds) {
    const LongRun run(fmt::format("hearts_{}", seed), {"--seed", std::to_string(seed)});
    CAPTURE(seed);
    CHECK(run.mean_dice("random_fit_then_nearest_fit") >= 0.80);
  }
}

TEST_CASE("generated hearts are not easy: one slice in twenty loses 0.03 to full annotation", "[long]") {
  std::vector<LongRun> runs;
  for (const std::size_t seed : long_seeds) // of the other models only the 3D network's two trainings matter here
    runs.emplace_back(fmt::format("hearts_every_20_{}", seed),
                      sparseann::test::Arguments{"--seed", std::to_string(seed), "--every", "20", "--baselines", "true",
                                                 "--base.2d.training.iterations", "20", "--meta.training.iterations",
                                                 "20"});
  CHECK(mean_dice(runs, "full_3d") - mean_dice(runs, "3d") >= 0.03);
}
