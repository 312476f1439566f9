#include "sparseann/io/tiff.hpp"

#include <cstdlib>
#include <fstream>
#include <functional>
#include <numeric>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::Array3;
using sparseann::DataError;
using sparseann::IoError;
using sparseann::read_tiff;
using sparseann::TiffHandle;
using sparseann::write_tiff;

namespace {

class TiffFile {
public:
  explicit TiffFile(std::string_view bytes = {}) { put(bytes); }
  void put(std::string_view bytes) const { std::ofstream(path(), std::ios::binary) << bytes; }
  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "stack.tif"; }
  [[nodiscard]] std::string message(const std::string& rest) const { return path().string() + ": " + rest; }

private:
  sparseann::test::TemporaryDirectory directory_;
};

template <class T> Array3<T> counted_stack(std::size_t z, std::size_t y, std::size_t x) {
  Array3<T> voxels({z, y, x});
  for (std::size_t i = 0; i < voxels.size(); ++i)
    voxels.data()[i] = static_cast<T>(i * 7 % 101);
  return voxels;
}

/// How pages are stored that the library does not write so.
struct Pages {
  const char* mode = "w";
  int compression = COMPRESSION_NONE;
  int predictor = PREDICTOR_NONE;
  bool tiled = false;
  std::function<void(TIFF*, std::size_t page)> change = [](TIFF*, std::size_t) {};
};

template <class T> std::string tiff_bytes(const Array3<T>& voxels, const Pages& pages) {
  TiffHandle handle("test", pages.mode);
  TIFF* const tiff = handle.get();
  const auto height = static_cast<std::uint32_t>(voxels.shape(1));
  const auto width = static_cast<std::uint32_t>(voxels.shape(2));
  for (std::size_t page = 0; page < voxels.shape(0); ++page) {
    sparseann::detail::set_tiff_fields<T>(tiff, height, width);
    TIFFSetField(tiff, TIFFTAG_COMPRESSION, pages.compression);
    if (pages.predictor != PREDICTOR_NONE)
      TIFFSetField(tiff, TIFFTAG_PREDICTOR, pages.predictor);
    if (pages.tiled) {
      TIFFSetField(tiff, TIFFTAG_TILEWIDTH, 16);
      TIFFSetField(tiff, TIFFTAG_TILELENGTH, 32);
    } else {
      TIFFSetField(tiff, TIFFTAG_ROWSPERSTRIP, 3);
    }
    pages.change(tiff, page);
    for (std::uint32_t y = 0; y < height && !pages.tiled; y += 3) {
      std::vector<T> rows(&voxels(page, y, 0), &voxels(page, y, 0) + std::min(3U, height - y) * width);
      TIFFWriteEncodedStrip(tiff, y / 3, rows.data(), static_cast<tmsize_t>(rows.size() * sizeof(T)));
    }
    for (std::uint32_t y = 0; y < height && pages.tiled; y += 32)
      for (std::uint32_t x = 0; x < width; x += 16) {
        std::vector<T> tile(16 * 32);
        for (std::uint32_t i = 0; i < 32 && y + i < height; ++i)
          std::copy_n(&voxels(page, y + i, x), std::min(16U, width - x), tile.begin() + 16 * i);
        TIFFWriteTile(tiff, tile.data(), x, y, 0, 0);
      }
    TIFFWriteDirectory(tiff);
  }
  return handle.close();
}

} // namespace

TEMPLATE_TEST_CASE("every type comes back from a TIFF as it was written", "", std::uint8_t, std::int8_t, std::uint16_t,
                   std::int16_t, std::uint32_t, std::int32_t, float) {
  Array3<TestType> voxels = counted_stack<TestType>(3, 130, 70);
  voxels(0, 0, 0) = std::numeric_limits<TestType>::lowest();
  voxels(2, 129, 69) = std::numeric_limits<TestType>::max();
  const TiffFile file;
  write_tiff(file.path(), voxels);
  CHECK((read_tiff<TestType>(file.path()) == voxels));
  for (const char* mode : {"wl", "wb", "w8"})
    for (const int compression : {COMPRESSION_NONE, COMPRESSION_LZW, COMPRESSION_ADOBE_DEFLATE, COMPRESSION_DEFLATE})
      for (const bool tiled : {false, true}) {
        file.put(tiff_bytes(voxels, {.mode = mode, .compression = compression, .tiled = tiled}));
        CHECK((read_tiff<TestType>(file.path()) == voxels));
      }
  const int predictor = std::floating_point<TestType> ? PREDICTOR_FLOATINGPOINT : PREDICTOR_HORIZONTAL;
  file.put(tiff_bytes(voxels, {.compression = COMPRESSION_LZW, .predictor = predictor}));
  CHECK((read_tiff<TestType>(file.path()) == voxels));
}

TEST_CASE("pixels are converted, and one that does not fit is named") {
  auto voxels = counted_stack<std::int16_t>(2, 3, 4);
  const TiffFile file(tiff_bytes(voxels, {}));
  CHECK((read_tiff<float>(file.path()) == voxels));
  CHECK((read_tiff<std::uint64_t>(file.path()) == voxels));
  voxels(1, 1, 2) = -3;
  file.put(tiff_bytes(voxels, {}));
  CHECK_THROWS_WITH(
      read_tiff<std::uint8_t>(file.path()),
      file.message("expected voxels that are whole numbers of 0 to 255, got -3 at (z, y, x) = (1, 1, 2)"));
}

TEST_CASE("other images are refused by what they are") {
  const auto voxels = counted_stack<std::uint8_t>(2, 3, 4);
  const TiffFile file;
  const auto refuses = [&](const std::string& text, const std::function<void(TIFF*, std::size_t)>& change) {
    file.put(tiff_bytes(voxels, {.change = change}));
    CHECK_THROWS_AS(read_tiff<float>(file.path()), DataError);
    CHECK_THROWS_WITH(read_tiff<float>(file.path()), file.message("expected " + text));
  };
  refuses("page 1 with what the pages before have, 3 x 4 pixels of 8 bits (sample format 1), "
          "got 3 x 2 pixels of 8 bits (sample format 1)",
          [](TIFF* tiff, std::size_t page) { TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, page == 1 ? 2 : 4); });
  refuses("page 0 with one number per pixel, got 3 (colour, or channels)", [](TIFF* tiff, std::size_t) {
    TIFFSetField(tiff, TIFFTAG_SAMPLESPERPIXEL, 3);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_RGB);
    TIFFSetField(tiff, TIFFTAG_IMAGEWIDTH, 1);
  });
  refuses("page 0 with grey values of which 0 is black, got 0 as white",
          [](TIFF* tiff, std::size_t) { TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_MINISWHITE); });
  refuses("page 0 with grey values of which 0 is black, got a palette", [](TIFF* tiff, std::size_t) {
    std::vector<std::uint16_t> colours(256);
    TIFFSetField(tiff, TIFFTAG_PHOTOMETRIC, PHOTOMETRIC_PALETTE);
    TIFFSetField(tiff, TIFFTAG_COLORMAP, colours.data(), colours.data(), colours.data());
  });
  refuses("page 0 with rows from top to bottom, left to right, got orientation 4",
          [](TIFF* tiff, std::size_t) { TIFFSetField(tiff, TIFFTAG_ORIENTATION, ORIENTATION_BOTLEFT); });
  refuses("page 0 with compression by zlib, LZW or none, got scheme 32773",
          [](TIFF* tiff, std::size_t) { TIFFSetField(tiff, TIFFTAG_COMPRESSION, COMPRESSION_PACKBITS); });
  refuses("pixels that are integers of 8, 16 or 32 bits or reals of 32 bits, got 1 bits, sample format 1",
          [](TIFF* tiff, std::size_t) { TIFFSetField(tiff, TIFFTAG_BITSPERSAMPLE, 1); });
  refuses("100 pages, as ImageJ says in it, got 2", [](TIFF* tiff, std::size_t) {
    TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, "ImageJ=1.53t\nimages=100\nslices=100\n");
  });
  file.put(tiff_bytes(voxels, {.change = [](TIFF* tiff, std::size_t) {
                        TIFFSetField(tiff, TIFFTAG_IMAGEDESCRIPTION, "ImageJ=1.53t\nimages=2\nslices=2\n");
                      }}));
  CHECK((read_tiff<std::uint8_t>(file.path()) == voxels));
}

TEST_CASE("a TIFF that promises more than it can hold is refused before any allocation") {
  TiffHandle handle("test", "w");
  sparseann::detail::set_tiff_fields<float>(handle.get(), 1U << 20U, 1U << 20U);
  TIFFSetField(handle.get(), TIFFTAG_ROWSPERSTRIP, 1U << 20U);
  TIFFWriteDirectory(handle.get());
  const TiffFile file(handle.close());
  CHECK_THROWS_AS(read_tiff<float>(file.path()), IoError);
}

TEST_CASE("truncated and other files are errors") {
  const std::string bytes = tiff_bytes(counted_stack<std::uint16_t>(2, 30, 20), {.compression = COMPRESSION_LZW});
  const TiffFile file;
  for (std::size_t size = 0; size < bytes.size(); size += 13) {
    file.put(std::string_view(bytes).substr(0, size));
    CHECK_THROWS_AS(read_tiff<float>(file.path()), IoError);
  }
  CHECK_THROWS_AS(read_tiff<float>("no such file.tif"), IoError);
}

TEST_CASE("write_tiff refuses arrays without voxels and leaves nothing where it fails") {
  const TiffFile file;
  CHECK_THROWS_AS(write_tiff(file.path(), Array3<float>({0, 2, 2})), sparseann::InvalidArgument);
  CHECK_THROWS_AS(write_tiff(file.path().parent_path() / "none/a.tif", counted_stack<float>(1, 2, 3)), IoError);
  CHECK(std::filesystem::file_size(file.path()) == 0);
}

TEST_CASE("a published EM stack is read as tifffile reads it") {
  const char* data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr) {
    WARN("skipped: SPARSEANN_DATA does not name the folder of real scans");
    return;
  }
  const auto folder = std::filesystem::path(data) / "em_isbi2012";
  // sums by tifffile 2026.3
  const auto volume = read_tiff<std::uint8_t>(folder / "train-volume.tif");
  CHECK(sparseann::shape_of(volume) == sparseann::Shape3{30, 512, 512});
  CHECK(std::accumulate(volume.begin(), volume.end(), std::uint64_t{0}) == 992187925);
  const auto labels = read_tiff<float>(folder / "train-labels.tif");
  CHECK(std::accumulate(labels.begin(), labels.end(), 0.0) == 1564952850);
}
