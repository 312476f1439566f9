#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "programs/quickstart.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// A small but complete run of the three steps with baselines, which keeps a checkpoint at every iteration.
[[nodiscard]] inline Arguments fault_run(const std::filesystem::path& out) {
  return toy_run(out, {"--seed", "3", "--baselines", "true", "--encoder.training.checkpoint_seconds", "0",
                       "--base.2d.training.checkpoint_seconds", "0", "--base.3d.training.checkpoint_seconds", "0",
                       "--meta.training.checkpoint_seconds", "0"});
}

/// Everything that a run leaves, by its path in the run, but for what tells times.
[[nodiscard]] inline std::map<std::string, std::string> results_of(const std::filesystem::path& run) {
  const std::set<std::string> with_times{"stages.json", "log.jsonl", "report.html", ".lock"};
  std::map<std::string, std::string> results;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run))
    if (const std::string name = entry.path().lexically_relative(run).string();
        entry.is_regular_file() && !with_times.contains(name))
      results[name] = read_file(entry.path());
  return results;
}

/// Checks that two runs left the same files with the same bytes, naming those that differ.
inline void check_same_results(const std::map<std::string, std::string>& results,
                               const std::map<std::string, std::string>& expected) {
  for (const auto& [name, bytes] : expected) {
    INFO(name);
    const auto found = results.find(name);
    REQUIRE(found != results.end());
    CHECK(found->second == bytes);
  }
  CHECK(results.size() == expected.size());
}

/// What an undisturbed run leaves; made in `directory`.
[[nodiscard]] inline std::map<std::string, std::string> undisturbed_results(const std::filesystem::path& directory) {
  check_runs(fault_run(directory / "undisturbed"));
  return results_of(directory / "undisturbed");
}

/// The stage after the last that a run has finished: where it was when it was disturbed.
[[nodiscard]] inline std::string stage_after_last(const std::filesystem::path& run,
                                                  const std::vector<std::string>& order) {
  if (!std::filesystem::exists(run / "run.json"))
    return "before run.json";
  if (!std::filesystem::exists(run / "stages.json"))
    return order.front();
  const std::size_t done = read_json_file(run / "stages.json").size();
  return done < order.size() ? order[done] : "after the last stage";
}

/// The stages of a run in their order.
[[nodiscard]] inline std::vector<std::string> stages_of(const std::filesystem::path& run) {
  std::vector<std::string> names;
  const Json stages = read_json_file(run / "stages.json");
  for (const auto& [stage, seconds] : stages.items())
    names.push_back(stage);
  return names;
}

} // namespace sparseann::test
