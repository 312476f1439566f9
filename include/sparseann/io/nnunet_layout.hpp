#pragma once

#include <charconv>
#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann {

/// What dataset.json says, as far as we use it.
struct NnunetDescription {
  std::string name;
  std::vector<std::string> class_names; ///< empty where it does not say
  std::optional<std::size_t> ignore_label;
  std::optional<std::size_t> channels;
};

/// The channel files of a case.
struct NnunetCaseFiles {
  std::string name;
  std::vector<std::filesystem::path> channels;
};

namespace detail {

[[nodiscard]] inline std::optional<std::size_t> whole_number(std::string_view text) {
  std::size_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? std::optional(value) : std::nullopt;
}

/// One entry of "labels": {"NAME": 1} in nnU-Net v2, {"1": "NAME"} in the Decathlon.
[[nodiscard]] inline std::pair<std::size_t, std::string> class_entry(const std::filesystem::path& file,
                                                                     const std::string& key, const Json& value) {
  if (value.is_number_unsigned())
    return {value.get<std::size_t>(), key};
  if (const auto label = whole_number(key); label && value.is_string())
    return {*label, value.get<std::string>()};
  throw DataError(file.string(), "labels as \"NAME\": NUMBER or \"NUMBER\": \"NAME\" (regions are not supported)",
                  fmt::format("\"{}\": {}", key, value.dump()));
}

inline void read_classes(const std::filesystem::path& file, const Json& labels, NnunetDescription& description) {
  std::map<std::size_t, std::string> names;
  for (const auto& [key, value] : labels.items()) {
    auto [label, name] = class_entry(file, key, value);
    if (name == "ignore")
      description.ignore_label = label;
    if (!names.emplace(label, std::move(name)).second)
      throw DataError(file.string(), "one name per label", fmt::format("two for label {}", label));
  }
  for (std::size_t expected = 0; const auto& [label, name] : names) {
    if (label != expected++)
      throw DataError(file.string(), "labels 0, 1, 2 and so on without a gap", labels.dump());
    description.class_names.push_back(name);
  }
  if (!description.ignore_label)
    return;
  if (*description.ignore_label + 1 != names.size())
    throw DataError(file.string(), "`ignore` as the highest label", labels.dump());
  description.class_names.pop_back();
}

[[nodiscard]] inline std::optional<std::size_t> channels_in(const Json& description) {
  std::optional<std::size_t> channels;
  for (const char* key : {"channel_names", "modality"})
    if (description.contains(key) && description[key].is_object())
      channels = description[key].size();
  return channels;
}

/// File name without .nii or .nii.gz; nothing for other files and hidden ones.
[[nodiscard]] inline std::optional<std::string> nifti_stem(const std::filesystem::path& file) {
  const std::string name = file.filename().string();
  for (const std::string_view ending : {".nii.gz", ".nii"})
    if (!name.starts_with('.') && name.ends_with(ending))
      return name.substr(0, name.size() - ending.size());
  return std::nullopt;
}

/// CASE_0001 as CASE and 1; nothing where the stem does not end so.
[[nodiscard]] inline std::optional<std::pair<std::string, std::size_t>> split_channel(const std::string& stem) {
  if (stem.size() < 6 || stem[stem.size() - 5] != '_')
    return std::nullopt;
  const auto channel = whole_number(std::string_view(stem).substr(stem.size() - 4));
  return channel ? std::optional(std::pair(stem.substr(0, stem.size() - 5), *channel)) : std::nullopt;
}

inline void add_channel(std::map<std::string, NnunetCaseFiles>& cases, const std::string& stem,
                        const std::filesystem::path& file) {
  const auto split = split_channel(stem);
  if (!split)
    throw DataError(file.string(),
                    "a name like CASE_0000.nii.gz, as the folder's other images have, or a label file of "
                    "the same name",
                    file.filename().string());
  const auto& [name, channel] = *split;
  std::vector<std::filesystem::path>& channels =
      cases.try_emplace(name, NnunetCaseFiles{.name = name, .channels = {}}).first->second.channels;
  if (channel != channels.size())
    throw DataError(file.string(), fmt::format("channel {:04} before it", channels.size()),
                    fmt::format("channel {:04}", channel));
  channels.push_back(file);
}

} // namespace detail

/// Reads dataset.json of an nnU-Net or Decathlon folder; without one, the name is the folder's.
///
/// Throws: DataError naming the file for labels that leave a gap, are named twice or are regions, and for an `ignore`
/// that is not the highest label; IoError where it is no JSON.
/// Source: nnU-Net's documentation/dataset_format.md and ignore_label.md.
[[nodiscard]] inline NnunetDescription read_nnunet_description(const std::filesystem::path& folder) {
  const std::filesystem::path directory = folder.has_filename() ? folder : folder.parent_path();
  NnunetDescription description{.name = std::filesystem::weakly_canonical(directory).filename().string()};
  const std::filesystem::path file = folder / "dataset.json";
  if (!std::filesystem::exists(file))
    return description;
  const Json json = read_json_file(file);
  if (!json.is_object())
    throw DataError(file.string(), "an object", json.type_name());
  if (json.contains("name") && json["name"].is_string())
    description.name = json["name"].get<std::string>();
  if (json.contains("labels"))
    detail::read_classes(file, json["labels"], description);
  description.channels = detail::channels_in(json);
  return description;
}

/// NIfTI files of a folder by stem, in the stems' order; none where there is no such folder. Hidden files and other
/// formats are passed over. Throws: DataError where one stem has two files.
[[nodiscard]] inline std::map<std::string, std::filesystem::path> nifti_files(const std::filesystem::path& folder) {
  std::map<std::string, std::filesystem::path> files;
  if (!std::filesystem::is_directory(folder))
    return files;
  for (const std::filesystem::directory_entry& entry : std::filesystem::directory_iterator(folder)) {
    const auto stem = detail::nifti_stem(entry.path());
    if (!stem)
      continue;
    if (const auto [other, added] = files.emplace(*stem, entry.path()); !added)
      throw DataError(entry.path().string(), "one file per case and channel",
                      "also " + other->second.filename().string());
  }
  return files;
}

/// Groups image files into cases, in the order of their names: CASE_0000, CASE_0001 and so on (`suffixed`), or one file
/// per case.
///
/// Throws: DataError naming the file for a name without channel, a missing channel, and another number than `channels`.
[[nodiscard]] inline std::vector<NnunetCaseFiles>
group_nnunet_files(const std::map<std::string, std::filesystem::path>& files, bool suffixed,
                   std::optional<std::size_t> channels) {
  std::map<std::string, NnunetCaseFiles> by_name; // files of case_1 come after those of case_10
  for (const auto& [stem, file] : files) {
    if (suffixed)
      detail::add_channel(by_name, stem, file);
    else
      by_name.emplace(stem, NnunetCaseFiles{.name = stem, .channels = {file}});
  }
  std::vector<NnunetCaseFiles> cases;
  for (auto& [name, scan] : by_name) {
    if (channels && scan.channels.size() != *channels)
      throw DataError(scan.channels.back().string(), fmt::format("{} channels, as dataset.json says", *channels),
                      fmt::format("{} for case {}", scan.channels.size(), name));
    cases.push_back(std::move(scan));
  }
  return cases;
}

/// dataset.json as nnU-Net v2 reads it, with `ignore` where there is such a label; channels are numbered.
[[nodiscard]] inline Json nnunet_description_json(const NnunetDescription& description, std::size_t training_cases) {
  Json channels = Json::object();
  for (std::size_t channel = 0; channel < description.channels.value_or(1); ++channel)
    channels[fmt::format("{}", channel)] = fmt::format("channel {}", channel);
  Json labels = Json::object();
  for (std::size_t label = 0; label < description.class_names.size(); ++label)
    labels[description.class_names[label]] = label;
  if (description.ignore_label)
    labels["ignore"] = *description.ignore_label;
  return {{"name", description.name},
          {"channel_names", channels},
          {"labels", labels},
          {"numTraining", training_cases},
          {"file_ending", ".nii.gz"}};
}

} // namespace sparseann
