#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <zip.h>

namespace sparseann::test {

using ZipEntries = std::vector<std::pair<std::string, std::string>>;

/// A zip archive of these entries, made in memory by libzip. `method`: ZIP_CM_DEFLATE or ZIP_CM_STORE.
inline std::string zip_archive(const ZipEntries& entries, std::int32_t method = ZIP_CM_DEFLATE) {
  const auto require = [](bool succeeded) {
    if (!succeeded)
      throw std::runtime_error("the test's archive cannot be made");
  };
  zip_source_t* const memory = zip_source_buffer_create(nullptr, 0, 0, nullptr);
  require(memory != nullptr);
  zip_source_keep(memory); // the archive takes the first reference with it when it is closed
  zip_t* const archive = zip_open_from_source(memory, ZIP_TRUNCATE, nullptr);
  require(archive != nullptr);
  for (const auto& [name, bytes] : entries) {
    const zip_int64_t index =
        zip_file_add(archive, name.c_str(), zip_source_buffer(archive, bytes.data(), bytes.size(), 0), 0);
    require(index >= 0);
    require(zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), method, 0) == 0);
  }
  require(zip_close(archive) == 0);
  zip_stat_t status{};
  require(zip_source_stat(memory, &status) == 0 && zip_source_open(memory) == 0);
  std::string bytes(entries.empty() ? 0 : status.size, '\0'); // libzip writes no archive without entries
  require(zip_source_read(memory, bytes.data(), bytes.size()) == static_cast<zip_int64_t>(bytes.size()));
  zip_source_close(memory);
  zip_source_free(memory);
  return bytes;
}

} // namespace sparseann::test
