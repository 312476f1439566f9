#pragma once

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <vector>

#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/run_trial.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann {

namespace detail {

/// The rows of one file of every finished trial, each after the trial's arm, budget and seed.
[[nodiscard]] inline std::string joined_csv(const std::filesystem::path& out, std::span<const Trial> trials,
                                            const std::string& file, const std::vector<std::string>& columns) {
  std::vector<std::string> all{"arm", "budget", "seed"};
  all.insert(all.end(), columns.begin(), columns.end());
  CsvWriter joined(all);
  for (const Trial& trial : trials) {
    if (trial.kind != Trial::Kind::arm || !is_done(out, trial))
      continue;
    const CsvTable table = read_csv(out / trial.id() / file);
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::vector<std::string> cells{trial.name, trial.budget(), std::to_string(trial.seed)};
      for (const std::string& column : columns)
        cells.push_back(table.cell(row, column));
      joined.add_row(cells);
    }
  }
  return joined.text();
}

/// The number that follows `prefix` in a folder's name; none where it is another name.
[[nodiscard]] inline std::optional<std::uint64_t> number_after(const std::filesystem::path& folder,
                                                               std::string_view prefix) {
  const std::string name = folder.filename().string();
  std::uint64_t number = 0;
  if (!name.starts_with(prefix))
    return std::nullopt;
  const auto [end, error] = std::from_chars(name.data() + prefix.size(), name.data() + name.size(), number);
  return error == std::errc{} && end == name.data() + name.size() ? std::optional(number) : std::nullopt;
}

/// Subfolders by name; none where there is no such folder.
[[nodiscard]] inline std::vector<std::filesystem::path> sorted_folders(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> folders;
  if (std::filesystem::is_directory(folder))
    for (const auto& entry : std::filesystem::directory_iterator(folder))
      if (entry.is_directory())
        folders.push_back(entry.path());
  std::ranges::sort(folders);
  return folders;
}

} // namespace detail

/// `listed`, and the trials of the arms that an earlier call with other budgets or seeds has finished below `out`.
[[nodiscard]] inline std::vector<Trial> with_earlier_trials(const std::filesystem::path& out, std::span<const Arm> arms,
                                                            std::span<const Trial> listed) {
  std::vector<Trial> trials(listed.begin(), listed.end());
  for (const Arm& arm : arms)
    for (const std::filesystem::path& budget : detail::sorted_folders(out / "trials" / arm.name))
      for (const std::filesystem::path& folder : detail::sorted_folders(budget)) {
        const std::optional<std::uint64_t> every = detail::number_after(budget, "s");
        const std::optional<std::uint64_t> seed = detail::number_after(folder, "seed_");
        if (!seed || (!every && budget.filename() != "full"))
          continue;
        const Trial trial{.name = arm.name, .every = every, .seed = *seed, .training_cases = arm.training_cases};
        if (is_done(out, trial) && std::ranges::find(trials, trial) == trials.end())
          trials.push_back(trial);
      }
  return trials;
}

/// Joins what the finished trials have left: `results.csv`, `costs.csv` and `trainings.csv` below `out`.
///
/// Cost: reads every trial's files. Throws: IoError, DataError.
inline void gather_results(const std::filesystem::path& out, std::span<const Trial> trials) {
  publish_atomically(out / "results.csv",
                     detail::joined_csv(out, trials, "scores.csv", {"prediction", "case", "class", "metric", "value"}));
  publish_atomically(out / "costs.csv", detail::joined_csv(out, trials, "costs.csv",
                                                           {"training_cases", "slices", "nominal", "plain_sum", "union",
                                                            "foreground_voxels", "contour_mm", "seconds"}));
  publish_atomically(out / "trainings.csv",
                     detail::joined_csv(out, trials, "trainings.csv",
                                        {"model", "iterations", "last_loss", "late_decrease", "converged"}));
}

} // namespace sparseann
