#include "apps/sparseann/evaluate/cases.hpp"

#include <map>
#include <optional>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

std::map<std::string, fs::path> volumes_in(const fs::path& folder) {
  std::map<std::string, fs::path> volumes = nifti_files(folder);
  if (volumes.empty())
    throw DataError(folder.string(), "labels (.nii or .nii.gz)", "none");
  return volumes;
}

void check_there(std::string_view flag, const fs::path& path) {
  if (path.empty())
    throw InvalidArgument(std::string(flag), "a file (.nii or .nii.gz) or a folder of them", "nothing");
  if (!fs::exists(path))
    throw InvalidArgument(std::string(flag), "a file (.nii or .nii.gz) or a folder of them",
                          fmt::format("{}, which is not there", path.string()));
}

} // namespace

std::vector<LabelPair> pairs_of(const fs::path& prediction, const fs::path& reference) {
  check_there("--prediction", prediction);
  check_there("--reference", reference);
  if (fs::is_directory(prediction) != fs::is_directory(reference))
    throw InvalidArgument("--reference",
                          fs::is_directory(prediction) ? "a folder, as --prediction is" : "a file, as --prediction is",
                          reference.string());
  if (!fs::is_directory(prediction)) {
    const auto name = detail::nifti_stem(reference);
    return {{.name = name ? *name : reference.filename().string(), .prediction = prediction, .reference = reference}};
  }
  std::map<std::string, LabelPair> pairs;
  for (const auto& [name, path] : volumes_in(reference))
    pairs[name] = {.name = name, .prediction = {}, .reference = path};
  for (const auto& [name, path] : volumes_in(prediction)) {
    pairs[name].name = name;
    pairs[name].prediction = path;
  }
  std::vector<LabelPair> all;
  for (auto& [name, pair] : pairs)
    all.push_back(std::move(pair));
  return all;
}

} // namespace sparseann::app
