#include "apps/sparseann_torch/train/annotated_cases.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/data/nnunet_images.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/io/grid_relation.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

SparseLabels labels_on_image(const AnnotationState& state, std::size_t position, const Geometry& grid) {
  const SparseLabels labels = state.labels(position);
  const auto file = state.path / "labels" / (state.case_names[position] + ".nii.gz");
  const GridRelation relation = relation_to_grid(file, labels.geometry(), grid);
  return {on_grid(labels.voxels(), relation), labels.classes(), grid};
}

std::vector<std::string> labels_drawn_nowhere(const AnnotatedCases& annotated) {
  std::array<bool, 256> seen{};
  for (const SparseLabels& labels : annotated.labels)
    for (const std::uint8_t label : elements(labels.voxels()))
      seen[label] = true;
  std::vector<std::string> missing;
  for (std::size_t label = 0; label < annotated.class_names.size(); ++label)
    if (!seen[label])
      missing.push_back(annotated.class_names[label]);
  return missing;
}

} // namespace

AnnotatedCases AnnotatedCases::of_fold(std::size_t fold, std::size_t folds, bool within) const {
  AnnotatedCases part{.name = name, .import_name = import_name, .class_names = class_names, .planes = planes};
  for (std::size_t c = 0; c < cases.size(); ++c)
    if ((c % folds == fold) == within) {
      part.cases.push_back(cases[c]);
      part.labels.push_back(labels[c]);
    }
  return part;
}

AnnotatedCases read_annotated_cases(const std::string& data, const AnnotationState& state) {
  const NnunetDescription description = read_nnunet_description(data);
  const fs::path imports = state.path.parent_path();
  AnnotatedCases annotated{
      .name = description.name,
      .import_name = (imports.parent_path().filename() / imports.filename() / state.path.filename()).generic_string(),
      .class_names = state.class_names};
  std::vector<NnunetCaseFiles> files = find_images(fs::path(data) / "imagesTr", detail::stated_channels(data));
  std::array<bool, 3> drawn_in{};
  for (std::size_t i = 0; i < state.case_names.size(); ++i) {
    const auto found = std::ranges::find(files, state.case_names[i], &NnunetCaseFiles::name);
    if (found == files.end())
      throw DataError(state.path.string(), "images of all its cases in " + data,
                      fmt::format("none of '{}'", state.case_names[i]));
    const PlannedCase slices = state.annotated(i);
    std::size_t count = 0;
    for (std::size_t plane = 0; plane < 3; ++plane) {
      count += slices[plane].size();
      drawn_in[plane] = drawn_in[plane] || !slices[plane].empty();
    }
    annotated.slices += count;
    if (count == 0) {
      annotated.not_annotated.push_back(state.case_names[i]);
      continue;
    }
    Case scan = read_images(*found);
    annotated.labels.push_back(labels_on_image(state, i, scan.image.geometry));
    scan.image = ZScore{}(std::move(scan.image), scan.name);
    annotated.cases.push_back(std::move(scan));
  }
  if (annotated.cases.empty())
    throw DataError(state.path.string(), "a drawn slice", "none in any case");
  for (const Plane plane : all_planes)
    if (drawn_in[stacking_axis(plane)])
      annotated.planes.push_back(plane);
  annotated.missing_labels = labels_drawn_nowhere(annotated);
  return annotated;
}

} // namespace sparseann::app
