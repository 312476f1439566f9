#pragma once

#include <algorithm>
#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <hdf5.h>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/hdf5_chunk.hpp"
#include "sparseann/io/hdf5_handle.hpp"
#include "sparseann/io/voxel_conversion.hpp"

namespace sparseann {

namespace detail {

/// This machine's form of T.
template <VoxelNumber T> [[nodiscard]] hid_t hdf5_type() noexcept {
  if constexpr (std::same_as<T, std::uint8_t>)
    return H5T_NATIVE_UINT8;
  else if constexpr (std::same_as<T, std::int8_t>)
    return H5T_NATIVE_INT8;
  else if constexpr (std::same_as<T, std::uint16_t>)
    return H5T_NATIVE_UINT16;
  else if constexpr (std::same_as<T, std::int16_t>)
    return H5T_NATIVE_INT16;
  else if constexpr (std::same_as<T, std::uint32_t>)
    return H5T_NATIVE_UINT32;
  else if constexpr (std::same_as<T, std::int32_t>)
    return H5T_NATIVE_INT32;
  else if constexpr (std::same_as<T, std::uint64_t>)
    return H5T_NATIVE_UINT64;
  else if constexpr (std::same_as<T, std::int64_t>)
    return H5T_NATIVE_INT64;
  else if constexpr (std::same_as<T, float>)
    return H5T_NATIVE_FLOAT;
  else
    return H5T_NATIVE_DOUBLE;
}

/// One dataset of an HDF5 file that is open for reading, and what was found out about it before its voxels are read.
class Hdf5Dataset {
public:
  Hdf5Dataset(const std::filesystem::path& path, std::string name)
      : path_(path), name_(std::move(name)), file_bytes_(size_of(path, open_regular_file(path))), file_(open_file()),
        dataset_(open_dataset()), type_(H5Dget_type(dataset_.get()), H5Tclose, path_, about("has no type")),
        properties_(H5Dget_create_plist(dataset_.get()), H5Pclose, path_, about("has no properties")),
        shape_(read_shape()), chunk_(read_chunk()) {
    filters_ = read_filters();
    check_promise();
  }

  [[nodiscard]] const Shape3& shape() const noexcept { return shape_; }

  /// Calls body(T{}) with the C++ type of the stored voxels.
  template <class Body> decltype(auto) with_voxel_type(Body&& body) const {
    // h5py stores truth values as an enumeration of integers
    const bool named = H5Tget_class(type_.get()) == H5T_ENUM;
    const Hdf5Handle number(named ? H5Tget_super(type_.get()) : H5Tcopy(type_.get()), H5Tclose, path_,
                            about("has no type"));
    const std::size_t bytes = H5Tget_size(number.get());
    switch (H5Tget_class(number.get())) {
    case H5T_INTEGER:
      if (H5Tget_precision(number.get()) == 8 * bytes)
        return with_integer(bytes, H5Tget_sign(number.get()) != H5T_SGN_NONE, body);
      break;
    case H5T_FLOAT:
      if (is_real<float>(number, H5T_IEEE_F32LE, H5T_IEEE_F32BE) || is_half(number))
        return body(float{});
      if (is_real<double>(number, H5T_IEEE_F64LE, H5T_IEEE_F64BE))
        return body(double{});
      break;
    default: break;
    }
    throw type_refusal(bytes);
  }

  /// Calls take(first, voxels) with all voxels, in runs of any length that begin at voxel `first` of the volume.
  template <VoxelNumber Stored, class Take> void read(Take&& take) const {
    if (is_chunked())
      read_chunks<Stored>(take);
    else
      read_layers<Stored>(take);
  }

private:
  [[nodiscard]] std::string about(std::string_view what) const { return fmt::format("dataset '{}' {}", name_, what); }
  [[nodiscard]] DataError refusal(std::string_view expected, std::string_view got) const {
    return {path_.string(), fmt::format("dataset '{}' with {}", name_, expected), got};
  }

  [[nodiscard]] Hdf5Handle open_file() const {
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path_, "cannot be opened");
    H5Pset_file_locking(access.get(), false, true); // which read-only and network file systems may refuse
    return {H5Fopen(path_.c_str(), H5F_ACC_RDONLY, access.get()), H5Fclose, path_, "is no HDF5 file that can be read"};
  }

  [[nodiscard]] Hdf5Handle open_dataset() const {
    const Hdf5Handle access(H5Pcreate(H5P_DATASET_ACCESS), H5Pclose, path_, "cannot be opened");
    const auto refuse = [](const char*, const char*, const char*, const char*, unsigned*, hid_t, void*) -> herr_t {
      return -1;
    };
    H5Pset_elink_cb(access.get(), refuse, nullptr); // links into other files
    const hid_t id = H5Dopen2(file_.get(), name_.c_str(), access.get());
    if (id >= 0)
      return {id, H5Dclose, path_, ""};
    const IoError error = hdf5_error(path_, about("cannot be opened"));
    const std::vector<std::string> names = dataset_names();
    if (std::ranges::find(names, name_.starts_with('/') ? name_.substr(1) : name_) != names.end())
      throw error;
    throw DataError(path_.string(), fmt::format("a dataset '{}'", name_),
                    names.empty() ? "no dataset at all" : fmt::format("'{}'", fmt::join(names, "', '")));
  }

  [[nodiscard]] std::vector<std::string> dataset_names() const {
    std::vector<std::string> names;
    const auto collect = [](hid_t, const char* name, const H5O_info_t* info, void* out) -> herr_t {
      constexpr std::size_t most = 50;
      auto& found = *static_cast<std::vector<std::string>*>(out);
      if (info->type == H5O_TYPE_DATASET)
        found.emplace_back(name);
      return found.size() < most ? 0 : 1;
    };
    H5Ovisit2(file_.get(), H5_INDEX_NAME, H5_ITER_INC, collect, &names, H5O_INFO_BASIC);
    return names;
  }

  [[nodiscard]] Shape3 read_shape() const {
    const Hdf5Handle space(H5Dget_space(dataset_.get()), H5Sclose, path_, about("has no extents"));
    const int rank = H5Sget_simple_extent_ndims(space.get());
    if (rank != 3)
      throw refusal("three dimensions (z, y, x)", fmt::format("{}", rank));
    std::array<hsize_t, 3> extents{};
    H5Sget_simple_extent_dims(space.get(), extents.data(), nullptr);
    const Shape3 shape{extents[0], extents[1], extents[2]};
    if (std::ranges::find(shape, 0U) != shape.end())
      throw refusal("voxels", to_string(shape));
    return shape;
  }

  /// The extents of a chunk; none where voxels follow each other.
  [[nodiscard]] Shape3 read_chunk() const {
    switch (H5Pget_layout(properties_.get())) {
    case H5D_COMPACT:
    case H5D_CONTIGUOUS:
      if (H5Pget_external_count(properties_.get()) == 0)
        return {};
      throw refusal("voxels in this file", "voxels in others");
    case H5D_CHUNKED: break;
    default: throw refusal("voxels in this file", "a virtual dataset");
    }
    std::array<hsize_t, 3> extents{};
    if (H5Pget_chunk(properties_.get(), 3, extents.data()) != 3)
      throw hdf5_error(path_, about("has no extents of chunks"));
    return {extents[0], extents[1], extents[2]};
  }
  [[nodiscard]] bool is_chunked() const noexcept { return chunk_[0] > 0; }

  [[nodiscard]] Hdf5Filters read_filters() const {
    Hdf5Filters filters;
    for (unsigned i = 0; is_chunked() && i < static_cast<unsigned>(H5Pget_nfilters(properties_.get())); ++i) {
      unsigned flags = 0;
      unsigned configuration = 0;
      std::size_t values = 0;
      std::array<char, 64> name{};
      const H5Z_filter_t filter =
          H5Pget_filter2(properties_.get(), i, &flags, &values, nullptr, name.size() - 1, name.data(), &configuration);
      if (filter == H5Z_FILTER_SHUFFLE && filters == Hdf5Filters{})
        filters.shuffle = true;
      else if (filter == H5Z_FILTER_DEFLATE && !filters.gzip && !filters.fletcher32)
        filters.gzip = true;
      else if (filter == H5Z_FILTER_FLETCHER32 && !filters.fletcher32)
        filters.fletcher32 = true;
      else
        throw refusal("no filters but shuffle, gzip and fletcher32, in this order",
                      fmt::format("{} ({}) as the filter {}", filter, name.data(), i));
    }
    return filters;
  }

  /// Those that were not left out of a chunk whose mask says so, bit by bit.
  [[nodiscard]] Hdf5Filters used_filters(std::uint32_t mask) const noexcept {
    Hdf5Filters used = filters_;
    for (bool* const filter : {&used.shuffle, &used.gzip, &used.fletcher32})
      if (*filter) {
        *filter = (mask & 1U) == 0;
        mask >>= 1U;
      }
    return used;
  }

  /// That the file can hold the voxels, before memory is taken for them.
  void check_promise() const {
    const std::size_t voxel_bytes = std::max(H5Tget_size(type_.get()), std::size_t{1});
    const std::uint64_t room = file_bytes_ * (is_chunked() ? max_gzip_ratio : 1) / voxel_bytes;
    check_room(shape_, room, "voxels");
    if (is_chunked()) {
      check_room(chunk_, room, "voxels per chunk");
      const auto chunks = [this](std::size_t axis) { return (shape_[axis] - 1) / chunk_[axis] + 1; };
      // Each takes a place in an index; a few may be missing, which stands for voxels of one value.
      check_room({chunks(0), chunks(1), chunks(2)}, file_bytes_ + 65536, "chunks");
    }
  }

  void check_room(const Shape3& extents, std::uint64_t room, std::string_view what) const {
    for (const std::size_t extent : extents) {
      if (extent > room)
        throw IoError(path_,
                      about(fmt::format("promises {} {}, more than the file can hold", to_string(extents), what)));
      room /= extent;
    }
  }

  /// As far as voxels follow each other: HDF5 converts them.
  template <VoxelNumber Stored, class Take> void read_layers(Take&& take) const {
    const std::size_t slice = shape_[1] * shape_[2];
    const std::size_t layer = std::clamp((std::size_t{1} << 20U) / (slice * sizeof(Stored)), std::size_t{1}, shape_[0]);
    std::vector<Stored> voxels(layer * slice);
    for (std::size_t z = 0; z < shape_[0]; z += layer) {
      const std::array<hsize_t, 3> start{z, 0, 0};
      const std::array<hsize_t, 3> extents{std::min(layer, shape_[0] - z), shape_[1], shape_[2]};
      const Hdf5Handle from(H5Dget_space(dataset_.get()), H5Sclose, path_, about("has no extents"));
      const Hdf5Handle to(H5Screate_simple(3, extents.data(), nullptr), H5Sclose, path_, about("cannot be read"));
      if (H5Sselect_hyperslab(from.get(), H5S_SELECT_SET, start.data(), nullptr, extents.data(), nullptr) < 0 ||
          H5Dread(dataset_.get(), hdf5_type<Stored>(), to.get(), from.get(), H5P_DEFAULT, voxels.data()) < 0)
        throw hdf5_error(path_, about("cannot be read"));
      take(z * slice, std::span<const Stored>(voxels).first(extents[0] * slice));
    }
  }

  template <VoxelNumber Stored, class Take> void read_chunks(Take&& take) const {
    std::vector<Stored> voxels(voxel_count(chunk_));
    for (std::size_t z = 0; z < shape_[0]; z += chunk_[0])
      for (std::size_t y = 0; y < shape_[1]; y += chunk_[1])
        for (std::size_t x = 0; x < shape_[2]; x += chunk_[2]) {
          read_chunk_at<Stored>({z, y, x}, voxels);
          const std::size_t width = std::min(chunk_[2], shape_[2] - x);
          for (std::size_t i = 0; i < std::min(chunk_[0], shape_[0] - z); ++i)
            for (std::size_t j = 0; j < std::min(chunk_[1], shape_[1] - y); ++j)
              take(((z + i) * shape_[1] + y + j) * shape_[2] + x,
                   std::span<const Stored>(voxels).subspan((i * chunk_[1] + j) * chunk_[2], width));
        }
  }

  /// Fills `voxels` with the chunk that begins at a voxel; one that is missing has the fill value.
  template <VoxelNumber Stored>
  void read_chunk_at(const std::array<hsize_t, 3>& start, std::span<Stored> voxels) const {
    hsize_t size = 0;
    if (H5Dget_chunk_storage_size(dataset_.get(), start.data(), &size) < 0)
      throw hdf5_error(path_, about("has a chunk that cannot be found"));
    if (size == 0) {
      Stored fill{};
      if (H5Pget_fill_value(properties_.get(), hdf5_type<Stored>(), &fill) < 0)
        throw hdf5_error(path_, about("has no value for chunks that are missing"));
      std::ranges::fill(voxels, fill);
      return;
    }
    if (size > file_bytes_)
      throw IoError(path_, about("has a chunk that is longer than the file"));
    std::string stored(size, '\0');
    std::uint32_t mask = 0;
    if (H5Dread_chunk(dataset_.get(), H5P_DEFAULT, start.data(), &mask, stored.data()) < 0)
      throw hdf5_error(path_, about("cannot be read"));
    decode_chunk<Stored>(stored, used_filters(mask), voxels);
  }

  template <VoxelNumber Stored>
  void decode_chunk(std::string_view stored, const Hdf5Filters& filters, std::span<Stored> voxels) const {
    const std::size_t voxel_bytes = H5Tget_size(type_.get()); // of half precision, less than of Stored
    const std::span<char> bytes(reinterpret_cast<char*>(voxels.data()), voxels.size() * voxel_bytes);
    decode_hdf5_chunk(path_, stored, filters, voxel_bytes, bytes);
    if (H5Tconvert(type_.get(), hdf5_type<Stored>(), voxels.size(), voxels.data(), nullptr, H5P_DEFAULT) < 0)
      throw hdf5_error(path_, about("has voxels that cannot be converted"));
  }

  template <class Body> [[nodiscard]] decltype(auto) with_integer(std::size_t bytes, bool has_sign, Body&& body) const {
    switch (bytes) {
    case 1: return has_sign ? body(std::int8_t{}) : body(std::uint8_t{});
    case 2: return has_sign ? body(std::int16_t{}) : body(std::uint16_t{});
    case 4: return has_sign ? body(std::int32_t{}) : body(std::uint32_t{});
    case 8: return has_sign ? body(std::int64_t{}) : body(std::uint64_t{});
    default: throw type_refusal(bytes);
    }
  }
  [[nodiscard]] DataError type_refusal(std::size_t bytes) const {
    return refusal("integers of 8 to 64 bits or reals of 16, 32 or 64 bits",
                   fmt::format("another type, of {} bytes", bytes));
  }

  template <class T> [[nodiscard]] static bool is_real(const Hdf5Handle& type, hid_t little, hid_t big) {
    return H5Tequal(type.get(), little) > 0 || H5Tequal(type.get(), big) > 0;
  }
  /// IEEE's half precision, which HDF5 has no name for.
  [[nodiscard]] static bool is_half(const Hdf5Handle& type) {
    std::size_t sign = 0;
    std::size_t exponent = 0;
    std::size_t exponent_bits = 0;
    std::size_t mantissa = 0;
    std::size_t mantissa_bits = 0;
    return H5Tget_size(type.get()) == 2 && H5Tget_ebias(type.get()) == 15 &&
           H5Tget_norm(type.get()) == H5T_NORM_IMPLIED &&
           H5Tget_fields(type.get(), &sign, &exponent, &exponent_bits, &mantissa, &mantissa_bits) >= 0 &&
           std::array{sign, exponent, exponent_bits, mantissa, mantissa_bits} ==
               std::array<std::size_t, 5>{15, 10, 5, 0, 10};
  }

  std::filesystem::path path_;
  std::string name_;
  std::uint64_t file_bytes_;
  Hdf5Handle file_;
  Hdf5Handle dataset_;
  Hdf5Handle type_;
  Hdf5Handle properties_;
  Shape3 shape_;
  Shape3 chunk_;
  Hdf5Filters filters_;
};

/// Chunks of about a MiB, whole in memory when a slice of any plane is looked at.
[[nodiscard]] inline std::array<hsize_t, 3> chunk_for(const Shape3& shape) {
  constexpr std::size_t side = 64;
  return {std::min(shape[0], side), std::min(shape[1], side), std::min(shape[2], side)};
}

template <VoxelNumber T>
void add_dataset(const std::filesystem::path& path, const Hdf5Handle& file, const std::string& name,
                 const Array3<T>& voxels) {
  const Shape3 shape = shape_of(voxels);
  if (voxels.size() == 0)
    throw InvalidArgument(name, "voxels", to_string(shape));
  const std::string failure = fmt::format("dataset '{}' cannot be written", name);
  const std::array<hsize_t, 3> extents{shape[0], shape[1], shape[2]};
  const Hdf5Handle space(H5Screate_simple(3, extents.data(), nullptr), H5Sclose, path, failure);
  const Hdf5Handle properties(H5Pcreate(H5P_DATASET_CREATE), H5Pclose, path, failure);
  const Hdf5Handle link(H5Pcreate(H5P_LINK_CREATE), H5Pclose, path, failure);
  constexpr unsigned level = 4; // h5py's
  if (H5Pset_chunk(properties.get(), 3, chunk_for(shape).data()) < 0 || H5Pset_shuffle(properties.get()) < 0 ||
      H5Pset_deflate(properties.get(), level) < 0 || H5Pset_obj_track_times(properties.get(), false) < 0 ||
      H5Pset_create_intermediate_group(link.get(), 1) < 0)
    throw hdf5_error(path, failure);
  const Hdf5Handle dataset(
      H5Dcreate2(file.get(), name.c_str(), hdf5_type<T>(), space.get(), link.get(), properties.get(), H5P_DEFAULT),
      H5Dclose, path, failure);
  if (H5Dwrite(dataset.get(), hdf5_type<T>(), H5S_ALL, H5S_ALL, H5P_DEFAULT, voxels.data()) < 0)
    throw hdf5_error(path, failure);
}

inline void add_datasets(const std::filesystem::path&, const Hdf5Handle&) {}

template <VoxelNumber T, class... More>
void add_datasets(const std::filesystem::path& path, const Hdf5Handle& file, const std::string& name,
                  const Array3<T>& voxels, const More&... more) {
  add_dataset(path, file, name, voxels);
  add_datasets(path, file, more...);
}

} // namespace detail

/// Calls body(T{}) with the C++ type of a dataset's voxels as they are stored, whatever their byte order.
///
/// Throws: as read_hdf5, but reads no voxel.
template <class Body>
decltype(auto) with_hdf5_voxel_type(const std::filesystem::path& path, const std::string& dataset, Body&& body) {
  const Hdf5Session session;
  return detail::Hdf5Dataset(path, dataset).with_voxel_type(std::forward<Body>(body));
}

/// Reads a dataset of an HDF5 file as T: labels as std::uint32_t, say, a probability map as float. What electron
/// microscopy names `raw` and `label` is stored so.
///
/// Stored may be integers of 8 to 64 bits, truth values of h5py's, or reals of 16, 32 or 64 bits, in either byte order;
/// chunked or not, with shuffle, gzip and fletcher32 in this order, which is h5py's.
/// Shape: the dataset's, which has three dimensions (z, y, x).
/// Cost: a chunk, or a MiB of slices, is in memory besides the result; reading goes one thread at a time, as HDF5
/// does. Throws: IoError (missing, corrupt, promises more than the file can hold, checked before memory
/// is taken), DataError naming the datasets that there are where `dataset` is none, another type, layout or filter, and
/// the first voxel whose value is no T (see fits_voxel). Voxels in other files (external, virtual, linked) are refused.
template <VoxelNumber T>
[[nodiscard]] Array3<T> read_hdf5(const std::filesystem::path& path, const std::string& dataset) {
  const Hdf5Session session;
  const detail::Hdf5Dataset source(path, dataset);
  return source.with_voxel_type([&]<class Stored>(Stored) {
    const Shape3& shape = source.shape();
    Array3<T> voxels({shape[0], shape[1], shape[2]});
    source.template read<Stored>([&](std::size_t first, std::span<const Stored> run) {
      convert_voxels<T, Stored>(path, shape, first, run, elements(voxels).subspan(first, run.size()));
    });
    return voxels;
  });
}

/// Writes one dataset or several, each after its name: write_hdf5(path, "raw", image, "label", instances). See
/// AtomicFile.
///
/// Voxels are stored as they are, in chunks of 64^3, with shuffle and gzip; equal input gives equal bytes.
/// Cost: the compressed file is in memory twice. Throws: InvalidArgument for arrays without voxels; IoError.
template <VoxelNumber T, class... More>
void write_hdf5(const std::filesystem::path& path, const std::string& dataset, const Array3<T>& voxels,
                const More&... more) {
  std::string bytes;
  {
    const Hdf5Session session;
    const Hdf5Handle access(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path, "cannot be written");
    H5Pset_fapl_core(access.get(), std::size_t{1} << 22U, false); // in memory alone
    const Hdf5Handle file(H5Fcreate(path.filename().c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access.get()), H5Fclose, path,
                          "cannot be written");
    detail::add_datasets(path, file, dataset, voxels, more...);
    H5Fflush(file.get(), H5F_SCOPE_LOCAL);
    const ssize_t size = H5Fget_file_image(file.get(), nullptr, 0);
    bytes.resize(static_cast<std::size_t>(std::max(size, ssize_t{0})));
    if (size <= 0 || H5Fget_file_image(file.get(), bytes.data(), bytes.size()) != size)
      throw hdf5_error(path, "cannot be written");
  }
  publish_atomically(path, bytes);
}

} // namespace sparseann
