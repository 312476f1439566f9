#include "apps/sparseann/import/drawn_case.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/grid_relation.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

/// Below that, two headers say the same in different words.
constexpr double negligible_mm = 1e-4;

void add_files(const fs::path& folder, std::optional<Plane> plane, const AnnotationRound& round,
               ReturnedFiles& returned) {
  for (const auto& [name, path] : nifti_files(folder)) {
    if (std::ranges::find(round.case_names(), name) == round.case_names().end())
      throw DataError(path.string(), "a file named as a case of the round", fmt::format("'{}', which is none", name));
    returned[name].push_back({path, plane});
  }
}

DrawnFile read_returned_file(const ReturnedFile& file, const Geometry& grid, double tolerance,
                             std::vector<std::string>& notes) {
  LabelVolume volume = read_nifti_labels(file.path);
  const GridRelation relation = relation_to_grid(file.path, volume.geometry, grid, tolerance);
  if (relation.reoriented())
    notes.push_back(fmt::format("{}: stored along other axes than the image, turned back", file.path.string()));
  if (relation.largest_shift_mm > negligible_mm)
    notes.push_back(fmt::format("{}: its header is up to {:.2g} mm off the image's, taken as rounding",
                                file.path.string(), relation.largest_shift_mm));
  return {.name = file.path.string(), .plane = file.plane, .voxels = on_grid(std::move(volume.voxels), relation)};
}

std::string slices_in_words(const std::vector<DrawnSlice>& slices) {
  std::string text;
  for (const DrawnSlice& slice : slices)
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", name_of(slice.plane), slice.slice);
  return text;
}

void note_doubts(const DrawnLabels& drawn, const std::string& name, std::vector<std::string>& notes) {
  if (!drawn.undecided.empty())
    notes.push_back(
        fmt::format("{}: labels on slices {} lie on their crossings alone, so that either may have been meant; "
                    "they count as not drawn",
                    name, slices_in_words(drawn.undecided)));
  if (!drawn.drawn_though_empty.empty())
    notes.push_back(fmt::format("{}: slices {} are listed as empty and have labels; they count as drawn", name,
                                slices_in_words(drawn.drawn_though_empty)));
}

} // namespace

ReturnedFiles find_returned_files(const fs::path& folder, const AnnotationRound& round) {
  if (!fs::is_directory(folder))
    throw DataError(folder.string(), "a folder of drawn files", "no such folder");
  ReturnedFiles returned;
  const bool is_round = fs::exists(folder / "labels") || fs::exists(folder / "planes");
  add_files(is_round ? folder / "labels" : folder, std::nullopt, round, returned);
  for (const Plane plane : all_planes)
    add_files(folder / "planes" / name_of(plane), plane, round, returned);
  if (returned.empty())
    throw DataError(folder.string(), "labels/CASE.nii.gz, planes/PLANE/CASE.nii.gz or CASE.nii.gz", "none");
  return returned;
}

std::vector<PlannedCase> read_empty_slices(const fs::path& file, const AnnotationRound& round) {
  const CsvTable table = read_csv(file);
  std::vector<PlannedCase> empty(round.case_names().size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const SliceIndex slice{.case_index = detail::position_of(round.case_names(), table, row),
                           .plane = detail::plane_in(table, row),
                           .slice = table.number<std::size_t>(row, "slice")};
    if (std::ranges::find(round.plan().slices, slice, &PlannedSlice::slice) == round.plan().slices.end())
      throw DataError(table.place(row), "a slice that is on the plan",
                      fmt::format("{} of plane {}", slice.slice, name_of(slice.plane)));
    empty[slice.case_index][stacking_axis(slice.plane)].push_back(slice.slice);
  }
  for (PlannedCase& of_case : empty)
    for (std::vector<std::size_t>& slices : of_case)
      std::ranges::sort(slices);
  return empty;
}

DrawnCase read_drawn_case(const AnnotationRound& round, std::size_t case_index, const std::vector<ReturnedFile>& files,
                          const PlannedCase& empty, const DrawnCaseOptions& options) {
  DrawnCase result{
      .name = round.case_names()[case_index], .grid = round.grid(case_index), .drawn = {}, .files = files, .notes = {}};
  const PlannedCase planned = planned_case(round.plan(), case_index, result.grid.shape);
  const SparseLabels earlier = round.earlier_labels(case_index, result.grid);
  std::vector<DrawnFile> drawn;
  for (const ReturnedFile& file : files)
    drawn.push_back(read_returned_file(file, result.grid, options.geometry_tolerance, result.notes));
  result.drawn = drawn_labels(drawn, planned, empty, earlier, options.drawn);
  note_doubts(result.drawn, result.name, result.notes);
  return result;
}

} // namespace sparseann::app
