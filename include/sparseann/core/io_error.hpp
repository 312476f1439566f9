#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

namespace sparseann {

/// A file that could not be read or written: names it and, where known, the byte at which it went wrong. Exit code 1.
class IoError : public Error {
public:
  IoError(std::filesystem::path path, std::string_view what, std::optional<std::uint64_t> offset = std::nullopt)
      : Error(offset ? fmt::format("{}: {} (at byte {})", path.string(), what, *offset)
                     : fmt::format("{}: {}", path.string(), what)),
        path_(std::move(path)), offset_(offset) {}

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::optional<std::uint64_t> offset() const noexcept { return offset_; }

private:
  std::filesystem::path path_;
  std::optional<std::uint64_t> offset_;
};

} // namespace sparseann
