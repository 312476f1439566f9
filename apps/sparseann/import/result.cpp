#include "apps/sparseann/import/result.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <fmt/format.h>

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/nifti.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

/// Slices by state, in the order of the states.
std::array<std::size_t, 3> count_states(const DrawnCase& scan) {
  std::array<std::size_t, 3> counts{};
  for (const DrawnSlice& slice : scan.drawn.slices)
    ++counts[static_cast<std::size_t>(slice.state)];
  return counts;
}

std::string disagreements_csv(const std::vector<DrawnCase>& cases) {
  CsvWriter table({"case", "z", "y", "x", "earlier", "xy", "xz", "yz", "label"});
  for (const DrawnCase& scan : cases)
    for (const CrossingDisagreement& found : scan.drawn.disagreements)
      table.add_row(scan.name, found.voxel[0], found.voxel[1], found.voxel[2], found.earlier, found.labels[0],
                    found.labels[1], found.labels[2], found.label);
  return table.text();
}

Json facts_of(const DrawnCase& scan) {
  const auto [not_drawn, drawn, empty] = count_states(scan);
  return {{"case", scan.name},
          {"files", scan.files.size()},
          {"drawn", drawn},
          {"empty", empty},
          {"not_drawn", not_drawn},
          {"disagreements", scan.drawn.disagreements.size()},
          {"off_plan_voxels", scan.drawn.off_plan_voxels},
          {"corrected_voxels", scan.drawn.corrected_voxels},
          {"notes", scan.notes}};
}

/// As it came, so that nothing is lost that the import did not take.
void keep_files(const fs::path& folder, const DrawnCase& scan) {
  for (const ReturnedFile& file : scan.files) {
    const fs::path place =
        folder / "drawn" / (file.plane ? "planes/" + std::string(name_of(*file.plane)) : std::string("labels"));
    fs::create_directories(place);
    publish_atomically(place / file.path.filename(), read_file(file.path));
  }
}

} // namespace

std::vector<AnnotatedSlice> slices_of(const AnnotationRound& round, const std::vector<DrawnCase>& cases) {
  std::vector<AnnotatedSlice> slices;
  if (round.earlier())
    slices = round.earlier()->slices;
  for (std::size_t c = 0; c < cases.size(); ++c)
    for (const DrawnSlice& slice : cases[c].drawn.slices)
      slices.push_back({c, slice});
  return slices;
}

void write_import(const fs::path& folder, const AnnotationRound& round, const std::vector<DrawnCase>& cases,
                  const Json& options) {
  fs::create_directories(folder / "labels");
  Json facts = Json::array();
  for (const DrawnCase& scan : cases) {
    write_nifti(folder / "labels" / (scan.name + ".nii.gz"), LabelVolume{scan.drawn.voxels, scan.grid});
    keep_files(folder, scan);
    facts.push_back(facts_of(scan));
  }
  publish_atomically(folder / "slices.csv", to_csv(slices_of(round, cases), round.case_names()));
  publish_atomically(folder / "disagreements.csv", disagreements_csv(cases));
  write_json_file(folder / "import.json", {{"format", detail::round_format},
                                           {"classes", round.class_names()},
                                           {"cases", round.case_names()},
                                           {"options", options},
                                           {"imported", facts}});
}

std::string import_in_words(const fs::path& folder, const AnnotationRound& round, const std::vector<DrawnCase>& cases) {
  std::size_t width = 4;
  for (const std::string& name : round.case_names())
    width = std::max(width, name.size());
  std::string text = fmt::format("{:<{}}  {:>6}  {:>6}  {:>9}  {:>13}  {:>8}\n", "case", width, "drawn", "empty",
                                 "not drawn", "disagreements", "off plan");
  std::array<std::size_t, 3> total{};
  std::size_t off_plan = 0;
  std::string notes;
  for (const DrawnCase& scan : cases) {
    const auto counts = count_states(scan);
    text +=
        fmt::format("{:<{}}  {:>6}  {:>6}  {:>9}  {:>13}  {:>8}{}\n", scan.name, width, counts[1], counts[2], counts[0],
                    scan.drawn.disagreements.size(), scan.drawn.off_plan_voxels, scan.files.empty() ? "  no file" : "");
    for (std::size_t i = 0; i < 3; ++i)
      total[i] += counts[i];
    off_plan += scan.drawn.off_plan_voxels;
    for (const std::string& note : scan.notes)
      notes += "note: " + note + '\n';
    if (scan.drawn.corrected_voxels > 0)
      notes += fmt::format("note: {}: {} voxels annotated earlier have another label now\n", scan.name,
                           scan.drawn.corrected_voxels);
  }
  text += '\n' + notes;
  text += fmt::format("{} of {} planned slices are drawn, {} more are empty on purpose.\n", total[1],
                      total[0] + total[1] + total[2], total[2]);
  if (off_plan > 0)
    text += fmt::format("{} voxels beside the plan have a label (--off-plan says what becomes of them).\n", off_plan);
  return text + fmt::format("The state is in {}; earlier imports are as they were.\n", folder.string());
}

} // namespace sparseann::app
