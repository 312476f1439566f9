#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <tiffio.h>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/tiff_handle.hpp"
#include "sparseann/io/voxel_conversion.hpp"

namespace sparseann {

/// What write_tiff can store.
template <class T>
concept TiffVoxel = VoxelNumber<T> && sizeof(T) <= 4;

namespace detail {

/// What the pages of a stack have in common.
struct TiffPage {
  std::uint32_t height = 0;
  std::uint32_t width = 0;
  std::uint16_t bits = 1;
  std::uint16_t format = SAMPLEFORMAT_UINT;
  std::uint16_t compression = COMPRESSION_NONE;

  [[nodiscard]] std::string text() const {
    return fmt::format("{} x {} pixels of {} bits (sample format {})", height, width, bits, format);
  }
  [[nodiscard]] bool is_alike(const TiffPage& other) const noexcept {
    return height == other.height && width == other.width && bits == other.bits && format == other.format;
  }
};

/// A multi-page TIFF file in memory, and what was found out about it before its voxels are read.
class TiffStack {
public:
  explicit TiffStack(const std::filesystem::path& path)
      : path_(path), bytes_(read_file(path)), tiff_(path_, bytes_, bytes_.size() * lzw_ratio + 65536) {
    find_pages();
    check_images();
  }
  TiffStack(const TiffStack&) = delete;
  TiffStack& operator=(const TiffStack&) = delete;

  [[nodiscard]] Shape3 shape() const noexcept { return {pages_, page_.height, page_.width}; }

  /// Calls body(T{}) with the C++ type of the stored voxels.
  template <class Body> decltype(auto) with_voxel_type(Body&& body) const {
    switch (page_.format * 100 + page_.bits) {
    case SAMPLEFORMAT_UINT * 100 + 8: return body(std::uint8_t{});
    case SAMPLEFORMAT_UINT * 100 + 16: return body(std::uint16_t{});
    case SAMPLEFORMAT_UINT * 100 + 32: return body(std::uint32_t{});
    case SAMPLEFORMAT_INT * 100 + 8: return body(std::int8_t{});
    case SAMPLEFORMAT_INT * 100 + 16: return body(std::int16_t{});
    case SAMPLEFORMAT_INT * 100 + 32: return body(std::int32_t{});
    case SAMPLEFORMAT_IEEEFP * 100 + 32: return body(float{});
    default:
      throw DataError(path_.string(), "pixels that are integers of 8, 16 or 32 bits or reals of 32 bits",
                      fmt::format("{} bits, sample format {}", page_.bits, page_.format));
    }
  }

  /// Calls take(page, stored) with the pixels of each page, in order.
  template <VoxelNumber Stored, class Take> void read(Take&& take) const {
    std::vector<Stored> pixels(std::size_t{page_.height} * page_.width);
    for (std::size_t page = 0; page < pages_; ++page) {
      if ((page == 0 ? TIFFSetDirectory(tiff_.get(), 0) : TIFFReadDirectory(tiff_.get())) == 0)
        throw tiff_.error(about("cannot be read", page));
      if (TIFFIsTiled(tiff_.get()) != 0)
        read_tiles<Stored>(page, pixels);
      else
        read_strips<Stored>(page, pixels);
      take(page, std::span<const Stored>(pixels));
    }
  }

private:
  /// The longest string that a code of LZW stands for takes 4096 codes of 9 to 12 bits to come about.
  static constexpr std::uint64_t lzw_ratio = 2731;

  [[nodiscard]] static std::string about(std::string_view what, std::size_t page) {
    return fmt::format("page {} {}", page, what);
  }
  [[nodiscard]] DataError refusal(std::string_view expected, std::string_view got) const {
    return {path_.string(), fmt::format("page {} with {}", pages_, expected), got};
  }
  template <class T> [[nodiscard]] T field(std::uint32_t tag, T otherwise) const {
    T value = otherwise;
    return TIFFGetFieldDefaulted(tiff_.get(), tag, &value) != 0 ? value : otherwise;
  }

  void find_pages() {
    std::uint64_t most = 0; // bytes that the pages may decompress to
    std::uint64_t promised = 0;
    do {
      const TiffPage page = checked_page();
      if (pages_ == 0) {
        page_ = page;
      } else if (!page.is_alike(page_)) {
        throw refusal("what the pages before have, " + page_.text(), page.text());
      }
      most = std::max(most, bytes_.size() * ratio(page.compression));
      const std::uint64_t row = std::uint64_t{page.width} * (page.bits / 8U);
      if (row > (most - promised) / page.height)
        throw IoError(path_, about(fmt::format("promises {}, more than the file can hold", page.text()), pages_));
      promised += row * page.height;
      ++pages_;
    } while (TIFFReadDirectory(tiff_.get()) != 0);
    if (tiff_.has_failed()) // else what is cut off would be a shorter stack
      throw tiff_.error(about("cannot be read", pages_));
  }

  [[nodiscard]] TiffPage checked_page() const {
    const TiffPage page{.height = field<std::uint32_t>(TIFFTAG_IMAGELENGTH, 0),
                        .width = field<std::uint32_t>(TIFFTAG_IMAGEWIDTH, 0),
                        .bits = field<std::uint16_t>(TIFFTAG_BITSPERSAMPLE, 1),
                        .format = field<std::uint16_t>(TIFFTAG_SAMPLEFORMAT, SAMPLEFORMAT_UINT),
                        .compression = field<std::uint16_t>(TIFFTAG_COMPRESSION, COMPRESSION_NONE)};
    if (page.height == 0 || page.width == 0)
      throw refusal("pixels", page.text());
    check_colour();
    check_compression(page.compression);
    check_blocks(page);
    return page;
  }

  void check_colour() const {
    const auto samples = field<std::uint16_t>(TIFFTAG_SAMPLESPERPIXEL, 1);
    const auto meaning = field<std::uint16_t>(TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
    const auto orientation = field<std::uint16_t>(TIFFTAG_ORIENTATION, ORIENTATION_TOPLEFT);
    if (samples != 1)
      throw refusal("one number per pixel", fmt::format("{} (colour, or channels)", samples));
    if (meaning != PHOTOMETRIC_MINISBLACK)
      throw refusal("grey values of which 0 is black", meaning == PHOTOMETRIC_PALETTE      ? "a palette"
                                                       : meaning == PHOTOMETRIC_MINISWHITE ? "0 as white"
                                                                                           : "colours");
    if (orientation != ORIENTATION_TOPLEFT)
      throw refusal("rows from top to bottom, left to right", fmt::format("orientation {}", orientation));
  }

  void check_compression(std::uint16_t compression) const {
    if (ratio(compression) == 0)
      throw refusal("compression by zlib, LZW or none", fmt::format("scheme {}", compression));
  }

  /// At most how many bytes one compressed byte stands for; 0 for what is not read.
  [[nodiscard]] static constexpr std::uint64_t ratio(std::uint16_t compression) noexcept {
    switch (compression) {
    case COMPRESSION_NONE: return 1;
    case COMPRESSION_LZW: return lzw_ratio;
    case COMPRESSION_DEFLATE:
    case COMPRESSION_ADOBE_DEFLATE: return max_gzip_ratio;
    default: return 0;
    }
  }

  /// That strips and tiles are what the page needs and the file can hold: they are memory, too.
  void check_blocks(const TiffPage& page) const {
    const bool tiled = TIFFIsTiled(tiff_.get()) != 0;
    const tmsize_t size = tiled ? TIFFTileSize(tiff_.get()) : TIFFStripSize(tiff_.get());
    const std::uint64_t room = bytes_.size() * ratio(page.compression);
    if (size <= 0 || static_cast<std::uint64_t>(size) > room)
      throw IoError(path_, about(fmt::format("promises {} of {} bytes, more than the file can hold",
                                             tiled ? "tiles" : "strips", size),
                                 pages_));
  }

  /// ImageJ writes stacks beyond 4 GiB as one page, and says in words how many images follow.
  void check_images() const {
    TIFFSetDirectory(tiff_.get(), 0);
    const char* text = nullptr;
    if (TIFFGetField(tiff_.get(), TIFFTAG_IMAGEDESCRIPTION, &text) == 0 || text == nullptr)
      return;
    const std::string_view description(text);
    const std::size_t at = description.find("images=");
    if (!description.starts_with("ImageJ=") || at == std::string_view::npos)
      return;
    const std::uint64_t images = std::strtoull(text + at + 7, nullptr, 10);
    if (images != pages_)
      throw DataError(path_.string(), fmt::format("{} pages, as ImageJ says in it", images), fmt::format("{}", pages_));
  }

  template <VoxelNumber Stored> void read_strips(std::size_t page, std::span<Stored> pixels) const {
    const auto rows = std::min(field<std::uint32_t>(TIFFTAG_ROWSPERSTRIP, page_.height), page_.height);
    std::uint32_t strip = 0;
    for (std::size_t row = 0; row < page_.height; row += rows, ++strip) {
      const auto part =
          pixels.subspan(row * page_.width, std::min<std::size_t>(rows, page_.height - row) * page_.width);
      const auto bytes = static_cast<tmsize_t>(part.size_bytes());
      if (TIFFReadEncodedStrip(tiff_.get(), strip, part.data(), bytes) != bytes)
        throw tiff_.error(about("cannot be read", page));
    }
  }

  template <VoxelNumber Stored> void read_tiles(std::size_t page, std::span<Stored> pixels) const {
    const auto height = field<std::uint32_t>(TIFFTAG_TILELENGTH, 0);
    const auto width = field<std::uint32_t>(TIFFTAG_TILEWIDTH, 0);
    std::vector<Stored> tile(static_cast<std::size_t>(TIFFTileSize(tiff_.get())) / sizeof(Stored));
    const auto bytes = static_cast<tmsize_t>(std::span(tile).size_bytes());
    for (std::uint32_t y = 0; y < page_.height; y += height)
      for (std::uint32_t x = 0; x < page_.width; x += width) {
        const std::uint32_t index = TIFFComputeTile(tiff_.get(), x, y, 0, 0);
        if (TIFFReadEncodedTile(tiff_.get(), index, tile.data(), bytes) != bytes)
          throw tiff_.error(about("cannot be read", page));
        for (std::size_t row = 0; row < std::min(height, page_.height - y); ++row)
          std::ranges::copy_n(tile.begin() + static_cast<std::ptrdiff_t>(row * width), std::min(width, page_.width - x),
                              pixels.begin() + static_cast<std::ptrdiff_t>((y + row) * page_.width + x));
      }
  }

  std::filesystem::path path_;
  std::string bytes_;
  TiffHandle tiff_;
  TiffPage page_;
  std::size_t pages_ = 0;
};

template <TiffVoxel T> void set_tiff_fields(TIFF* tiff, std::uint32_t height, std::uint32_t width) {
  constexpr int format = std::floating_point<T>      ? SAMPLEFORMAT_IEEEFP
                         : std::unsigned_integral<T> ? SAMPLEFORMAT_UINT
                                                     : SAMPLEFORMAT_INT;
  TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, width);
  TIFFSetField(tiff, TIFFTAG_IMAGELENGTH, height);
  TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, static_cast<int>(8 * sizeof(T)));
  TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 1);
  TIFFSetField(tiff, TIFFTAG_SAMPLEFORMAT, format);
  TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISBLACK);
  TIFFSetField(tiff, TIFFTAG_PLANARCONFIG, PLANARCONFIG_CONTIG);
  TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_ADOBE_DEFLATE);
  TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, TIFFDefaultStripSize(tiff, 0));
}

template <TiffVoxel T> void write_page(const TiffHandle& tiff, std::span<const T> pixels, std::size_t width) {
  std::uint32_t rows = 1;
  TIFFGetField(tiff.get(), TIFFTAG_ROWSPERSTRIP, &rows);
  std::uint32_t strip = 0;
  std::vector<T> part; // libtiff's interface is not const-correct, and some of its encoders do change their input
  for (std::size_t first = 0; first < pixels.size(); first += part.size(), ++strip) {
    const auto source = pixels.subspan(first, std::min(rows * width, pixels.size() - first));
    part.assign(source.begin(), source.end());
    const auto bytes = static_cast<tmsize_t>(source.size_bytes());
    if (TIFFWriteEncodedStrip(tiff.get(), strip, part.data(), bytes) != bytes)
      throw tiff.error("cannot be written");
  }
  if (TIFFWriteDirectory(tiff.get()) == 0)
    throw tiff.error("cannot be written");
}

} // namespace detail

/// Reads a stack of images, page by page along z, as T.
///
/// Stored may be integers of 8, 16 or 32 bits or reals of 32 bits in strips or tiles, plain or compressed by zlib or
/// LZW, in either byte order; also BigTIFF. Shape: (page, row, column), which is (z, y, x). Cost: the file, one page
/// and the result are in memory at once. Throws: IoError (missing, truncated, corrupt, promises more than the file can
/// hold, checked before memory is taken); DataError naming the page that is coloured, has a palette, is otherwise
/// compressed or differs from the first in size or type, and the first voxel whose value is no T (see fits_voxel).
template <VoxelNumber T> [[nodiscard]] Array3<T> read_tiff(const std::filesystem::path& path) {
  const detail::TiffStack stack(path);
  return stack.with_voxel_type([&]<class Stored>(Stored) {
    const Shape3 shape = stack.shape();
    const std::size_t slice = shape[1] * shape[2];
    Array3<T> voxels({shape[0], shape[1], shape[2]});
    stack.template read<Stored>([&](std::size_t page, std::span<const Stored> pixels) {
      convert_voxels<T, Stored>(path, shape, page * slice, pixels, elements(voxels).subspan(page * slice, slice));
    });
    return voxels;
  });
}

/// Writes a stack of images, one page per slice along z, compressed by zlib; see AtomicFile.
///
/// Cost: the compressed file is in memory once. Throws: InvalidArgument for an array without voxels; IoError.
template <TiffVoxel T> void write_tiff(const std::filesystem::path& path, const Array3<T>& voxels) {
  const Shape3 shape = shape_of(voxels);
  constexpr std::size_t limit = std::numeric_limits<std::int32_t>::max();
  if (voxels.size() == 0 || shape[1] > limit || shape[2] > limit)
    throw InvalidArgument("voxels", fmt::format("extents of 1 to {}", limit), to_string(shape));
  constexpr std::size_t small = std::size_t{1} << 31U; // offsets of 32 bits will do
  TiffHandle tiff(path, voxels.size() * sizeof(T) < small ? "w" : "w8");
  const std::size_t slice = shape[1] * shape[2];
  for (std::size_t page = 0; page < shape[0]; ++page) {
    detail::set_tiff_fields<T>(tiff.get(), static_cast<std::uint32_t>(shape[1]), static_cast<std::uint32_t>(shape[2]));
    detail::write_page<T>(tiff, elements(voxels).subspan(page * slice, slice), shape[2]);
  }
  publish_atomically(path, tiff.close());
}

} // namespace sparseann
