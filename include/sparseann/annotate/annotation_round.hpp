#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/drawn_labels.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/sha256.hpp"

namespace sparseann {

/// A slice of which something is known, of a case by its position.
struct AnnotatedSlice {
  std::size_t case_index = 0;
  DrawnSlice slice;
};

/// A state of all annotations of a cohort, as an import leaves it: IMPORT/labels/CASE.nii.gz and IMPORT/slices.csv.
struct AnnotationState {
  std::filesystem::path path;
  std::vector<std::string> class_names;
  std::vector<std::string> case_names;
  std::vector<AnnotatedSlice> slices;

  /// The labels of one case. Throws: IoError; DataError naming the file for labels that are no such.
  [[nodiscard]] SparseLabels labels(std::size_t case_index) const {
    const std::filesystem::path file = path / "labels" / (case_names.at(case_index) + ".nii.gz");
    LabelVolume volume = read_nifti_labels(file);
    try {
      return {std::move(volume.voxels), class_names.size(), std::move(volume.geometry)};
    } catch (const DataError& error) {
      throw DataError(file.string(), "sparse labels of the import's classes", error.what());
    }
  }

  /// Ascending indices of the slices that are drawn or empty on purpose, by plane.
  [[nodiscard]] PlannedCase annotated(std::size_t case_index) const {
    PlannedCase annotated;
    for (const AnnotatedSlice& known : slices)
      if (known.case_index == case_index && known.slice.state != SliceState::not_drawn)
        annotated[stacking_axis(known.slice.plane)].push_back(known.slice.slice);
    for (std::vector<std::size_t>& of_plane : annotated)
      std::ranges::sort(of_plane);
    return annotated;
  }
};

namespace detail {

inline constexpr int round_format = 1;

/// Reads a JSON file of this version's format. Throws: IoError; DataError naming the file.
[[nodiscard]] inline Json read_round_json(const std::filesystem::path& file) {
  const Json json = read_json_file(file);
  if (!json.is_object() || !json.contains("format") || json["format"] != round_format)
    throw DataError(file.string(), fmt::format("format {}", round_format),
                    json.is_object() && json.contains("format") ? json["format"].dump() : "none");
  return json;
}

[[nodiscard]] inline std::vector<std::string> names_in(const std::filesystem::path& file, const Json& json,
                                                       const char* key) {
  try {
    return json.at(key).get<std::vector<std::string>>();
  } catch (const Json::exception& error) {
    throw DataError(file.string(), fmt::format("names under '{}'", key), error.what());
  }
}

[[nodiscard]] inline std::size_t position_of(const std::vector<std::string>& names, const CsvTable& table,
                                             std::size_t row) {
  const auto found = std::ranges::find(names, table.cell(row, "case"));
  if (found == names.end())
    throw DataError(table.place(row), "a case of the round in column 'case'",
                    fmt::format("'{}'", table.cell(row, "case")));
  return static_cast<std::size_t>(found - names.begin());
}

} // namespace detail

/// What is known of slices as CSV text: case, plane, slice, state.
[[nodiscard]] inline std::string to_csv(std::span<const AnnotatedSlice> slices, std::span<const std::string> names) {
  CsvWriter table({"case", "plane", "slice", "state"});
  for (const auto& [case_index, slice] : slices)
    table.add_row(names[case_index], name_of(slice.plane), slice.slice, name_of_value(slice.state));
  return table.text();
}

/// Reads what to_csv wrote. Throws: IoError; DataError naming file and line.
[[nodiscard]] inline std::vector<AnnotatedSlice> read_annotated_slices(const std::filesystem::path& file,
                                                                       const std::vector<std::string>& names) {
  const CsvTable table = read_csv(file);
  std::vector<AnnotatedSlice> slices;
  slices.reserve(table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row)
    slices.push_back({detail::position_of(names, table, row),
                      {detail::plane_in(table, row), table.number<std::size_t>(row, "slice"),
                       value_from_name<SliceState>(table.place(row), table.cell(row, "state"))}});
  return slices;
}

/// The imports of a round, the first one first: ROUND/imports/0001 and so on. Unfinished ones are none.
[[nodiscard]] inline std::vector<std::filesystem::path> imports_of(const std::filesystem::path& round) {
  std::vector<std::filesystem::path> imports;
  if (std::filesystem::is_directory(round / "imports"))
    for (const auto& entry : std::filesystem::directory_iterator(round / "imports"))
      if (std::filesystem::exists(entry.path() / "import.json"))
        imports.push_back(entry.path());
  std::ranges::sort(imports);
  return imports;
}

/// Reads an import: of a round the latest, or the one whose folder is given.
///
/// Throws: DataError naming the folder where it is neither, or naming what is missing or no such; IoError.
[[nodiscard]] inline AnnotationState read_annotation_state(const std::filesystem::path& folder) {
  AnnotationState state{.path = folder, .class_names = {}, .case_names = {}, .slices = {}};
  if (!std::filesystem::exists(folder / "import.json")) {
    const std::vector<std::filesystem::path> imports = imports_of(folder);
    if (imports.empty())
      throw DataError(folder.string(), "a round with an import (`sparseann import` makes one), or an import's folder",
                      std::filesystem::is_directory(folder) ? "neither" : "no such folder");
    state.path = imports.back();
  }
  const std::filesystem::path file = state.path / "import.json";
  const Json json = detail::read_round_json(file);
  state.class_names = detail::names_in(file, json, "classes");
  state.case_names = detail::names_in(file, json, "cases");
  state.slices = read_annotated_slices(state.path / "slices.csv", state.case_names);
  return state;
}

/// A folder of tasks for annotators: what is to be drawn, and what was annotated in earlier rounds.
///
/// ROUND/round.json names classes and cases; plan.csv the slices; guides/CASE.nii.gz has the image's grid; earlier/ is
/// the state that the round goes on from, where it goes on from one.
class AnnotationRound {
public:
  /// Throws: DataError naming the folder, or the file that is missing or not as the round was made; IoError.
  explicit AnnotationRound(std::filesystem::path path) : path_(std::move(path)) {
    const std::filesystem::path file = path_ / "round.json";
    if (!std::filesystem::exists(file))
      throw DataError(path_.string(), "a round (with round.json, which `sparseann plan` writes last)",
                      std::filesystem::is_directory(path_) ? "another or an unfinished folder" : "no such folder");
    const Json json = detail::read_round_json(file);
    class_names_ = detail::names_in(file, json, "classes");
    case_names_ = detail::names_in(file, json, "cases");
    check_plan(json);
    plan_ = read_plan(path_ / "plan.csv", case_names_);
    if (std::filesystem::exists(path_ / "earlier"))
      earlier_ = AnnotationState{.path = path_ / "earlier",
                                 .class_names = class_names_,
                                 .case_names = case_names_,
                                 .slices = read_annotated_slices(path_ / "earlier" / "slices.csv", case_names_)};
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] const std::vector<std::string>& class_names() const noexcept { return class_names_; }
  [[nodiscard]] const std::vector<std::string>& case_names() const noexcept { return case_names_; }
  [[nodiscard]] const AnnotationPlan& plan() const noexcept { return plan_; }
  [[nodiscard]] const std::optional<AnnotationState>& earlier() const noexcept { return earlier_; }

  /// The image's voxel grid. Throws: IoError.
  [[nodiscard]] Geometry grid(std::size_t case_index) const {
    return read_nifti_labels(path_ / "guides" / (case_names_.at(case_index) + ".nii.gz")).geometry;
  }

  /// What earlier rounds annotated of a case whose grid this is; nothing in a first round. Throws: IoError, DataError.
  [[nodiscard]] SparseLabels earlier_labels(std::size_t case_index, const Geometry& grid) const {
    return earlier_ ? earlier_->labels(case_index) : nothing_annotated(grid, class_names_.size());
  }

private:
  void check_plan(const Json& json) const {
    const std::filesystem::path file = path_ / "plan.csv";
    const std::string now = sha256_of_file(file);
    if (!json.contains("plan_sha256") || json["plan_sha256"] != now)
      throw DataError(file.string(), "the plan that the label files were made for (round.json has its SHA-256)",
                      "another, edited by hand perhaps: make a round of it instead");
  }

  std::filesystem::path path_;
  std::vector<std::string> class_names_;
  std::vector<std::string> case_names_;
  AnnotationPlan plan_;
  std::optional<AnnotationState> earlier_;
};

/// round.json of a plan file.
[[nodiscard]] inline Json round_json(const std::vector<std::string>& class_names,
                                     const std::vector<std::string>& case_names, const std::filesystem::path& plan) {
  return {{"format", detail::round_format},
          {"classes", class_names},
          {"cases", case_names},
          {"plan_sha256", sha256_of_file(plan)}};
}

} // namespace sparseann
