#include "sparseann/experiment/gathered_results.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

Trial trial_of(std::uint64_t seed) { return {.name = "a", .every = 5, .seed = seed, .training_cases = {}}; }

void finish_trial(const std::filesystem::path& out, const Trial& trial, double dice) {
  const auto folder = out / trial.id();
  std::filesystem::create_directories(folder);
  publish_atomically(folder / "scores.csv", fmt::format("prediction,case,class,metric,value\n3d,c,x,dice,{}\n", dice));
  publish_atomically(folder / "costs.csv", "training_cases,slices,nominal,plain_sum,union,foreground_voxels,contour_mm,"
                                           "seconds\n2,6,0.6,0.5,0.4,10,20,1.5\n");
  publish_atomically(folder / "trainings.csv",
                     "model,iterations,last_loss,late_decrease,converged\nbase/3d,9,0.1,,false\n");
  publish_atomically(folder / "done.json", "{}");
}

} // namespace

TEST_CASE("finished trials are joined, others and shared work are passed over") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  finish_trial(out, trial_of(0), 0.5);
  finish_trial(out, trial_of(2), 0.75);
  const Trial shared{.kind = Trial::Kind::preparation, .name = "f", .every = {}, .seed = 0, .training_cases = {}};
  gather_results(out, std::vector<Trial>{shared, trial_of(0), trial_of(1), trial_of(2)});
  CHECK(read_file(out / "results.csv") == "arm,budget,seed,prediction,case,class,metric,value\n"
                                          "a,s5,0,3d,c,x,dice,0.5\na,s5,2,3d,c,x,dice,0.75\n");
  CHECK(read_csv(out / "costs.csv").cell(1, "contour_mm") == "20");
  CHECK(read_csv(out / "trainings.csv").cell(0, "converged") == "false");
}

TEST_CASE("trials of earlier calls stay in the results, those of other arms do not come in") {
  const test::TemporaryDirectory directory;
  const auto& out = directory.path();
  finish_trial(out, trial_of(0), 0.5);
  finish_trial(out, trial_of(7), 0.6);
  finish_trial(out, {.name = "other", .every = 5, .seed = 0, .training_cases = {}}, 0.6);
  std::filesystem::create_directories(out / "trials" / "a" / "s5" / "notes");
  Arm arm;
  arm.name = "a";
  const std::vector<Arm> arms{arm};
  CHECK((with_earlier_trials(out, arms, std::vector<Trial>{trial_of(0), trial_of(1)}) ==
         std::vector<Trial>{trial_of(0), trial_of(1), trial_of(7)}));
}
