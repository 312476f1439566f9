#pragma once

#include <algorithm>
#include <filesystem>
#include <iterator>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "programs/program.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

[[nodiscard]] inline Arguments joined(Arguments first, const Arguments& second) {
  first.insert(first.end(), second.begin(), second.end());
  return first;
}

/// Data and trainings so small that quickstart ends in seconds.
[[nodiscard]] inline Arguments toy_options() {
  std::istringstream words("--training-cases 2 --test-cases 1 --threads 1 "
                           "--heart.slices 24 --heart.rows 25 --heart.columns 26 --heart.spacing_mm 5 "
                           "--encoder.training.iterations 10 --base.2d.training.iterations 20 "
                           "--base.2d.training.patch 16 --base.2d.training.batch 4 --base.3d.training.iterations 20 "
                           "--base.3d.training.patch 16 --base.3d.training.batch 2 --base.3d.inference.window 16 "
                           "--meta.training.iterations 20 --meta.training.patch 16 --meta.training.batch 2 "
                           "--meta.inference.window 16");
  return {std::istream_iterator<std::string>(words), std::istream_iterator<std::string>()};
}

/// A whole run in the folder `out` in seconds, with further arguments.
[[nodiscard]] inline Arguments toy_run(const std::filesystem::path& out, const Arguments& more = {}) {
  return joined(joined(toy_options(), {"--every", "6", "--out", out.string()}), more);
}

[[nodiscard]] inline ProgramResult quickstart(const Arguments& arguments, const ProgramLimits& limits = {}) {
  return Program(SPARSEANN_QUICKSTART, arguments, limits).wait();
}

/// Checks that quickstart ends well.
inline void check_runs(const Arguments& arguments) {
  const ProgramResult result = quickstart(arguments);
  INFO(result.errors);
  CHECK(result.exit_code == 0);
}

/// Checks that quickstart ends with this exit code before it begins to work, and says this and nothing else.
inline void check_refused(const Arguments& arguments, int exit_code, const std::string& message) {
  const ProgramResult result = quickstart(arguments);
  CHECK(result.errors == "error: " + message + '\n');
  CHECK(result.output.empty());
  CHECK(result.exit_code == exit_code);
}

/// What stands last on standard error: earlier lines tell the progress.
[[nodiscard]] inline std::string last_line(std::string_view text) {
  if (text.ends_with('\n'))
    text.remove_suffix(1);
  return std::string(text.substr(text.rfind('\n') + 1));
}

/// The checkpoints that trainings keep in a folder and below, each one's from the first.
[[nodiscard]] inline std::vector<std::filesystem::path> checkpoints(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> paths;
  if (std::filesystem::exists(folder))
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
      if (entry.path().filename().string().starts_with("checkpoint_") && entry.path().extension() == ".safetensors")
        paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

/// Files that were begun and not finished: they are hidden until they are complete.
[[nodiscard]] inline std::vector<std::string> unfinished_files(const std::filesystem::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder))
    if (entry.path().extension() == ".tmp")
      names.push_back(entry.path().string());
  return names;
}

} // namespace sparseann::test
