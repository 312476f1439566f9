#pragma once

#include <filesystem>
#include <fstream>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

/// The rules between the folders of include/sparseann and their tests, as functions from a source tree to complaints.
namespace structure {

namespace fs = std::filesystem;

/// A folder may include itself and these; docs/design.md says why.
inline const std::vector<std::string> folder_order{
    "core",  "io",    "data",   "metric",       "select", "annotate", "tensor", "loss",      "network",
    "infer", "train", "encode", "pseudo_label", "meta",   "pipeline", "report", "experiment"};
inline const std::set<std::string> core_only{"metric", "select"};

[[nodiscard]] inline std::set<std::string> allowed_folders(const std::string& folder) {
  if (core_only.contains(folder))
    return {"core", folder};
  std::set<std::string> allowed;
  for (const std::string& earlier : folder_order) {
    allowed.insert(earlier);
    if (earlier == folder)
      return allowed;
  }
  throw std::invalid_argument("folder '" + folder + "': expected one of the folders of include/sparseann");
}

/// What stands between the quotes or angle brackets of each #include, in order.
[[nodiscard]] inline std::vector<std::string> includes(const fs::path& file) {
  std::ifstream stream(file);
  if (!stream)
    throw std::runtime_error(file.string() + ": cannot be read");
  std::vector<std::string> found;
  for (std::string line; std::getline(stream, line);) {
    const auto start = line.find_first_not_of(' ');
    if (start == std::string::npos || !line.substr(start).starts_with("#include"))
      continue;
    const auto open = line.find_first_of("\"<", start);
    const auto close = line.find_first_of("\">", open + 1);
    if (open != std::string::npos && close != std::string::npos)
      found.push_back(line.substr(open + 1, close - open - 1));
  }
  return found;
}

/// Every header below include/sparseann, as FOLDER/NAME.hpp.
[[nodiscard]] inline std::set<std::string> headers(const fs::path& root) {
  const fs::path base = root / "include" / "sparseann";
  std::set<std::string> found;
  for (const auto& entry : fs::recursive_directory_iterator(base))
    if (entry.is_regular_file())
      found.insert(fs::relative(entry.path(), base).generic_string());
  return found;
}

[[nodiscard]] inline bool is_torch(const std::string& include) {
  for (const char* const start : {"torch/", "ATen/", "c10/", "caffe2/"})
    if (include.starts_with(start))
      return true;
  return false;
}

/// Includes of a folder that may not be included from where they are, and of LibTorch outside of tensor/.
[[nodiscard]] inline std::vector<std::string> wrong_includes(const fs::path& root) {
  const std::string prefix = "sparseann/";
  const std::set<std::string> generated{"version.hpp", "revision.hpp"};
  std::vector<std::string> complaints;
  for (const std::string& header : headers(root)) {
    const std::string folder = header.substr(0, header.find('/'));
    const std::set<std::string> allowed = allowed_folders(folder);
    for (const std::string& include : includes(root / "include" / prefix / header)) {
      if (is_torch(include) && folder != "tensor")
        complaints.push_back(header + " includes LibTorch: " + include);
      if (!include.starts_with(prefix) || generated.contains(include.substr(prefix.size())))
        continue;
      const std::string other = include.substr(prefix.size(), include.find('/', prefix.size()) - prefix.size());
      if (!allowed.contains(other))
        complaints.push_back(header + " includes " + include);
    }
  }
  return complaints;
}

/// Headers without tests/FOLDER/NAME.cpp, or whose test file includes something else first.
[[nodiscard]] inline std::vector<std::string> untested_headers(const fs::path& root) {
  std::vector<std::string> complaints;
  for (const std::string& header : headers(root)) {
    const fs::path test = (root / "tests" / header).replace_extension(".cpp");
    if (!fs::exists(test)) {
      complaints.push_back(header + " has no test file");
      continue;
    }
    const std::vector<std::string> included = includes(test);
    if (included.empty() || included.front() != "sparseann/" + header)
      complaints.push_back(header + " is not what its test file includes first");
  }
  return complaints;
}

} // namespace structure
