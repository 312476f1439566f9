#include "sparseann/experiment/slurm_sweep.hpp"

#include <cstdlib>
#include <fstream>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// A folder first in PATH with an sbatch that notes what it is called with and answers with growing numbers.
class FakeSlurm {
public:
  explicit FakeSlurm(const std::string& script) {
    const auto program = directory_.path() / "sbatch";
    std::ofstream(program) << "#!/bin/sh\n" << script;
    std::filesystem::permissions(program, std::filesystem::perms::owner_all);
    ::setenv("PATH", (directory_.path().string() + ":" + path_).c_str(), 1);
  }
  FakeSlurm(const FakeSlurm&) = delete;
  FakeSlurm& operator=(const FakeSlurm&) = delete;
  ~FakeSlurm() { ::setenv("PATH", path_.c_str(), 1); }

  [[nodiscard]] std::string file(const std::string& name) const { return (directory_.path() / name).string(); }

private:
  std::string path_ = std::getenv("PATH");
  test::TemporaryDirectory directory_;
};

const std::vector<Trial> submitted_trials{
    {.kind = Trial::Kind::preparation, .name = "f", .every = {}, .seed = 0, .training_cases = {}},
    {.name = "a", .every = 5, .seed = 0, .training_cases = {}},
    {.name = "a", .every = 5, .seed = 1, .training_cases = {}}};

} // namespace

TEST_CASE("a word is quoted so that a shell reads it back") {
  CHECK(shell_quoted("plain") == "'plain'");
  CHECK(shell_quoted("it's $HOME") == "'it'\\''s $HOME'");
}

TEST_CASE("what is shared is submitted first, the trials after it, and the gathering last") {
  const FakeSlurm slurm("n=$(cat \"$0.count\" 2>/dev/null || echo 100); echo $((n + 1)) > \"$0.count\"\n"
                        "echo \"$@\" >> \"$0.calls\"\necho \"$n;cluster\"\n");
  const test::TemporaryDirectory directory;
  const auto out = directory.path() / "out";
  const SlurmJobs jobs = submit_to_slurm("toy", submitted_trials, {"/bin/program", "--data", "a b"}, 4, 2,
                                         "--partition=short --mem=4G", out);
  CHECK(jobs.arrays == std::vector<std::string>{"100", "101"});
  CHECK(jobs.gathering == "102");
  const std::string folder = (out / "slurm").string();
  CHECK(read_file(slurm.file("sbatch.calls")) ==
        "--parsable --partition=short --mem=4G " + folder + "/shared.sh\n" +
            "--parsable --partition=short --mem=4G --dependency=afterany:100 " + folder + "/trials.sh\n" +
            "--parsable --partition=short --mem=4G --dependency=afterany:101 " + folder + "/gather.sh\n");
  CHECK(read_file(out / "slurm" / "trials.txt") == "trials/a/s5/seed_0\ntrials/a/s5/seed_1\n");
  const std::string script = read_file(out / "slurm" / "trials.sh");
  CHECK_THAT(script, ContainsSubstring("#SBATCH --array=0-1%4\n"));
  CHECK_THAT(script, ContainsSubstring("#SBATCH --cpus-per-task=2\n"));
  CHECK_THAT(script,
             ContainsSubstring("exec '/bin/program' '--data' 'a b' --trial \"${trials[$SLURM_ARRAY_TASK_ID]}\"\n"));
  CHECK_THAT(read_file(out / "slurm" / "gather.sh"),
             ContainsSubstring("exec '/bin/program' '--data' 'a b' --gather\n"));
}

TEST_CASE("a task of the array runs the trial of its number") {
  const test::TemporaryDirectory directory;
  const auto list = directory.path() / "list.txt";
  std::ofstream(list) << "one\ntwo\n";
  const auto script = directory.path() / "script.sh";
  const std::vector<std::string> words{"echo", "a  b"};
  std::ofstream(script) << slurm_script("toy", words, list, 2, 1, 1, directory.path());
  const auto said = directory.path() / "said";
  const FileDescriptor file(::open(said.c_str(), O_CREAT | O_WRONLY | O_CLOEXEC, 0666));
  CHECK(ChildProcess({"env", "SLURM_ARRAY_TASK_ID=1", "bash", script.string()}, {.output = file.get()}).wait() == 0);
  CHECK(read_file(said) == "a  b --trial two\n");
}

TEST_CASE("Slurm that is missing or refuses is told") {
  const test::TemporaryDirectory directory;
  CHECK_THROWS_WITH(submit_to_slurm("toy", {}, {"p"}, 1, 1, "", directory.path()),
                    "--slurm: expected trials that are not done, got none");
  {
    const FakeSlurm slurm("echo 'sbatch: error: invalid partition'; exit 1\n");
    CHECK_THROWS_WITH(submit_to_slurm("toy", submitted_trials, {"p"}, 1, 1, "", directory.path()),
                      ContainsSubstring("refused") && ContainsSubstring("with exit code 1: sbatch: error: invalid "
                                                                        "partition"));
  }
}
