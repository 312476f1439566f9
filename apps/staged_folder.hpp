#pragma once

#include <filesystem>
#include <string>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <unistd.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"

namespace sparseann::app {

/// A folder that appears under its name complete or not at all: filled beside it under a hidden name, then renamed.
/// Destruction without `commit` removes it.
///
/// Throws: InvalidArgument naming --output where something that is no empty folder has the name; IoError.
class StagedFolder {
public:
  explicit StagedFolder(std::filesystem::path path) : path_(std::move(path)) {
    const std::filesystem::path whole = path_.has_filename() ? path_ : path_.parent_path();
    if (std::filesystem::exists(whole) && (!std::filesystem::is_directory(whole) || !std::filesystem::is_empty(whole)))
      throw InvalidArgument("--output", "a new or an empty folder", path_.string());
    staging_ = whole.parent_path() / fmt::format(".{}.{}.tmp", whole.filename().string(), ::getpid());
    path_ = whole;
    std::error_code failure;
    if (!std::filesystem::create_directory(staging_, failure))
      throw IoError(path_, "cannot be created: " + failure.message());
  }
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;
  ~StagedFolder() {
    std::error_code ignored;
    if (!staging_.empty())
      std::filesystem::remove_all(staging_, ignored);
  }

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return staging_; }

  void commit() {
    std::error_code failure;
    std::filesystem::rename(staging_, path_, failure);
    if (failure)
      throw IoError(path_, "cannot be put in place: " + failure.message());
    staging_.clear();
  }

private:
  std::filesystem::path path_;
  std::filesystem::path staging_;
};

} // namespace sparseann::app
