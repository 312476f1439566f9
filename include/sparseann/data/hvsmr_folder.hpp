#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/same_grid.hpp"

namespace sparseann {

namespace detail {

/// Files of the challenge by the scan's name: `training_axial_full_pat0.nii.gz` and
/// `training_axial_full_pat0-label.nii.gz`.
struct HvsmrFiles {
  std::filesystem::path image;
  std::filesystem::path labels;
};

[[nodiscard]] inline std::map<std::string, HvsmrFiles> hvsmr_files(const std::filesystem::path& folder) {
  std::error_code failure;
  std::map<std::string, HvsmrFiles> files;
  auto entries = std::filesystem::recursive_directory_iterator(folder, failure);
  if (failure)
    throw DataError(folder.string(), "a folder", failure.message());
  for (const auto& entry : entries) {
    std::string name = entry.path().filename().string();
    for (const std::string ending : {".gz", ".nii"})
      if (name.ends_with(ending))
        name.resize(name.size() - ending.size());
    if (name == entry.path().filename().string() || (!name.starts_with("training") && !name.starts_with("testing")))
      continue;
    const std::string mark = "-label";
    if (name.ends_with(mark))
      files[name.substr(0, name.size() - mark.size())].labels = entry.path();
    else
      files[name].image = entry.path();
  }
  return files;
}

} // namespace detail

/// Reads HVSMR 2016 as the challenge shipped it: NIfTI files `training_…_patN` and `testing_…_patN`, labels beside them
/// or in another folder below as `…-label`. Any of its three versions (full volume, cropped, short axis), one at a
/// time. Cases come in the order of their names.
///
/// Classes: background, myocardium, blood pool. Test labels, which the challenge kept, may be missing altogether.
/// Throws: DataError naming the folder or file (no training scan, a scan without labels or the reverse, differing
/// grids, labels outside the classes, and what `check` refuses); IoError for unreadable files.
/// Source: Pace et al., "Interactive Whole-Heart Segmentation in Congenital Heart Disease", MICCAI 2015; the
/// challenge's naming.
[[nodiscard]] inline LabelledCohort read_hvsmr_folder(const std::filesystem::path& folder) {
  LabelledCohort data;
  data.cohort.name = "HVSMR 2016";
  data.cohort.class_names = {"background", "myocardium", "blood pool"};
  const auto files = detail::hvsmr_files(folder);
  const bool has_test_labels = std::ranges::any_of(
      files, [](const auto& each) { return each.first.starts_with("testing") && !each.second.labels.empty(); });
  for (const auto& [name, paths] : files) {
    const bool training = name.starts_with("training");
    if (paths.image.empty())
      throw DataError(paths.labels.string(), fmt::format("an image {}.nii or {}.nii.gz", name, name), "none");
    if (paths.labels.empty() && (training || has_test_labels))
      throw DataError(paths.image.string(), fmt::format("labels {}-label.nii or {}-label.nii.gz", name, name), "none");
    Case scan = detail::read_case({.name = name, .channels = {paths.image}});
    if (!paths.labels.empty()) {
      LabelVolume labels = read_nifti_labels(paths.labels);
      check_same_grid(paths.labels, labels.geometry, paths.image, scan.image.geometry);
      detail::check_label_values(paths.labels.string(), labels, data.cohort.classes());
      labels.geometry = scan.image.geometry;
      (training ? data.training_labels : data.test_labels).push_back(std::move(labels));
    }
    (training ? data.cohort.training : data.cohort.test).push_back(std::move(scan));
  }
  if (data.cohort.training.empty())
    throw DataError(folder.string(), "scans training_…_patN.nii or .nii.gz", "none");
  check(data);
  return data;
}

} // namespace sparseann
