#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>

#include <fmt/format.h>
#include <nifti1.h>
#include <nifti2.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/io_error.hpp"

namespace sparseann {

/// `value` with its bytes in the other order.
template <class T>
  requires std::is_arithmetic_v<T>
[[nodiscard]] T swap_bytes(T value) noexcept {
  auto bytes = std::bit_cast<std::array<std::byte, sizeof(T)>>(value);
  std::ranges::reverse(bytes);
  return std::bit_cast<T>(bytes);
}

/// What the header of a NIfTI file says about its voxels.
struct NiftiHeader {
  Geometry geometry;
  int datatype = 0;         ///< DT_ code of nifti1.h
  std::uint64_t offset = 0; ///< of the first voxel, in bytes
  double slope = 1.0;       ///< value = slope * stored + intercept
  double intercept = 0.0;
  bool swapped = false; ///< bytes in the order that this machine does not use
};

/// Bytes that must be read to parse any NIfTI header.
inline constexpr std::size_t nifti_header_bytes = sizeof(nifti_2_header);

namespace detail {

static_assert(sizeof(nifti_1_header) == 348 && sizeof(nifti_2_header) == 540);

/// Millimetres per unit of pixdim; unknown units are taken for millimetres, as everyone does.
[[nodiscard]] inline double millimetres_per_unit(int spatial_unit) noexcept {
  return spatial_unit == NIFTI_UNITS_METER ? 1000.0 : spatial_unit == NIFTI_UNITS_MICRON ? 0.001 : 1.0;
}

/// Reads fields of one header in its byte order.
class NiftiFields {
public:
  NiftiFields(const std::filesystem::path& path, bool swapped) : path_(path), swapped_(swapped) {}

  template <class T> [[nodiscard]] T operator()(T value) const noexcept { return swapped_ ? swap_bytes(value) : value; }

  template <class T> [[nodiscard]] std::size_t extent(const T& dim, std::size_t axis) const {
    const auto count = static_cast<std::int64_t>((*this)(dim[axis]));
    if (count < 1)
      throw DataError(path_.string(), fmt::format("a positive dim[{}]", axis), fmt::format("{}", count));
    return static_cast<std::size_t>(count);
  }

  template <class T> [[nodiscard]] double spacing(const T& pixdim, std::size_t axis) const {
    const auto value = static_cast<double>((*this)(pixdim[axis]));
    if (!std::isfinite(value) || value <= 0)
      throw DataError(path_.string(), fmt::format("a positive pixdim[{}]", axis), fmt::format("{}", value));
    return value;
  }

  void check_rank(std::int64_t rank) const {
    if (rank < 3 || rank > 7)
      throw DataError(path_.string(), "three dimensions, in dim[0]", fmt::format("{}", rank));
  }

  void check_single(std::size_t count, std::size_t axis) const {
    if (count != 1)
      throw DataError(path_.string(), fmt::format("one volume (dim[{}] = 1)", axis),
                      fmt::format("dim[{}] = {}", axis, count));
  }

private:
  const std::filesystem::path& path_;
  bool swapped_;
};

template <class H> [[nodiscard]] Shape3 shape_in(const H& header, const NiftiFields& get) {
  const auto rank = static_cast<std::int64_t>(get(header.dim[0]));
  get.check_rank(rank);
  for (std::size_t axis = 4; axis <= static_cast<std::size_t>(rank); ++axis)
    get.check_single(get.extent(header.dim, axis), axis);
  return {get.extent(header.dim, 3), get.extent(header.dim, 2), get.extent(header.dim, 1)};
}

template <class H> [[nodiscard]] Orientation orientation_in(const H& header, const NiftiFields& get) {
  const auto wide = [&](auto value) { return static_cast<double>(get(value)); };
  const auto row = [&](const auto& r) { return std::array{wide(r[0]), wide(r[1]), wide(r[2]), wide(r[3])}; };
  const auto units = static_cast<int>(static_cast<unsigned char>(get(header.xyzt_units)));
  return {.qform_code = static_cast<int>(get(header.qform_code)),
          .sform_code = static_cast<int>(get(header.sform_code)),
          .qfac = wide(header.pixdim[0]),
          .quaternion = {wide(header.quatern_b), wide(header.quatern_c), wide(header.quatern_d)},
          .offset_mm = {wide(header.qoffset_x), wide(header.qoffset_y), wide(header.qoffset_z)},
          .affine = {row(header.srow_x), row(header.srow_y), row(header.srow_z)},
          .spatial_unit = XYZT_TO_SPACE(units),
          .temporal_unit = XYZT_TO_TIME(units)};
}

template <class H> [[nodiscard]] Geometry geometry_in(const H& header, const NiftiFields& get) {
  const Orientation orientation = orientation_in(header, get);
  const double unit = millimetres_per_unit(orientation.spatial_unit);
  const auto spacing = [&](std::size_t axis) { return get.spacing(header.pixdim, axis) * unit; };
  return {
      .shape = shape_in(header, get), .spacing_mm = {spacing(3), spacing(2), spacing(1)}, .orientation = orientation};
}

/// A slope of 0 or a non-finite one says that values are stored as they are (nifti1.h; nibabel reads it so, too).
inline void set_scaling(NiftiHeader& header, const std::filesystem::path& path, double slope, double intercept) {
  if (slope == 0 || !std::isfinite(slope))
    return;
  if (!std::isfinite(intercept))
    throw DataError(path.string(), "a finite scl_inter beside scl_slope", fmt::format("{}", intercept));
  header.slope = slope;
  header.intercept = intercept;
}

template <class H>
[[nodiscard]] NiftiHeader parse_header(const std::filesystem::path& path, std::string_view bytes,
                                       std::string_view magic) {
  if (bytes.size() < sizeof(H))
    throw IoError(path, fmt::format("NIfTI header is truncated: expected {} bytes", sizeof(H)), bytes.size());
  H raw;
  bytes.copy(reinterpret_cast<char*>(&raw), sizeof raw);
  if (!std::ranges::equal(std::span(raw.magic).first(magic.size()), magic))
    throw DataError(path.string(), "a single-file NIfTI (magic 'n+1' or 'n+2')",
                    std::string_view(raw.magic, 2) == "ni" ? "the header of a .hdr/.img pair" : "another magic");
  const NiftiFields get(path, raw.sizeof_hdr != static_cast<int>(sizeof(H)));
  const auto offset = static_cast<double>(get(raw.vox_offset));
  if (offset != 0 && !(offset >= static_cast<double>(sizeof(H)) && offset < 0x1p53 && offset == std::floor(offset)))
    throw DataError(path.string(), fmt::format("a vox_offset of at least {} bytes", sizeof(H)),
                    fmt::format("{}", offset));
  NiftiHeader header{.geometry = geometry_in(raw, get),
                     .datatype = static_cast<int>(get(raw.datatype)),
                     .offset = offset == 0 ? sizeof(H) + 4 : static_cast<std::uint64_t>(offset),
                     .swapped = raw.sizeof_hdr != static_cast<int>(sizeof(H))};
  set_scaling(header, path, static_cast<double>(get(raw.scl_slope)), static_cast<double>(get(raw.scl_inter)));
  return header;
}

/// The rotation of a unit quaternion (a, b, c, d), as nifti1.h defines it.
[[nodiscard]] inline std::array<std::array<double, 3>, 3> rotation(const std::array<double, 3>& quaternion) {
  auto [b, c, d] = quaternion;
  double a = 1.0 - (b * b + c * c + d * d);
  if (a < 1e-7) { // a turn by 180 degrees, where rounding may have made the vector part too long
    const double scale = 1.0 / std::sqrt(b * b + c * c + d * d);
    b *= scale;
    c *= scale;
    d *= scale;
    a = 0.0;
  } else {
    a = std::sqrt(a);
  }
  return {{{a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)},
           {2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)},
           {2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - c * c - b * b}}};
}

} // namespace detail

/// Parses the header of a NIfTI-1 or NIfTI-2 file in either byte order.
///
/// `bytes`: the file's first nifti_header_bytes, or all of a shorter file. `path` is for messages.
/// Throws: IoError where it is truncated or no NIfTI; DataError naming the field for pairs of files, for other than
/// one three-dimensional volume, for extents or spacings that are not positive.
/// Source: nifti1.h and nifti2.h.
[[nodiscard]] inline NiftiHeader parse_nifti_header(const std::filesystem::path& path, std::string_view bytes) {
  if (bytes.size() < sizeof(std::int32_t))
    throw IoError(path, "is too short for a NIfTI file", bytes.size());
  std::int32_t size = 0;
  std::memcpy(&size, bytes.data(), sizeof size);
  if (size == 348 || swap_bytes(size) == 348)
    return detail::parse_header<nifti_1_header>(path, bytes, {"n+1\0", 4});
  if (size == 540 || swap_bytes(size) == 540)
    return detail::parse_header<nifti_2_header>(path, bytes, {"n+2\0\r\n\032\n", 8});
  throw IoError(path, "is not a NIfTI file: its header's size is neither 348 nor 540", 0);
}

/// The header of a single-file NIfTI-1 that holds unscaled voxels of `geometry`.
///
/// Throws: InvalidArgument for extents that NIfTI-1 cannot say, and spacings that are not positive.
/// Deviates from NIfTI-2 sources: orientation is rounded to NIfTI-1's single precision.
[[nodiscard]] inline nifti_1_header make_nifti1_header(const Geometry& geometry, int datatype, int bits) {
  constexpr std::size_t limit = std::numeric_limits<std::int16_t>::max();
  const Orientation& orientation = geometry.orientation;
  const auto narrow = [](double value) { return static_cast<float>(value); };
  const double unit = detail::millimetres_per_unit(orientation.spatial_unit);
  nifti_1_header header{};
  header.sizeof_hdr = sizeof header;
  header.regular = 'r';
  header.dim[0] = 3;
  std::fill(header.dim + 4, header.dim + 8, std::int16_t{1});
  header.pixdim[0] = narrow(orientation.qfac);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const std::size_t extent = geometry.shape[2 - axis];
    const double spacing = geometry.spacing_mm[2 - axis];
    if (extent < 1 || extent > limit)
      throw InvalidArgument("geometry.shape", fmt::format("extents of 1 to {}", limit), to_string(geometry.shape));
    if (!std::isfinite(spacing) || spacing <= 0)
      throw InvalidArgument("geometry.spacing_mm", "positive spacings", fmt::format("{}", spacing));
    header.dim[axis + 1] = static_cast<std::int16_t>(extent);
    header.pixdim[axis + 1] = narrow(spacing / unit);
  }
  header.datatype = static_cast<std::int16_t>(datatype);
  header.bitpix = static_cast<std::int16_t>(bits);
  header.vox_offset = 352;
  header.scl_slope = 1;
  header.xyzt_units = static_cast<char>(SPACE_TIME_TO_XYZT(orientation.spatial_unit, orientation.temporal_unit));
  header.qform_code = static_cast<std::int16_t>(orientation.qform_code);
  header.sform_code = static_cast<std::int16_t>(orientation.sform_code);
  header.quatern_b = narrow(orientation.quaternion[0]);
  header.quatern_c = narrow(orientation.quaternion[1]);
  header.quatern_d = narrow(orientation.quaternion[2]);
  header.qoffset_x = narrow(orientation.offset_mm[0]);
  header.qoffset_y = narrow(orientation.offset_mm[1]);
  header.qoffset_z = narrow(orientation.offset_mm[2]);
  std::ranges::transform(orientation.affine[0], header.srow_x, narrow);
  std::ranges::transform(orientation.affine[1], header.srow_y, narrow);
  std::ranges::transform(orientation.affine[2], header.srow_z, narrow);
  std::memcpy(header.magic, "n+1", 4);
  return header;
}

/// The affine map from voxel (x, y, z) to the scanner that a file states: sform before qform; none where neither is.
///
/// Units: the file's, mm as a rule. Source: nifti1.h, methods 2 and 3.
[[nodiscard]] inline std::optional<std::array<std::array<double, 4>, 3>> stated_affine(const Geometry& geometry) {
  const Orientation& orientation = geometry.orientation;
  if (orientation.sform_code > 0)
    return orientation.affine;
  if (orientation.qform_code <= 0)
    return std::nullopt;
  const auto turn = detail::rotation(orientation.quaternion);
  const double unit = detail::millimetres_per_unit(orientation.spatial_unit);
  std::array<std::array<double, 4>, 3> affine{};
  for (std::size_t row = 0; row < 3; ++row) {
    for (std::size_t column = 0; column < 3; ++column)
      affine[row][column] = turn[row][column] * geometry.spacing_mm[2 - column] / unit;
    affine[row][2] *= orientation.qfac < 0 ? -1.0 : 1.0;
    affine[row][3] = orientation.offset_mm[row];
  }
  return affine;
}

} // namespace sparseann
