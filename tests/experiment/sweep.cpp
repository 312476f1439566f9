#include "sparseann/experiment/sweep.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

Arm arm_called(std::string name, bool prepared = false) {
  Arm arm;
  arm.name = std::move(name);
  if (prepared)
    arm.preparation = Preparation{.name = "encoder", .options = {}, .run = {}};
  return arm;
}

/// A sweep whose trials are shell scripts, by the arm's name; each writes done.json, unless the script leaves before.
struct ShellSweep {
  test::TemporaryDirectory directory;
  std::vector<Arm> arms;
  std::vector<std::string> said;
  std::size_t published = 0;

  std::size_t run(const std::vector<Trial>& trials, std::size_t jobs,
                  const std::function<std::string(const Trial&)>& script) {
    LocalSweep sweep(
        directory.path(), arms,
        [&](const Trial& trial) {
          const std::string folder = (directory.path() / trial.id()).string();
          return std::vector<std::string>{
              "sh", "-c", fmt::format("mkdir -p {0}; {1}; echo x >> {0}/done.json", folder, script(trial))};
        },
        [&](const std::string& line) { said.push_back(line); }, [&] { ++published; });
    return sweep.run(trials, jobs);
  }
};

std::vector<Trial> three_trials(const std::vector<Arm>& arms) {
  return trials_of(arms, std::vector<std::size_t>{5}, std::vector<std::uint64_t>{0, 1, 2});
}

} // namespace

TEST_CASE("all trials of a sweep run once, and those that are done do not run again") {
  ShellSweep sweep{.arms = {arm_called("a")}};
  const auto trials = three_trials(sweep.arms);
  CHECK(sweep.run(trials, 2, [](const Trial&) { return "true"; }) == 0);
  CHECK(sweep.said.size() == 3);
  CHECK(sweep.published == 3);
  CHECK(sweep.run(trials, 2, [](const Trial&) { return "true"; }) == 0);
  CHECK(sweep.said.size() == 3);
  for (const Trial& trial : trials)
    CHECK(read_file(sweep.directory.path() / trial.id() / "done.json") == "x\n");
}

TEST_CASE("a killed or failing worker does not keep the others from running, and runs alone the next time") {
  ShellSweep sweep{.arms = {arm_called("a")}};
  const auto trials = three_trials(sweep.arms);
  const auto script = [](const Trial& trial) -> std::string {
    return trial.seed == 0 ? "kill -9 $$" : trial.seed == 1 ? "echo wrong; exit 3" : "true";
  };
  CHECK(sweep.run(trials, 1, script) == 2);
  const auto& out = sweep.directory.path();
  CHECK(failure_of(out, trials[0]) == "killed by signal 9");
  CHECK(failure_of(out, trials[1]) == "ended with exit code 3, see logs/trials_a_s5_seed_1.log");
  CHECK(read_file(out / "logs" / "trials_a_s5_seed_1.log") == "wrong\n");
  CHECK(state_of(out, trials[1]) == TrialState::failed);
  CHECK(state_of(out, trials[2]) == TrialState::done);
  CHECK(trials_csv(out, trials) == "trial,state,error\n"
                                   "trials/a/s5/seed_0,failed,killed by signal 9\n"
                                   "trials/a/s5/seed_1,failed,\"ended with exit code 3, see "
                                   "logs/trials_a_s5_seed_1.log\"\n"
                                   "trials/a/s5/seed_2,done,\n");
  CHECK(sweep.run(trials, 1, [](const Trial&) { return "true"; }) == 0);
  CHECK(read_file(out / trials[2].id() / "done.json") == "x\n");
  CHECK(state_of(out, trials[1]) == TrialState::done);
}

TEST_CASE("trials wait for what they share, and fail with it") {
  ShellSweep sweep{.arms = {arm_called("a", true)}};
  const auto trials = trials_of(sweep.arms, std::vector<std::size_t>{5}, std::vector<std::uint64_t>{0, 1});
  const auto& out = sweep.directory.path();
  const auto script = [&](const Trial& trial) -> std::string {
    if (trial.kind == Trial::Kind::preparation)
      return trial.seed == 1 ? "exit 1" : "sleep 0.1";
    return fmt::format("test -e {}/shared/encoder/seed_0/done.json || exit 4", out.string());
  };
  CHECK(sweep.run(trials, 4, script) == 2);
  CHECK(is_done(out, trials[2]));
  CHECK(failure_of(out, trials[3]) == "shared/encoder/seed_1, which it needs, failed");
}
