#include "sparseann/experiment/trial.hpp"

#include <cstdint>
#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

Arm arm(std::string name, bool needs_budget, bool prepared = false) {
  Arm arm;
  arm.name = std::move(name);
  arm.needs_budget = needs_budget;
  if (prepared)
    arm.preparation = Preparation{.name = "features", .options = {}, .run = {}};
  return arm;
}

std::vector<std::string> ids(const std::vector<Trial>& trials) {
  std::vector<std::string> ids;
  for (const Trial& trial : trials)
    ids.push_back(trial.id());
  return ids;
}

} // namespace

TEST_CASE("trials are shared work first, then seed by seed, full annotation once") {
  const std::vector<Arm> arms{arm("ra", true, true), arm("eia", true), arm("full", false)};
  const auto trials = trials_of(arms, std::vector<std::size_t>{5, 10}, std::vector<std::uint64_t>{3, 4});
  CHECK(ids(trials) == std::vector<std::string>{"shared/features/seed_3", "shared/features/seed_4",
                                                "trials/ra/s5/seed_3", "trials/ra/s10/seed_3", "trials/eia/s5/seed_3",
                                                "trials/eia/s10/seed_3", "trials/full/full/seed_3",
                                                "trials/ra/s5/seed_4", "trials/ra/s10/seed_4", "trials/eia/s5/seed_4",
                                                "trials/eia/s10/seed_4", "trials/full/full/seed_4"});
  CHECK(trial_by_id(trials, "trials/ra/s10/seed_4").every == 10);
  CHECK_THROWS_WITH(trial_by_id(trials, "ra"), "--trial: expected one of those that --list prints, got 'ra'");
}

TEST_CASE("an arm with a budget and scans of its own ignores the experiment's, and shares with its like alone") {
  std::vector<Arm> arms{arm("few", true, true), arm("many", true, true)};
  arms[0].every = 4;
  arms[0].training_cases = 2;
  arms[1].every = 8;
  const auto trials = trials_of(arms, std::vector<std::size_t>{}, std::vector<std::uint64_t>{0});
  CHECK(ids(trials) == std::vector<std::string>{"shared/features_2_cases/seed_0", "shared/features/seed_0",
                                                "trials/few/s4/seed_0", "trials/many/s8/seed_0"});
}

TEST_CASE("experiments without arms, seeds or budgets, or with one twice, are refused") {
  const std::vector<std::size_t> budgets{5};
  const std::vector<std::uint64_t> seeds{0};
  const std::vector<Arm> arms{arm("ra", true)};
  CHECK_THROWS_WITH(trials_of({}, budgets, seeds), "arms: expected at least one, got none");
  CHECK_THROWS_WITH(trials_of(arms, budgets, {}), "--seeds: expected at least one seed, got none");
  CHECK_THROWS_WITH(trials_of(arms, {}, seeds),
                    "--every: expected at least one budget, as the arm 'ra' needs, got none");
  CHECK_THROWS_WITH(trials_of(arms, std::vector<std::size_t>{5, 5}, seeds), "--every: expected each once, got 5 twice");
  CHECK_THROWS_WITH(trials_of(arms, budgets, std::vector<std::uint64_t>{1, 1}),
                    "--seeds: expected each once, got 1 twice");
  CHECK_THROWS_WITH(trials_of(std::vector<Arm>{arm("ra", true), arm("ra", true)}, budgets, seeds),
                    "arms: expected each once, got ra twice");
}
