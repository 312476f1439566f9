#include "apps/sparseann/import/drawn_case.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

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

/// Files in which somebody may have drawn, and that are not read.
void refuse_other_formats(const fs::path& folder) {
  constexpr std::array<std::string_view, 6> formats{".nrrd", ".nhdr", ".mha", ".mhd", ".img", ".hdr"};
  std::vector<std::string> found;
  if (fs::is_directory(folder))
    for (const auto& entry : fs::directory_iterator(folder))
      if (std::ranges::find(formats, entry.path().extension().string()) != formats.end())
        found.push_back(entry.path().filename().string());
  std::ranges::sort(found);
  if (!found.empty())
    throw DataError(folder.string(),
                    "files in NIfTI alone, .nii or .nii.gz, into which SimpleITK turns others (move those away then)",
                    fmt::format("'{}'", fmt::join(found, "', '")));
}

void add_files(const fs::path& folder, std::optional<Plane> plane, const AnnotationRound& round,
               ReturnedFiles& returned) {
  std::vector<std::string> unknown;
  for (const auto& [name, path] : nifti_files(folder)) {
    if (std::ranges::find(round.case_names(), name) == round.case_names().end())
      unknown.push_back(path.filename().string());
    returned[name].push_back({path, plane});
  }
  if (!unknown.empty())
    throw DataError(folder.string(), "files named as cases of the round",
                    fmt::format("'{}'", fmt::join(unknown, "', '")));
  refuse_other_formats(folder);
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

/// What stands in an import's report of slices that may have been meant otherwise.
std::string_view in_words(SliceDoubt doubt) {
  switch (doubt) {
  case SliceDoubt::crossings_alone:
    return "labels only where they cross one another, so that any may have been meant; taken as not drawn";
  case SliceDoubt::drawn_though_empty: return "listed as empty, and labels on them; taken as drawn";
  case SliceDoubt::crossed_though_empty:
    return "listed as empty, and labels on them by what is drawn across; see disagreements.csv";
  case SliceDoubt::mostly_ignored:
    return "too much under ignore for 2D networks to learn from them; the 3D network does";
  }
  return "";
}

void note_doubts(const DrawnLabels& drawn, const std::string& name, std::vector<std::string>& notes) {
  std::map<SliceDoubt, std::string> slices;
  for (const DoubtfulSlice& doubtful : drawn.doubts)
    slices[doubtful.doubt] += fmt::format(" {} {},", name_of(doubtful.plane), doubtful.slice);
  for (auto& [doubt, list] : slices) {
    list.back() = ':';
    notes.push_back(fmt::format("{}:{} {}", name, list, in_words(doubt)));
  }
}

/// Names what was drawn beside the plan, and the planned slices that may have been meant: those at most two away.
void note_off_plan(const DrawnLabels& drawn, const PlannedCase& planned, const std::string& name,
                   std::vector<std::string>& notes) {
  constexpr std::size_t listed = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(listed, drawn.off_plan.size()); ++i) {
    const OffPlanSlice& beside = drawn.off_plan[i];
    text += fmt::format("{} {} {} ({} voxels", i == 0 ? "" : ",", name_of(beside.plane), beside.slice, beside.voxels);
    for (const std::size_t slice : planned[stacking_axis(beside.plane)])
      if (slice < beside.slice + 3 && beside.slice < slice + 3)
        text += fmt::format("; {} is planned", slice);
    text += ')';
  }
  if (!text.empty())
    notes.push_back(fmt::format("{}: labels beside the plan, on{}{}", name, text,
                                drawn.off_plan.size() > listed ? " and more" : ""));
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
  for (const std::string_view column : {"case", "plane", "slice"})
    if (std::ranges::find(table.columns(), column) == table.columns().end())
      throw DataError(file.string(), "a first line with the columns case, plane and slice",
                      fmt::format("none called '{}'", column));
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
  note_off_plan(result.drawn, planned, result.name, result.notes);
  note_doubts(result.drawn, result.name, result.notes);
  return result;
}

} // namespace sparseann::app
