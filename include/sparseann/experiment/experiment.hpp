#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/experiment/arm.hpp"

namespace sparseann {

/// A row of an experiment's table, and a line of its figure: one of an arm's predictions.
struct ExperimentRow {
  std::string title;
  std::string arm;
  std::string prediction;
};

/// Two rows, by their titles, whose difference is asked for.
struct Contrast {
  std::string method;
  std::string baseline;
  bool primary = false; ///< named before the run: its p-value is not corrected for the others
};

/// A metric as results.csv names it, and how many decimals a table has of it.
struct ShownMetric {
  std::string name;
  int decimals = 3;
};

/// What an experiment's numbers are.
struct Measures {
  bool instances = false;       ///< class 1 is cells, scored by V^Rand of its 2D components, too: see InstanceScores
  std::string primary = "dice"; ///< what intervals, contrasts and figures are of: the higher the better
  std::string title = "Dice, mean over classes";
  std::vector<ShownMetric> of_classes{{"dice"}, {"adb_mm", 2}, {"hausdorff_mm", 2}};
  std::vector<ShownMetric> of_cases{{"overall_score"}};
};

/// A data set from a folder.
using DataReader = std::function<LabelledCohort(const std::filesystem::path&)>;

/// A picture of an experiment: its PNG or SVG file's name and bytes, and what it shows, as text of the page.
struct ExperimentPicture {
  std::string file;
  std::string caption;
  std::string bytes;
};

class FinishedTrials;

/// What an experiment compares, and how it is shown.
struct Experiment {
  std::string name; ///< of the program
  std::string title;
  std::string question; ///< for the page: what it is to show
  std::vector<ExperimentRow> rows;
  std::vector<Contrast> contrasts;
  std::vector<std::size_t> budgets; ///< where --every says nothing
  std::string published; ///< CSV of the publication's numbers, with its source in the last column; may be empty
  std::function<std::vector<Arm>(ArmSettings&)> arms;
  Measures measures = {};
  DataReader read_data = {}; ///< of --data, unless --layout says otherwise; none: see Layout
  /// Draws what the numbers do not show, from whatever is finished.
  std::function<std::vector<ExperimentPicture>(const FinishedTrials&)> pictures = {};
};

/// The row of that title. Throws: InvalidArgument where there is none.
[[nodiscard]] inline const ExperimentRow& row_by_title(const Experiment& experiment, const std::string& title) {
  const auto found = std::ranges::find(experiment.rows, title, &ExperimentRow::title);
  if (found == experiment.rows.end())
    throw InvalidArgument("contrasts", "rows of the experiment", fmt::format("'{}'", title));
  return *found;
}

/// Throws: InvalidArgument for no row, two of one title, rows of arms that are not there, and contrasts of rows that
/// are not.
inline void check(const Experiment& experiment, const std::vector<Arm>& arms) {
  if (experiment.rows.empty())
    throw InvalidArgument("rows", "at least one", "none");
  for (const ExperimentRow& row : experiment.rows) {
    if (std::ranges::count(experiment.rows, row.title, &ExperimentRow::title) > 1)
      throw InvalidArgument("rows", "titles that differ", fmt::format("'{}' twice", row.title));
    if (std::ranges::find(arms, row.arm, &Arm::name) == arms.end())
      throw InvalidArgument("rows", "arms of the experiment", fmt::format("'{}'", row.arm));
  }
  for (const Contrast& contrast : experiment.contrasts) {
    (void)row_by_title(experiment, contrast.method);
    (void)row_by_title(experiment, contrast.baseline);
  }
}

/// The arms of these names, in their own order; all where none is named. Throws: InvalidArgument naming --arms for one
/// that is not there.
[[nodiscard]] inline std::vector<Arm> chosen_arms(const std::vector<Arm>& arms, const std::vector<std::string>& names) {
  if (names.empty())
    return arms;
  for (const std::string& name : names)
    if (std::ranges::find(arms, name, &Arm::name) == arms.end()) {
      std::vector<std::string> all;
      for (const Arm& arm : arms)
        all.push_back(arm.name);
      throw InvalidArgument("--arms", fmt::format("some of {}", fmt::join(all, ", ")), fmt::format("'{}'", name));
    }
  std::vector<Arm> chosen;
  for (const Arm& arm : arms)
    if (std::ranges::find(names, arm.name) != names.end())
      chosen.push_back(arm);
  return chosen;
}

} // namespace sparseann
