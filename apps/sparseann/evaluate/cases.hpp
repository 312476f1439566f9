#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace sparseann::app {

/// A prediction and its reference, by name. Where one of them is missing, its path is empty.
struct LabelPair {
  std::string name;
  std::filesystem::path prediction;
  std::filesystem::path reference;
};

/// The one pair of two files, or those of two folders' .nii and .nii.gz files, matched by name, in order.
///
/// Throws: InvalidArgument where one is a file and the other a folder, or something is not there; DataError for a
/// folder without such files, and for two files of one name.
[[nodiscard]] std::vector<LabelPair> pairs_of(const std::filesystem::path& prediction,
                                              const std::filesystem::path& reference);

} // namespace sparseann::app
