#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/tiff.hpp"

namespace sparseann {

namespace detail {

/// Where a stack lies: in one HDF5 file, or as two TIFF files.
struct StackFiles {
  std::filesystem::path hdf5;
  std::filesystem::path volume;
  std::filesystem::path labels;
};

/// What a file is of a stack: which stack's, and in which place. None for other files.
[[nodiscard]] inline std::optional<std::pair<std::string, std::filesystem::path StackFiles::*>>
stack_part(const std::filesystem::path& file) {
  using Part = std::pair<std::string_view, std::filesystem::path StackFiles::*>;
  const std::string name = file.filename().string();
  if (!name.starts_with("train") && !name.starts_with("test"))
    return std::nullopt;
  for (const auto& [ending, part] :
       {Part{".h5", &StackFiles::hdf5}, Part{".hdf5", &StackFiles::hdf5}, Part{"-volume.tif", &StackFiles::volume},
        Part{"-volume.tiff", &StackFiles::volume}, Part{"-labels.tif", &StackFiles::labels},
        Part{"-labels.tiff", &StackFiles::labels}})
    if (name.ends_with(ending))
      return std::pair(name.substr(0, name.size() - ending.size()), part);
  return std::nullopt;
}

[[nodiscard]] inline std::map<std::string, StackFiles> stack_files(const std::filesystem::path& folder) {
  std::error_code failure;
  std::map<std::string, StackFiles> stacks;
  const std::filesystem::directory_iterator entries(folder, failure);
  if (failure)
    throw DataError(folder.string(), "a folder", failure.message());
  for (const auto& entry : entries)
    if (const auto part = stack_part(entry.path())) {
      StackFiles& stack = stacks[part->first];
      if (!(stack.*part->second).empty())
        throw DataError(entry.path().string(), "one such file of a stack",
                        (stack.*part->second).filename().string() + " besides");
      stack.*part->second = entry.path();
    }
  for (const auto& [name, stack] : stacks) {
    if (!stack.hdf5.empty() && (!stack.volume.empty() || !stack.labels.empty()))
      throw DataError(stack.hdf5.string(), "a stack as HDF5 or as TIFF", "both");
    if (stack.hdf5.empty() && stack.volume.empty())
      throw DataError(stack.labels.string(), fmt::format("an image {}-volume.tif", name), "none");
    if (stack.hdf5.empty() && stack.labels.empty() && name.starts_with("train"))
      throw DataError(stack.volume.string(), fmt::format("instances {}-labels.tif", name), "none");
  }
  return stacks;
}

[[nodiscard]] inline Case read_stack(const std::string& name, const StackFiles& files) {
  const Array3<float> raw = files.hdf5.empty() ? read_tiff<float>(files.volume) : read_hdf5<float>(files.hdf5, "raw");
  const Shape3 shape = shape_of(raw);
  Case scan{.name = name,
            .image = {.voxels = Array4<float>({1, shape[0], shape[1], shape[2]}), .geometry = {.shape = shape}}};
  std::ranges::copy(elements(raw), elements(scan.image.voxels).begin());
  return scan;
}

/// 1 in cells, 0 on the boundary between them.
[[nodiscard]] inline LabelVolume read_cells(const StackFiles& files, const Geometry& geometry) {
  const std::filesystem::path& path = files.hdf5.empty() ? files.labels : files.hdf5;
  const Array3<std::uint32_t> instances =
      files.hdf5.empty() ? read_tiff<std::uint32_t>(path) : read_hdf5<std::uint32_t>(path, "label");
  if (shape_of(instances) != geometry.shape)
    throw DataError(path.string(), fmt::format("instances of the image's {} voxels", to_string(geometry.shape)),
                    to_string(shape_of(instances)));
  LabelVolume labels = zeros_on<std::uint8_t>(geometry);
  std::ranges::transform(elements(instances), elements(labels.voxels).begin(),
                         [](std::uint32_t instance) { return static_cast<std::uint8_t>(instance != 0 ? 1 : 0); });
  const auto [low, high] = std::ranges::minmax_element(elements(labels.voxels));
  if (*low == *high)
    throw DataError(path.string(), "instances, and 0 between them", *low == 0 ? "0 everywhere" : "no 0");
  return labels;
}

} // namespace detail

/// Reads stacks of electron microscopy and their instances: `train….h5` and `test….h5` with datasets `raw` and `label`,
/// or `train…-volume.tif` with `train…-labels.tif` and `test…` alike, multi-page, as ISBI 2012 has them. Cases come in
/// the order of their names; other files are left alone. Test stacks in TIFF may have no labels, if none has any.
///
/// Classes: boundary, where there is no instance, and cell. Which instance a voxel is of is not kept: V^Rand is of the
/// 2D components of cells. Units: voxels, as these formats have no agreed place for a spacing: all three axes count
/// alike, and all three planes are used. Throws: DataError naming the folder or file (no training stack, a volume
/// without its labels or the reverse, two files of one stack, differing shapes, nothing but boundary or no boundary,
/// and what `check` refuses); as read_hdf5 and read_tiff.
[[nodiscard]] inline LabelledCohort read_microscopy_folder(const std::filesystem::path& folder) {
  LabelledCohort data;
  data.cohort.name = normal_path(folder).filename().string();
  data.cohort.class_names = {"boundary", "cell"};
  for (const auto& [name, files] : detail::stack_files(folder)) {
    Case scan = detail::read_stack(name, files);
    const bool training = name.starts_with("train");
    if (!files.hdf5.empty() || !files.labels.empty())
      (training ? data.training_labels : data.test_labels).push_back(detail::read_cells(files, scan.image.geometry));
    (training ? data.cohort.training : data.cohort.test).push_back(std::move(scan));
  }
  if (data.cohort.training.empty())
    throw DataError(folder.string(), "stacks train….h5, or train…-volume.tif with train…-labels.tif", "none");
  check(data);
  return data;
}

} // namespace sparseann
