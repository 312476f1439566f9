#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <zip.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/sparse_rows.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/npy.hpp"

namespace sparseann {

namespace detail {

struct DiscardArchive {
  void operator()(zip_t* archive) const noexcept { zip_discard(archive); }
};
struct CloseEntry {
  void operator()(zip_file_t* entry) const noexcept { zip_fclose(entry); }
};

/// What libzip says when it fails to open an archive.
class ZipError {
public:
  ZipError() { zip_error_init(&error_); }
  ZipError(const ZipError&) = delete;
  ZipError& operator=(const ZipError&) = delete;
  ~ZipError() { zip_error_fini(&error_); }

  [[nodiscard]] zip_error_t* get() noexcept { return &error_; }
  [[nodiscard]] std::string_view message() { return zip_error_strerror(&error_); }

private:
  zip_error_t error_{};
};

/// The arrays of a .npz file, which is a zip archive of .npy files, none of them trusted.
///
/// An entry must be stored or deflated, and neither claim more bytes than what it has can expand to, nor more than its
/// header promises: all of that is checked before memory is taken.
class NpzArchive {
public:
  /// `bytes` must outlive the archive; `path` is for messages. Throws: IoError where it is no zip archive.
  NpzArchive(std::filesystem::path path, std::string_view bytes) : path_(std::move(path)), bytes_(bytes.size()) {
    ZipError error;
    zip_source_t* const source = zip_source_buffer_create(bytes.data(), bytes.size(), 0, error.get());
    archive_.reset(source == nullptr ? nullptr : zip_open_from_source(source, ZIP_RDONLY, error.get()));
    if (!archive_) {
      zip_source_free(source); // an archive that was opened owns it
      throw IoError(path_, fmt::format("cannot be read as a zip archive: {}", error.message()));
    }
  }

  /// How messages name an entry.
  [[nodiscard]] std::filesystem::path path_of(const std::string& name) const { return path_ / name; }

  /// The bytes of a .npy entry of at most `max_bytes`.
  /// Throws: DataError where there is none; IoError where it is larger, compressed or encrypted in another way,
  /// corrupt, or of another size than it promises.
  [[nodiscard]] std::string read(const std::string& name, std::uint64_t max_bytes) const {
    const zip_stat_t status = examine(name);
    check(name, status, max_bytes);
    const std::unique_ptr<zip_file_t, CloseEntry> entry(zip_fopen_index(archive_.get(), status.index, 0));
    if (!entry)
      throw IoError(path_of(name), fmt::format("cannot be opened: {}", zip_strerror(archive_.get())));
    std::string bytes(std::min<std::size_t>(status.size, first_piece), '\0');
    fill(name, *entry, bytes);
    check_promise(name, bytes, status.size);
    const std::size_t done = bytes.size();
    bytes.resize(status.size);
    fill(name, *entry, std::span(bytes).subspan(done));
    check_end(name, *entry);
    return bytes;
  }

private:
  static constexpr std::size_t first_piece = std::size_t{1} << 18U; // more than a header of version 1 has

  [[nodiscard]] zip_stat_t examine(const std::string& name) const {
    const zip_int64_t index = zip_name_locate(archive_.get(), name.c_str(), 0);
    if (index < 0)
      throw DataError(path_.string(), fmt::format("an entry '{}', as scipy.sparse.save_npz writes it", name), "none");
    zip_stat_t status{};
    constexpr zip_uint64_t needed =
        ZIP_STAT_SIZE | ZIP_STAT_COMP_SIZE | ZIP_STAT_COMP_METHOD | ZIP_STAT_ENCRYPTION_METHOD;
    if (zip_stat_index(archive_.get(), static_cast<zip_uint64_t>(index), 0, &status) != 0 ||
        (status.valid & needed) != needed)
      throw IoError(path_of(name), "cannot be examined: the archive does not say how large it is");
    return status;
  }

  void check(const std::string& name, const zip_stat_t& status, std::uint64_t max_bytes) const {
    if (status.encryption_method != ZIP_EM_NONE)
      throw IoError(path_of(name), "is encrypted");
    if (status.comp_method != ZIP_CM_STORE && status.comp_method != ZIP_CM_DEFLATE)
      throw IoError(path_of(name),
                    fmt::format("is compressed by method {}; only deflate can be read", status.comp_method));
    if (status.size > max_bytes)
      throw IoError(path_of(name), fmt::format("claims {} bytes, more than the {} allowed", status.size, max_bytes));
    const std::uint64_t ratio = status.comp_method == ZIP_CM_STORE ? 1 : max_gzip_ratio;
    if (status.comp_size > bytes_ || status.size > ratio * status.comp_size)
      throw IoError(path_of(name), fmt::format("claims {} bytes from {}, more than an archive of {} bytes can hold",
                                               status.size, status.comp_size, bytes_));
  }

  /// Throws IoError where the header, which `start` has, promises another size.
  void check_promise(const std::string& name, std::string_view start, std::uint64_t size) const {
    const NpyHeader header = parse_npy_header(path_of(name), start);
    const std::optional<std::size_t> element = npy_element_bytes(header.type);
    if (!element)
      throw IoError(path_of(name), fmt::format("npy header: cannot interpret element type '{}'", header.type));
    check_npy_size(path_of(name), header, size - header.offset, *element);
  }

  void fill(const std::string& name, zip_file_t& entry, std::span<char> out) const {
    while (!out.empty()) {
      const zip_int64_t count = zip_fread(&entry, out.data(), out.size());
      if (count < 0)
        throw IoError(path_of(name), fmt::format("cannot be decompressed: {}", zip_file_strerror(&entry)));
      if (count == 0)
        throw IoError(path_of(name), fmt::format("ends {} bytes before the size that the archive says", out.size()));
      out = out.subspan(static_cast<std::size_t>(count));
    }
  }

  /// libzip checks the checksum when it reaches the end.
  void check_end(const std::string& name, zip_file_t& entry) const {
    char byte = 0;
    const zip_int64_t count = zip_fread(&entry, &byte, 1);
    if (count < 0)
      throw IoError(path_of(name), fmt::format("cannot be decompressed: {}", zip_file_strerror(&entry)));
    if (count > 0)
      throw IoError(path_of(name), "goes on beyond the size that the archive says");
  }

  std::filesystem::path path_;
  std::size_t bytes_;
  std::unique_ptr<zip_t, DiscardArchive> archive_;
};

/// Entries that hold a name or two numbers.
inline constexpr std::uint64_t max_small_entry = 4096;

/// The sparse format that an archive names, without its padding.
[[nodiscard]] inline std::string sparse_format(const NpzArchive& archive) {
  const std::string name = "format.npy";
  const std::string bytes = archive.read(name, max_small_entry);
  const NpyHeader header = parse_npy_header(archive.path_of(name), bytes);
  if (!header.type.starts_with('S') || !header.shape.empty())
    throw DataError(archive.path_of(name).string(), "one string of bytes",
                    fmt::format("'{}' of rank {}", header.type, header.shape.size()));
  std::string format = bytes.substr(header.offset);
  format.resize(std::min(format.find('\0'), format.size()));
  return format;
}

inline void check_sparse_format(const std::filesystem::path& path, const NpzArchive& archive) {
  const std::string format = sparse_format(archive);
  if (format != "csr")
    throw DataError(path.string(), "a matrix of format 'csr', as scipy.sparse.save_npz(FILE, matrix.tocsr()) writes it",
                    fmt::format("'{}'", format));
}

[[nodiscard]] inline Array1<std::int64_t> integers_from(const NpzArchive& archive, const std::string& name,
                                                        std::uint64_t max_bytes) {
  return parse_npy_of<std::int64_t, 1, std::int32_t, std::int64_t>(archive.path_of(name), archive.read(name, max_bytes),
                                                                   "elements of int32 or int64");
}

[[nodiscard]] inline std::array<std::size_t, 2> sparse_shape(const NpzArchive& archive) {
  const std::string name = "shape.npy";
  const Array1<std::int64_t> shape = integers_from(archive, name, max_small_entry);
  if (shape.size() != 2 || shape(0) < 0 || shape(1) < 0)
    throw DataError(archive.path_of(name).string(), "the extents of a matrix",
                    fmt::format("({})", fmt::join(shape, ", ")));
  return {static_cast<std::size_t>(shape(0)), static_cast<std::size_t>(shape(1))};
}

/// Offsets and targets, checked before they are narrowed.
inline void set_structure(SparseRows& matrix, const NpzArchive& archive, std::string_view source,
                          std::uint64_t max_bytes) {
  const Array1<std::int64_t> offsets = integers_from(archive, "indptr.npy", max_bytes);
  const Array1<std::int64_t> targets = integers_from(archive, "indices.npy", max_bytes);
  check_column_count(source, matrix.columns);
  check_offsets(source, elements(offsets), matrix.rows, targets.size());
  check_targets(source, elements(targets), elements(offsets), matrix.columns);
  matrix.offsets.assign(offsets.begin(), offsets.end());
  matrix.targets.resize(targets.size());
  std::ranges::transform(elements(targets), matrix.targets.begin(),
                         [](std::int64_t target) { return static_cast<std::uint32_t>(target); });
}

} // namespace detail

/// What an entry of a .npz file may decompress to unless the caller says otherwise: 16 GiB.
inline constexpr std::uint64_t max_npz_entry_bytes = std::uint64_t{1} << 34U;

/// A sparse matrix from the bytes of a .npz file; `path` is for messages. Throws: as read_sparse_npz.
[[nodiscard]] inline SparseRows parse_sparse_npz(const std::filesystem::path& path, std::string_view file,
                                                 AllowedWeights allowed = AllowedWeights::finite,
                                                 std::uint64_t max_entry_bytes = max_npz_entry_bytes) {
  const std::string source = path.string();
  const detail::NpzArchive archive(path, file);
  detail::check_sparse_format(path, archive);
  const auto [rows, columns] = detail::sparse_shape(archive);
  SparseRows matrix{.rows = rows, .columns = columns, .offsets = {}, .targets = {}, .weights = {}};
  detail::set_structure(matrix, archive, source, max_entry_bytes);
  const Array1<float> weights = detail::parse_npy_of<float, 1, float, double>(
      archive.path_of("data.npy"), archive.read("data.npy", max_entry_bytes), "elements of float32 or float64");
  if (weights.size() != matrix.targets.size())
    throw DataError(source, fmt::format("a weight for each of {} entries", matrix.targets.size()),
                    fmt::format("{} weights", weights.size()));
  matrix.weights.assign(weights.begin(), weights.end());
  sort_rows(matrix);
  check_sparse_rows(matrix, source, allowed);
  return matrix;
}

/// Reads a sparse matrix that scipy.sparse.save_npz wrote, compressed or not: format CSR, data float32 or float64,
/// indices and indptr int32 or int64. Rows whose targets are not sorted are sorted.
///
/// Entries that are zero stay. An entry that comes twice, which scipy would sum, is refused: call sum_duplicates()
/// first. Cost: about 20 bytes per entry while it is read; the file is mapped, see MappedFile for what that asks of its
/// writers. Throws: IoError (missing, no zip archive, corrupt, an entry of another size than it promises or above
/// `max_entry_bytes`); DataError (another format, type or shape, and as check_sparse_rows). Nothing is ever unpickled.
[[nodiscard]] inline SparseRows read_sparse_npz(const std::filesystem::path& path,
                                                AllowedWeights allowed = AllowedWeights::finite,
                                                std::uint64_t max_entry_bytes = max_npz_entry_bytes) {
  return parse_sparse_npz(path, MappedFile(path).bytes(), allowed, max_entry_bytes);
}

} // namespace sparseann
