#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann {

namespace detail {

/// The number of channels that dataset.json states, whatever it says of labels.
[[nodiscard]] inline std::optional<std::size_t> stated_channels(const std::filesystem::path& folder) {
  const std::filesystem::path file = folder / "dataset.json";
  if (!std::filesystem::exists(file))
    return std::nullopt;
  const Json json = read_json_file(file);
  return json.is_object() ? channels_in(json) : std::nullopt;
}

/// Whether file names end in a channel's number: then every case has a channel 0.
[[nodiscard]] inline bool have_channel_numbers(const std::map<std::string, std::filesystem::path>& images) {
  return std::ranges::any_of(images, [](const auto& image) {
    const auto split = split_channel(image.first);
    return split && split->second == 0;
  });
}

/// Throws DataError naming a file of a case that has another number of channels than the first.
inline void check_channel_counts(const std::vector<NnunetCaseFiles>& cases) {
  const NnunetCaseFiles& first = cases.front();
  for (const NnunetCaseFiles& scan : cases)
    if (scan.channels.size() != first.channels.size())
      throw DataError(scan.channels.back().string(),
                      fmt::format("{} channels as in case {}", first.channels.size(), first.name),
                      fmt::format("{} for case {}", scan.channels.size(), scan.name));
}

} // namespace detail

/// The scans of a folder of images, by their files; none is read.
///
/// Names end in a channel's number where one of them ends in _0000. Cases come in the order of their names. `channels`:
/// of every case, where it is known.
/// Throws: DataError naming the file (no folder, no image, channels that are missing or differ in number between cases
/// or from `channels`).
[[nodiscard]] inline std::vector<NnunetCaseFiles> find_images(const std::filesystem::path& images,
                                                              std::optional<std::size_t> channels) {
  const auto files = nifti_files(images);
  if (files.empty())
    throw DataError(images.string(), "NIfTI images (.nii or .nii.gz)",
                    std::filesystem::is_directory(images) ? "none" : "no such folder");
  std::vector<NnunetCaseFiles> found = group_nnunet_files(files, detail::have_channel_numbers(files), channels);
  detail::check_channel_counts(found);
  return found;
}

/// Reads the channels of one scan. Throws: DataError naming the file (differing grids of its channels, constant images,
/// voxels that are not finite); IoError for unreadable files.
[[nodiscard]] inline Case read_images(const NnunetCaseFiles& scan) { return detail::read_case(scan); }

/// Reads the images of FOLDER/imagesTr alone, laid out as read_nnunet_folder reads them: for what needs no labels.
///
/// Throws: DataError naming the folder where it is none; as find_images and read_images.
[[nodiscard]] inline std::vector<Case> read_nnunet_images(const std::filesystem::path& folder) {
  if (!std::filesystem::is_directory(folder))
    throw DataError(folder.string(), "a folder with imagesTr", "no such folder");
  const std::vector<NnunetCaseFiles> found = find_images(folder / "imagesTr", detail::stated_channels(folder));
  std::vector<Case> cases;
  cases.reserve(found.size());
  for (const NnunetCaseFiles& scan : found)
    cases.push_back(read_images(scan));
  return cases;
}

} // namespace sparseann
