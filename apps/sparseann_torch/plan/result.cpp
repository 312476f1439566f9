#include "apps/sparseann_torch/plan/result.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/annotate/slice_places.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/report/plan_picture.hpp"
#include "sparseann/report/run_report.hpp"

namespace sparseann::app {

namespace {

constexpr std::size_t most_rows = 12;

std::string row_of(const Case& scan, const SliceBar& bar, std::size_t name_width) {
  std::string view = "no affine";
  if (const auto place = place_of_slice(scan.image.geometry, bar.plane, 0)) {
    const AnatomicalView anatomical = view_along(place->step_mm);
    view = fmt::format("{}, to {}", anatomical.name, anatomical.toward);
  }
  return fmt::format("{:<{}}  {:<5}  {:<14}  {:>6}  {}\n", scan.name, name_width, name_of(bar.plane), view, bar.slices,
                     fmt::join(bar.selected, " "));
}

} // namespace

void write_plan(const std::filesystem::path& folder, const AnnotationPlan& plan, const Images& images,
                const Progress& progress) {
  publish_atomically(folder / "slices.csv", slice_places_csv(plan, images.cases));
  std::filesystem::create_directories(folder / "pictures");
  const std::vector<CaseSelection> selections = case_selections(plan, images.cases);
  Progress::Task task = progress.start("drawing", selections.size());
  for (std::size_t i = 0; i < selections.size(); ++i) {
    publish_atomically(folder / "pictures" / (selections[i].case_name + ".svg"),
                       plan_picture_svg(images.cases[i], selections[i]));
    task.advance();
  }
  task.finish();
}

std::string plan_in_words(const std::filesystem::path& folder, const AnnotationPlan& plan, const Images& images) {
  std::size_t name_width = 4;
  for (const Case& scan : images.cases)
    name_width = std::max(name_width, scan.name.size());
  std::string text = fmt::format("{:<{}}  {:<5}  {:<14}  {:>6}  slices to label, by rank\n", "case", name_width,
                                 "plane", "view", "of");
  std::size_t rows = 0;
  const std::vector<CaseSelection> selections = case_selections(plan, images.cases);
  for (std::size_t i = 0; i < selections.size(); ++i)
    for (const SliceBar& bar : selections[i].planes)
      if (++rows <= most_rows)
        text += row_of(images.cases[i], bar, name_width);
  if (rows > most_rows)
    text += fmt::format("... and {} more\n", rows - most_rows);
  return text +
         fmt::format("\nLabel {} of {} slices, counted from 0. {} shows them in the order of drawing, with their "
                     "places in mm; {} is what annotators open. Then: sparseann import --round {}\n",
                     plan.slices.size(), images.slices(), (folder / "index.html").string(),
                     (folder / "labels" / "CASE.nii.gz").string(), folder.string());
}

} // namespace sparseann::app
