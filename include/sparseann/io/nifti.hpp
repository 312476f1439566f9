#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/prefetched.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/mapped_file.hpp"
#include "sparseann/io/nifti_header.hpp"

namespace sparseann {

/// What write_nifti can store.
template <class T>
concept NiftiVoxel = std::same_as<T, std::uint8_t> || std::same_as<T, std::int16_t> || std::same_as<T, std::uint16_t> ||
                     std::same_as<T, std::int32_t> || std::same_as<T, float> || std::same_as<T, double>;

namespace detail {

/// The bytes of a NIfTI file in order, whether it is compressed or not; told by its content.
class NiftiSource {
public:
  explicit NiftiSource(const std::filesystem::path& path) : path_(path), file_(path), stored_(file_.bytes()) {
    if (is_gzip(stored_))
      gzip_.emplace(path_, stored_);
    else if (path_.extension() == ".gz")
      throw IoError(path_, "is not a gzip file, though its name says so", 0);
    head_.resize(nifti_header_bytes);
    head_.resize(fill(head_));
  }
  NiftiSource(const NiftiSource&) = delete;
  NiftiSource& operator=(const NiftiSource&) = delete;

  /// The most bytes that the whole file can hold.
  [[nodiscard]] std::uint64_t bound() const noexcept {
    return gzip_ ? stored_.size() * max_gzip_ratio : stored_.size();
  }

  /// The bytes of the header, or of a shorter file.
  [[nodiscard]] std::string_view head() const noexcept { return head_; }

  /// Goes to byte `offset`, from the file's first on.
  void seek(std::uint64_t offset) {
    const std::uint64_t again = std::min<std::uint64_t>(offset, head_.size());
    head_.erase(0, static_cast<std::size_t>(again));
    position_ = again;
    std::string scratch(std::size_t{1} << 16U, '\0');
    while (position_ < offset)
      static_cast<void>(
          next(std::span(scratch).first(std::min<std::uint64_t>(scratch.size(), offset - position_)), offset));
  }

  /// The bytes that follow, as many as `scratch` has room for, which holds them where they were compressed.
  /// Throws IoError where the file, of which byte `end` is wanted, has less.
  [[nodiscard]] std::string_view next(std::span<char> scratch, std::uint64_t end) {
    const std::size_t known = std::min(scratch.size(), head_.size());
    std::ranges::copy(std::string_view(head_).substr(0, known), scratch.begin());
    head_.erase(0, known);
    const std::size_t count = known + fill(scratch.subspan(known));
    position_ += count;
    if (count < scratch.size())
      throw IoError(path_, fmt::format("voxels are truncated: expected {} bytes", end), position_);
    return {scratch.data(), count};
  }

  /// Verifies the checksums that follow.
  void finish() {
    if (gzip_)
      gzip_->skip_to_end();
  }

private:
  [[nodiscard]] std::size_t fill(std::span<char> out) {
    if (gzip_)
      return gzip_->read(out);
    const std::size_t count = stored_.copy(out.data(), out.size(), taken_);
    taken_ += count;
    return count;
  }

  std::filesystem::path path_;
  MappedFile file_;
  std::string_view stored_;
  std::optional<GzipReader> gzip_;
  std::string head_;           ///< what was read for the header's sake, from position_ on
  std::size_t taken_ = 0;      ///< of stored_, where it is not compressed
  std::uint64_t position_ = 0; ///< in the file as it was before it was compressed
};

/// Calls body(T{}) with the C++ type of a NIfTI data type. Throws DataError naming the others.
template <class Body> decltype(auto) with_voxel_type(const std::filesystem::path& path, int datatype, Body&& body) {
  const auto refuse = [&](std::string_view name) {
    return DataError(path.string(), "voxels of 8 to 64 bit integers or 32 or 64 bit reals", name);
  };
  switch (datatype) {
  case DT_UINT8: return body(std::uint8_t{});
  case DT_INT8: return body(std::int8_t{});
  case DT_UINT16: return body(std::uint16_t{});
  case DT_INT16: return body(std::int16_t{});
  case DT_UINT32: return body(std::uint32_t{});
  case DT_INT32: return body(std::int32_t{});
  case DT_UINT64: return body(std::uint64_t{});
  case DT_INT64: return body(std::int64_t{});
  case DT_FLOAT32: return body(float{});
  case DT_FLOAT64: return body(double{});
  case DT_BINARY: throw refuse("binary (1 bit per voxel)");
  case DT_COMPLEX64: throw refuse("complex64");
  case DT_COMPLEX128: throw refuse("complex128");
  case DT_COMPLEX256: throw refuse("complex256");
  case DT_FLOAT128: throw refuse("float128 (long double)");
  case DT_RGB24: throw refuse("RGB24 (colour)");
  case DT_RGBA32: throw refuse("RGBA32 (colour)");
  default: throw refuse(fmt::format("unknown data type {}", datatype));
  }
}

/// Bytes of all voxels. Throws IoError where the file cannot hold them, before anything is allocated for them.
[[nodiscard]] inline std::size_t checked_voxel_bytes(const std::filesystem::path& path, const NiftiHeader& header,
                                                     std::size_t voxel_bytes, std::uint64_t bound) {
  const std::uint64_t room = bound > header.offset ? bound - header.offset : 0;
  std::uint64_t bytes = voxel_bytes;
  for (const std::size_t extent : header.geometry.shape) {
    if (extent > room / bytes)
      throw IoError(path,
                    fmt::format("header promises {} voxels of {} bytes, more than the file can hold",
                                to_string(header.geometry.shape), voxel_bytes),
                    header.offset);
    bytes *= extent;
  }
  return static_cast<std::size_t>(bytes);
}

/// Stored value to image intensity.
struct ToIntensity {
  template <class Stored> [[nodiscard]] float operator()(const NiftiHeader& header, Stored stored, std::size_t) const {
    if (header.slope == 1 && header.intercept == 0)
      return static_cast<float>(stored);
    return static_cast<float>(header.slope * static_cast<double>(stored) + header.intercept);
  }
};

/// Stored value to class label.
struct ToLabel {
  const std::filesystem::path& path;

  template <class Stored>
  [[nodiscard]] std::uint8_t operator()(const NiftiHeader& header, Stored stored, std::size_t index) const {
    const double value = header.slope * static_cast<double>(stored) + header.intercept;
    if (!(value >= 0 && value <= 255) || value != std::floor(value))
      throw DataError(path.string(), "labels that are whole numbers of 0 to 255",
                      fmt::format("{} at {}", value, voxel_text(header.geometry.shape, index)));
    return static_cast<std::uint8_t>(value);
  }
};

/// `bytes` are those of the voxels from `first` on, which go to `out`.
template <class Stored, class T, class Convert>
void decode_voxels(const NiftiHeader& header, std::string_view bytes, std::size_t first, std::span<T> out,
                   const Convert& convert) {
  for (std::size_t i = 0; i < out.size(); ++i) {
    Stored stored;
    std::memcpy(&stored, bytes.data() + i * sizeof(Stored), sizeof(Stored));
    out[i] = convert(header, header.swapped ? swap_bytes(stored) : stored, first + i);
  }
}

/// Goes in pieces that stay in a core's cache: the next is decompressed in a thread of its own while one is converted,
/// and memory for the result is got from the system.
template <class Stored, class T, class Convert>
void read_voxels(NiftiSource& source, const NiftiHeader& header, std::uint64_t end, std::span<T> out,
                 const Convert& convert) {
  constexpr std::size_t piece = (std::size_t{1} << 19U) / sizeof(Stored);
  const auto size_of_piece = [&](std::size_t index) { return std::min(piece, out.size() - index * piece); };
  std::array<std::string, 2> scratch;
  Prefetched pieces([&](std::size_t index) {
    std::string& bytes = scratch[index % 2];
    bytes.resize(size_of_piece(index) * sizeof(Stored));
    return source.next(bytes, end);
  });
  const std::size_t count = (out.size() - 1) / piece + 1;
  for (std::size_t index = 0; index < count; ++index) {
    const std::string_view bytes = pieces.get(index, index + 1 == count);
    const std::size_t first = index * piece;
    decode_voxels<Stored>(header, bytes, first, out.subspan(first, size_of_piece(index)), convert);
  }
}

template <class T, class Convert>
[[nodiscard]] Volume<T> read_nifti_volume(const std::filesystem::path& path, const Convert& convert) {
  NiftiSource source(path);
  const NiftiHeader header = parse_nifti_header(path, source.head());
  return with_voxel_type(path, header.datatype, [&]<class Stored>(Stored) {
    const std::size_t size = checked_voxel_bytes(path, header, sizeof(Stored), source.bound());
    const Shape3& shape = header.geometry.shape;
    source.seek(header.offset);
    Volume<T> volume{Array3<T>({shape[0], shape[1], shape[2]}), header.geometry};
    read_voxels<Stored>(source, header, header.offset + size, elements(volume.voxels), convert);
    source.finish();
    return volume;
  });
}

[[nodiscard]] inline bool wants_gzip(const std::filesystem::path& path) {
  if (path.extension() == ".nii")
    return false;
  if (path.extension() == ".gz" && path.stem().extension() == ".nii")
    return true;
  throw InvalidArgument(path.string(), "a file name that ends in .nii or .nii.gz", path.filename().string());
}

template <NiftiVoxel T> [[nodiscard]] constexpr int datatype_of() noexcept {
  if constexpr (std::same_as<T, std::uint8_t>)
    return DT_UINT8;
  else if constexpr (std::same_as<T, std::int16_t>)
    return DT_INT16;
  else if constexpr (std::same_as<T, std::uint16_t>)
    return DT_UINT16;
  else if constexpr (std::same_as<T, std::int32_t>)
    return DT_INT32;
  else if constexpr (std::same_as<T, float>)
    return DT_FLOAT32;
  else
    return DT_FLOAT64;
}

} // namespace detail

/// Reads a scan: NIfTI-1 or NIfTI-2 in one file, plain or gzip (told by content), either byte order, any integer or
/// real voxel type; scl_slope and scl_inter are applied.
///
/// Shape: NIfTI's x runs fastest, which is our (z, y, x). Units: spacing in mm whatever unit the file uses.
/// Cost: the file as it is stored and the volume are in memory at once.
/// Throws: IoError (missing, truncated, corrupt, promises more than it holds, checked before allocation); DataError
/// (other voxel types, more than one time point, bad extents or spacing). NaN voxels are returned as they are.
[[nodiscard]] inline Volume<float> read_nifti_image(const std::filesystem::path& path) {
  return detail::read_nifti_volume<float>(path, detail::ToIntensity{});
}

/// Reads class labels from any voxel type, see read_nifti_image.
///
/// Throws: besides, DataError naming the first voxel whose value is no whole number of 0 to 255.
[[nodiscard]] inline LabelVolume read_nifti_labels(const std::filesystem::path& path) {
  return detail::read_nifti_volume<std::uint8_t>(path, detail::ToLabel{path});
}

/// Writes a volume as single-file NIfTI-1, compressed where the name ends in .nii.gz; see AtomicFile.
///
/// Spacing, qform, sform and units are those of the geometry: bit for bit what a NIfTI-1 source said.
/// Throws: InvalidArgument (other file name, voxels that do not fit the geometry); IoError.
template <NiftiVoxel T> void write_nifti(const std::filesystem::path& path, const Volume<T>& volume) {
  const bool compressed = detail::wants_gzip(path);
  if (shape_of(volume.voxels) != volume.geometry.shape)
    throw InvalidArgument("volume.voxels", "shape " + to_string(volume.geometry.shape),
                          to_string(shape_of(volume.voxels)));
  const nifti_1_header header =
      make_nifti1_header(volume.geometry, detail::datatype_of<T>(), static_cast<int>(8 * sizeof(T)));
  constexpr std::string_view no_extension("\0\0\0\0", 4);
  const std::string_view voxels(reinterpret_cast<const char*>(volume.voxels.data()), volume.voxels.size() * sizeof(T));
  std::string bytes(reinterpret_cast<const char*>(&header), sizeof header);
  bytes.append(no_extension).append(voxels);
  publish_atomically(path, compressed ? compress_gzip(bytes) : bytes);
}

} // namespace sparseann
