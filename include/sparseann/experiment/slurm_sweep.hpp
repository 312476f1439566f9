#pragma once

#include <algorithm>
#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <fcntl.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/child_process.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// A word as a shell reads it back.
[[nodiscard]] inline std::string shell_quoted(const std::string& word) {
  std::string quoted = "'";
  for (const char c : word)
    quoted += c == '\'' ? "'\\''" : std::string(1, c);
  return quoted + "'";
}

/// A job array with a task per trial. `words`: the program and its arguments, to which --trial and its id are added.
///
/// The ids lie in `list`, one per line; at most `jobs` tasks run at a time.
[[nodiscard]] inline std::string slurm_script(const std::string& name, std::span<const std::string> words,
                                              const std::filesystem::path& list, std::size_t trials, std::size_t jobs,
                                              std::size_t threads, const std::filesystem::path& logs) {
  std::vector<std::string> quoted;
  for (const std::string& word : words)
    quoted.push_back(shell_quoted(word));
  return fmt::format("#!/usr/bin/env bash\n"
                     "#SBATCH --job-name={}\n"
                     "#SBATCH --array=0-{}{}\n"
                     "#SBATCH --ntasks=1\n"
                     "#SBATCH --cpus-per-task={}\n"
                     "#SBATCH --output={}/slurm_%A_%a.log\n"
                     "mapfile -t trials < {}\n"
                     "exec {} --trial \"${{trials[$SLURM_ARRAY_TASK_ID]}}\"\n",
                     name, trials - 1, jobs > 1 ? fmt::format("%{}", jobs) : "", threads, logs.string(),
                     shell_quoted(list.string()), fmt::join(quoted, " "));
}

namespace detail {

[[nodiscard]] inline std::vector<std::string> words_of(const std::string& text) {
  std::istringstream stream(text);
  std::vector<std::string> words;
  for (std::string word; stream >> word;)
    words.push_back(word);
  return words;
}

/// Hands a script to sbatch and returns the job's number. Throws: IoError where there is no sbatch or it refuses.
[[nodiscard]] inline std::string submit(const std::filesystem::path& script, const std::vector<std::string>& options,
                                        const std::filesystem::path& folder) {
  const std::filesystem::path said = folder / "sbatch.txt";
  const FileDescriptor file(::open(said.c_str(), O_CREAT | O_TRUNC | O_WRONLY | O_CLOEXEC, 0666));
  if (!file.is_open())
    throw IoError(said, "cannot be written: " + system_message(errno));
  std::vector<std::string> words{"sbatch", "--parsable"};
  words.insert(words.end(), options.begin(), options.end());
  words.push_back(script.string());
  const int status = ChildProcess(std::move(words), {.output = file.get(), .errors = file.get()},
                                  ". --slurm needs Slurm's commands; without them, --jobs N runs trials here")
                         .wait();
  std::string answer = read_file(said);
  while (answer.ends_with('\n'))
    answer.pop_back();
  if (status != 0)
    throw IoError("sbatch", fmt::format("refused {} with exit code {}: {}", script.string(), status, answer));
  return answer.substr(0, answer.find(';')); // JOB, or JOB;CLUSTER
}

} // namespace detail

/// What was submitted.
struct SlurmJobs {
  std::vector<std::string> arrays; ///< numbers of the job arrays, in the order in which they run
  std::string gathering;           ///< number of the job that gathers the results
};

/// Submits trials to Slurm: one array of what is shared, then one of the rest, then a job that gathers what is done.
///
/// Scripts and lists lie in `out/slurm`. `words`: the program and its arguments without an action. `options`: for
/// sbatch, separated by spaces. A task that fails is listed by its message as a local one is; submitted again, only
/// what is not done runs. Throws: InvalidArgument for no trial; IoError where sbatch is missing or refuses.
[[nodiscard]] inline SlurmJobs submit_to_slurm(const std::string& name, std::span<const Trial> trials,
                                               const std::vector<std::string>& words, std::size_t jobs,
                                               std::size_t threads, const std::string& options,
                                               const std::filesystem::path& out) {
  if (trials.empty())
    throw InvalidArgument("--slurm", "trials that are not done", "none");
  const std::filesystem::path folder = std::filesystem::absolute(out) / "slurm";
  const std::filesystem::path logs = std::filesystem::absolute(out) / "logs";
  std::filesystem::create_directories(folder);
  std::filesystem::create_directories(logs);
  SlurmJobs submitted;
  std::vector<std::string> after = detail::words_of(options);
  const std::vector<std::string> given = after;
  for (const auto& [kind, part] :
       {std::pair(Trial::Kind::preparation, "shared"), std::pair(Trial::Kind::arm, "trials")}) {
    std::string list;
    std::size_t count = 0;
    for (const Trial& trial : trials)
      if (trial.kind == kind) {
        list += trial.id() + '\n';
        ++count;
      }
    if (count == 0)
      continue;
    publish_atomically(folder / fmt::format("{}.txt", part), list);
    const std::filesystem::path script = folder / fmt::format("{}.sh", part);
    publish_atomically(script, slurm_script(fmt::format("{}_{}", name, part), words,
                                            folder / fmt::format("{}.txt", part), count, jobs, threads, logs));
    submitted.arrays.push_back(detail::submit(script, after, folder));
    after = given;
    after.push_back("--dependency=afterany:" + submitted.arrays.back());
  }
  std::vector<std::string> quoted;
  for (const std::string& word : words)
    quoted.push_back(shell_quoted(word));
  const std::filesystem::path script = folder / "gather.sh";
  publish_atomically(script, fmt::format("#!/usr/bin/env bash\n#SBATCH --job-name={}_gather\n#SBATCH --ntasks=1\n"
                                         "#SBATCH --output={}/slurm_%j.log\nexec {} --gather\n",
                                         name, logs.string(), fmt::join(quoted, " ")));
  submitted.gathering = detail::submit(script, after, folder);
  return submitted;
}

} // namespace sparseann
