#include "apps/sparseann_torch/plan/tasks.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "sparseann/annotate/task_volumes.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/grid_relation.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/nnunet_layout.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/report/label_tables.hpp"
#include "sparseann/report/round_page.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

class TaskWriter {
public:
  TaskWriter(const fs::path& round, const Images& images) : round_(round), images_(images) {}

  void write(const std::string& folder, std::size_t case_index, Array3<std::uint8_t> voxels) const {
    const Case& scan = images_.cases[case_index];
    fs::create_directories(round_ / folder);
    const fs::path file = round_ / folder / (scan.name + ".nii.gz");
    if (!fs::exists(file))
      write_nifti(file, LabelVolume{std::move(voxels), scan.image.geometry});
  }

private:
  const fs::path& round_;
  const Images& images_;
};

/// The state that the round goes on from, so that the round's folder is all that an import needs.
void write_earlier(const fs::path& round, const Images& images, const KnownLabels& known, const TaskWriter& writer) {
  std::vector<AnnotatedSlice> slices;
  for (std::size_t c = 0; c < images.cases.size(); ++c) {
    writer.write("earlier/labels", c, known.labels(c).voxels());
    detail::for_each_slice(known.slices(c), [&](Plane plane, std::size_t slice) {
      slices.push_back({c, {plane, slice, SliceState::drawn}});
    });
  }
  publish_atomically(round / "earlier" / "slices.csv", to_csv(slices, case_names(images.cases)));
}

void write_volumes(const AnnotationPlan& plan, const Images& images, const KnownLabels& known, const TaskWriter& writer,
                   const Progress& progress) {
  auto task = progress.start("tasks", images.cases.size());
  for (std::size_t c = 0; c < images.cases.size(); ++c) {
    const SparseLabels earlier = known.labels(c);
    const PlannedCase planned = planned_case(plan, c, earlier.shape());
    writer.write("guides", c, task_guide(planned, earlier));
    writer.write("labels", c, task_labels(planned, earlier));
    for (const Plane plane : images.planes)
      writer.write("planes/" + std::string(name_of(plane)), c, task_labels(only(planned, plane), earlier));
    task.advance();
  }
  task.finish();
}

} // namespace

KnownLabels::KnownLabels(const std::optional<AnnotationState>& already, const Images& images,
                         const std::vector<std::string>& class_names)
    : already_(already), images_(images), class_names_(class_names), positions_(images.cases.size()) {
  for (std::size_t i = 0; already && i < already->case_names.size(); ++i) {
    const auto found = std::ranges::find(images.cases, already->case_names[i], &Case::name);
    if (found == images.cases.end())
      throw DataError(already->path.string(), "every case of it among the images",
                      fmt::format("none of the name '{}'", already->case_names[i]));
    positions_[static_cast<std::size_t>(found - images.cases.begin())] = i;
    (void)relation_to_grid(already->path / "labels" / (found->name + ".nii.gz"), already->labels(i).geometry(),
                           found->image.geometry);
  }
}

SparseLabels KnownLabels::labels(std::size_t case_index) const {
  if (const auto position = positions_.at(case_index))
    return already_->labels(*position);
  return nothing_annotated(images_.cases[case_index].image.geometry, class_names_.size());
}

PlannedCase KnownLabels::slices(std::size_t case_index) const {
  const auto position = positions_.at(case_index);
  return position ? already_->annotated(*position) : PlannedCase{};
}

void write_tasks(const std::filesystem::path& round, const AnnotationPlan& plan, const Images& images,
                 const KnownLabels& known, const std::vector<std::string>& class_names, double minutes_per_slice,
                 const Progress& progress) {
  const TaskWriter writer(round, images);
  const std::vector<std::string> names = case_names(images.cases);
  if (known.state())
    write_earlier(round, images, known, writer);
  write_volumes(plan, images, known, writer, progress);
  const std::vector<ViewedLabel> labels = viewed_labels(class_names);
  publish_atomically(round / "itk_snap_labels.txt", itk_snap_labels(labels));
  publish_atomically(round / "slicer_labels.ctbl", slicer_color_table(labels));
  publish_atomically(round / "itk_snap_guide.txt", itk_snap_labels(viewed_guide_marks()));
  publish_atomically(round / "slicer_guide.ctbl", slicer_color_table(viewed_guide_marks()));
  write_json_file(round / "dataset.json", nnunet_description_json({.name = normal_path(round).filename().string(),
                                                                   .class_names = class_names,
                                                                   .ignore_label = class_names.size(),
                                                                   .channels = images.cases.front().image.channels()},
                                                                  images.cases.size()));
  publish_atomically(round / "index.html", round_page(normal_path(round).filename().string(), plan, images.cases,
                                                      class_names, minutes_per_slice, known.state().has_value()));
  write_json_file(round / "round.json", round_json(class_names, names, round / "plan.csv"));
}

} // namespace sparseann::app
