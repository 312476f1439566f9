#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/select/feature_diagnostics.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann {

/// What the features of one stack of a cohort look like.
struct StackDiagnostics {
  std::string case_name;
  Plane plane = Plane::xy;
  FeatureDiagnostics found;
};

/// features/diagnostics.csv: one row per stack; several warnings are parted by "; ".
[[nodiscard]] inline std::string diagnostics_csv(std::span<const StackDiagnostics> stacks) {
  CsvWriter table({"case", "plane", "slices", "rank_correlation", "effective_rank", "duplicate_rate", "warnings"});
  for (const auto& [case_name, plane, found] : stacks)
    table.add_row(case_name, name_of(plane), found.slices, found.rank_correlation, found.effective_rank,
                  found.duplicate_rate, fmt::format("{}", fmt::join(found.warnings, "; ")));
  return table.text();
}

/// Reads what diagnostics_csv wrote; warnings come back as one. Throws: IoError, DataError, InvalidArgument.
[[nodiscard]] inline std::vector<StackDiagnostics> read_diagnostics(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  std::vector<StackDiagnostics> stacks;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    stacks.push_back({.case_name = table.cell(row, "case"),
                      .plane = plane_from_name(table.cell(row, "plane")),
                      .found = {.slices = table.number<std::size_t>(row, "slices"),
                                .rank_correlation = table.optional<double>(row, "rank_correlation"),
                                .effective_rank = table.number<double>(row, "effective_rank"),
                                .duplicate_rate = table.number<double>(row, "duplicate_rate"),
                                .warnings = {}}});
    if (const std::string& warnings = table.cell(row, "warnings"); !warnings.empty())
      stacks.back().found.warnings.push_back(warnings);
  }
  return stacks;
}

/// Looks at the features in a folder (see feature_file): writes `diagnostics.csv` there, and logs and says each
/// warning. Cost: as diagnose_features, one stack at a time. Throws: IoError; DataError naming the file whose features
/// are not finite.
inline void check_kept_features(std::span<const Case> cases, std::span<const Plane> planes,
                                const std::filesystem::path& folder, const StageContext& context) {
  std::vector<StackDiagnostics> stacks;
  for (const Case& subject : cases)
    for (const Plane plane : planes) {
      const std::filesystem::path path = feature_file(folder, subject.name, plane);
      stacks.push_back({subject.name, plane, diagnose_features(read_npy(path), {}, path.string())});
      for (const std::string& warning : stacks.back().found.warnings) {
        context.log(
            {{"stage", context.stage}, {"case", subject.name}, {"plane", name_of(plane)}, {"warning", warning}});
        context.progress.say(
            fmt::format("warning: features of {}, plane {}: {}", subject.name, name_of(plane), warning));
      }
    }
  publish_atomically(folder / "diagnostics.csv", diagnostics_csv(stacks));
}

} // namespace sparseann
