#include "sparseann/io/nifti.hpp"

#include <cstdlib>
#include <fstream>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::compress_gzip;
using sparseann::DataError;
using sparseann::IoError;
using sparseann::LabelVolume;
using sparseann::read_nifti_image;
using sparseann::read_nifti_labels;
using sparseann::swap_bytes;
using sparseann::Volume;

namespace {

/// Bytes of a file, put together field by field at the offsets that the standards name.
class Bytes {
public:
  Bytes(std::size_t size, bool big_endian) : bytes_(size, '\0'), big_endian_(big_endian) {}

  template <class T> void put(std::size_t offset, T value) {
    const T stored = big_endian_ ? swap_bytes(value) : value; // the machines that we test on are little-endian
    std::memcpy(bytes_.data() + offset, &stored, sizeof stored);
  }
  void put_text(std::size_t offset, std::string_view text) { bytes_.replace(offset, text.size(), text); }
  template <class T> void append(T value) {
    bytes_.resize(bytes_.size() + sizeof(T));
    put(bytes_.size() - sizeof(T), value);
  }
  [[nodiscard]] const std::string& bytes() const noexcept { return bytes_; }

private:
  std::string bytes_;
  bool big_endian_;
};

struct Fixture {
  int version = 1;
  bool big_endian = false;
  double slope = 0;
  double intercept = 0;
  std::array<int, 3> extents{4, 3, 2}; ///< x, y, z
};

/// A NIfTI file of the given voxels, x fastest.
template <class T> std::string nifti_file(int datatype, const std::vector<T>& voxels, const Fixture& fixture = {}) {
  const bool first = fixture.version == 1;
  Bytes file(first ? 352 : 544, fixture.big_endian);
  file.put<std::int32_t>(0, first ? 348 : 540);
  for (std::size_t axis = 0; axis < 3; ++axis) {
    if (first) {
      file.put(42 + 2 * axis, static_cast<std::int16_t>(fixture.extents[axis]));
      file.put(80 + 4 * axis, 0.5F + static_cast<float>(axis));
    } else {
      file.put(24 + 8 * axis, static_cast<std::int64_t>(fixture.extents[axis]));
      file.put(112 + 8 * axis, 0.5 + static_cast<double>(axis));
    }
  }
  if (first) {
    file.put<std::int16_t>(40, 3);
    file.put(70, static_cast<std::int16_t>(datatype));
    file.put(72, static_cast<std::int16_t>(8 * sizeof(T)));
    file.put(108, 352.0F);
    file.put(112, static_cast<float>(fixture.slope));
    file.put(116, static_cast<float>(fixture.intercept));
    file.put_text(344, "n+1");
  } else {
    file.put_text(4, std::string_view("n+2\0\r\n\x1a\n", 8));
    file.put(12, static_cast<std::int16_t>(datatype));
    file.put(14, static_cast<std::int16_t>(8 * sizeof(T)));
    file.put<std::int64_t>(16, 3);
    file.put<std::int64_t>(168, 544);
    file.put(176, fixture.slope);
    file.put(184, fixture.intercept);
  }
  for (const T voxel : voxels)
    file.append(voxel);
  return file.bytes();
}

template <class T> std::vector<T> ramp(T start = 0) {
  std::vector<T> voxels(24);
  for (std::size_t i = 0; i < 24; ++i)
    voxels[i] = static_cast<T>(start + static_cast<T>(i));
  return voxels;
}

class File {
public:
  explicit File(std::string_view bytes, const std::string& name = "scan.nii") : path_(directory_.path() / name) {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
  [[nodiscard]] std::string message(std::string_view rest) const { return path_.string() + ": " + std::string(rest); }

private:
  sparseann::test::TemporaryDirectory directory_;
  std::filesystem::path path_;
};

template <class T> void check_ramp(int datatype, double start) {
  for (const int version : {1, 2})
    for (const bool big_endian : {false, true})
      for (const bool compressed : {false, true}) {
        const std::string bytes =
            nifti_file(datatype, ramp(static_cast<T>(start)), {.version = version, .big_endian = big_endian});
        const File file(compressed ? compress_gzip(bytes) : bytes);
        const Volume<float> volume = read_nifti_image(file.path());
        REQUIRE(volume.geometry.shape == sparseann::Shape3{2, 3, 4});
        CHECK(volume.geometry.spacing_mm == std::array{2.5, 1.5, 0.5});
        for (std::size_t z = 0; z < 2; ++z)
          for (std::size_t y = 0; y < 3; ++y)
            for (std::size_t x = 0; x < 4; ++x)
              CHECK(volume.voxels(z, y, x) ==
                    static_cast<float>(static_cast<T>(start) + static_cast<T>(x + 4 * y + 12 * z)));
      }
}

} // namespace

TEST_CASE("every numeric type is read, in both versions and byte orders, plain and gzip") {
  check_ramp<std::uint8_t>(2, 200);
  check_ramp<std::int16_t>(4, -30000);
  check_ramp<std::int32_t>(8, -2000000000.0);
  check_ramp<float>(16, -1.5);
  check_ramp<double>(64, 0.1);
  check_ramp<std::int8_t>(256, -128);
  check_ramp<std::uint16_t>(512, 65000);
  check_ramp<std::uint32_t>(768, 4000000000.0);
  check_ramp<std::int64_t>(1024, -9e18);
  check_ramp<std::uint64_t>(1280, 18e18);
}

TEST_CASE("slope and intercept are applied") {
  for (const int version : {1, 2}) {
    const File file(nifti_file(4, ramp<std::int16_t>(-5), {.version = version, .slope = 0.25, .intercept = -1.5}));
    const Volume<float> volume = read_nifti_image(file.path());
    for (std::size_t i = 0; i < 24; ++i)
      CHECK(volume.voxels.data()[i] == 0.25F * (static_cast<float>(i) - 5.0F) - 1.5F);
  }
  const File labels(nifti_file(4, ramp<std::int16_t>(-5), {.slope = 2, .intercept = 10}));
  CHECK(read_nifti_labels(labels.path()).voxels(0, 1, 0) == 8);
}

TEST_CASE("other voxel types are refused by name") {
  const auto refuses = [](int datatype, const std::string& name) {
    const File file(nifti_file(datatype, std::vector<double>(48)));
    CHECK_THROWS_AS(read_nifti_image(file.path()), DataError);
    CHECK_THROWS_WITH(read_nifti_image(file.path()),
                      file.message("expected voxels of 8 to 64 bit integers or 32 or 64 bit reals, got " + name));
  };
  refuses(1, "binary (1 bit per voxel)");
  refuses(32, "complex64");
  refuses(128, "RGB24 (colour)");
  refuses(1536, "float128 (long double)");
  refuses(1792, "complex128");
  refuses(2048, "complex256");
  refuses(2304, "RGBA32 (colour)");
  refuses(0, "unknown data type 0");
}

TEST_CASE("labels must be whole numbers of 0 to 255") {
  const auto refuses = [](double value, const std::string& text) {
    std::vector<double> voxels(24, 1.0);
    voxels[12 + 4 + 2] = value;
    const File file(nifti_file(64, voxels));
    CHECK_THROWS_WITH(
        read_nifti_labels(file.path()),
        file.message("expected labels that are whole numbers of 0 to 255, got " + text + " at (z, y, x) = (1, 1, 2)"));
  };
  refuses(-1, "-1");
  refuses(256, "256");
  refuses(0.5, "0.5");
  refuses(std::numeric_limits<double>::quiet_NaN(), "nan");
  refuses(std::numeric_limits<double>::infinity(), "inf");
  const File file(nifti_file(64, std::vector<double>(24, 255.0)));
  CHECK(read_nifti_labels(file.path()).voxels(1, 2, 3) == 255);
}

TEST_CASE("NaN voxels of an image come through") {
  std::vector<float> voxels(24, 1.0F);
  voxels[5] = std::numeric_limits<float>::quiet_NaN();
  const File file(nifti_file(16, voxels));
  CHECK(std::isnan(read_nifti_image(file.path()).voxels(0, 1, 1)));
}

TEST_CASE("every truncation is an error, plain and gzip") {
  const std::string bytes = nifti_file(4, ramp<std::int16_t>());
  for (std::size_t size = 0; size < bytes.size(); size += 3) {
    CHECK_THROWS_AS(read_nifti_image(File(bytes.substr(0, size)).path()), IoError);
    CHECK_THROWS_AS(read_nifti_image(File(compress_gzip(bytes.substr(0, size))).path()), IoError);
  }
  const std::string compressed = compress_gzip(bytes);
  for (std::size_t size = 0; size < compressed.size(); ++size)
    CHECK_THROWS_AS(read_nifti_image(File(compressed.substr(0, size), "cut.nii.gz").path()), IoError);
}

TEST_CASE("corrupt gzip is an error, also behind the last voxel") {
  const std::string compressed = compress_gzip(nifti_file(4, ramp<std::int16_t>()));
  for (std::size_t at = 10; at < compressed.size(); ++at) {
    std::string changed = compressed;
    changed[at] = static_cast<char>(changed[at] ^ 0x04);
    CHECK_THROWS_AS(read_nifti_image(File(changed).path()), sparseann::Error); // a hit header is a DataError
  }
  std::string bad_checksum = compressed;
  bad_checksum[compressed.size() - 8] = static_cast<char>(bad_checksum[compressed.size() - 8] ^ 0x04);
  const File file(bad_checksum);
  CHECK_THROWS_WITH(
      read_nifti_image(file.path()),
      file.message(fmt::format("gzip data are corrupt: incorrect checksum or length (at byte {})", compressed.size())));
}

TEST_CASE("a name that promises gzip must keep it, and gzip needs no such name") {
  const std::string bytes = nifti_file(2, ramp<std::uint8_t>());
  const File plain(bytes, "scan.nii.gz");
  CHECK_THROWS_WITH(read_nifti_image(plain.path()),
                    plain.message("is not a gzip file, though its name says so (at byte 0)"));
  CHECK(read_nifti_image(File(compress_gzip(bytes), "scan.nii").path()).voxels(0, 0, 3) == 3);
}

TEST_CASE("a header that promises more than the file holds is refused before any allocation") {
  const std::string bytes = nifti_file(2, ramp<std::uint8_t>(), {.extents = {32767, 32767, 32767}});
  const File plain(bytes);
  CHECK_THROWS_WITH(
      read_nifti_image(plain.path()),
      plain.message(
          "header promises 32767 x 32767 x 32767 voxels of 1 bytes, more than the file can hold (at byte 352)"));
  const File compressed(compress_gzip(bytes), "scan.nii.gz");
  CHECK_THROWS_AS(read_nifti_image(compressed.path()), IoError);

  Bytes overflow(1000, false);
  overflow.put_text(0, nifti_file(64, std::vector<double>(24), {.version = 2}));
  for (std::size_t axis = 1; axis <= 3; ++axis)
    overflow.put(16 + 8 * axis, std::int64_t{1} << 62U);
  CHECK_THROWS_AS(read_nifti_image(File(overflow.bytes()).path()), IoError);

  // 40 KB of zeros could come from the 100-odd bytes there are, so that this one is caught when they do not come.
  const File plausible(compress_gzip(nifti_file(2, ramp<std::uint8_t>(), {.extents = {40, 40, 25}})), "scan.nii.gz");
  CHECK_THROWS_WITH(read_nifti_image(plausible.path()),
                    plausible.message("voxels are truncated: expected 40352 bytes (at byte 376)"));
}

TEST_CASE("voxels are found behind an extension of the header") {
  std::string bytes = nifti_file(4, ramp<std::int16_t>());
  for (const std::size_t more : {16UL, 300UL, 200000UL}) {
    std::string extended = bytes;
    extended.insert(352, std::string(more, 'e'));
    const auto offset = static_cast<float>(352 + more);
    std::memcpy(extended.data() + 108, &offset, sizeof offset);
    for (const std::string& file : {extended, compress_gzip(extended)}) {
      const Volume<float> volume = read_nifti_image(File(file).path());
      CHECK(volume.voxels(0, 0, 0) == 0);
      CHECK(volume.voxels(1, 2, 3) == 23);
    }
  }
}

TEST_CASE("volumes of several pieces are read whole, and errors in a later one are told") {
  const Fixture fixture{.slope = 0.5, .intercept = 1, .extents = {100, 90, 80}};
  std::vector<std::int16_t> voxels(std::size_t{100} * 90 * 80);
  for (std::size_t i = 0; i < voxels.size(); ++i)
    voxels[i] = static_cast<std::int16_t>(i * 2654435761U >> 16U);
  const std::string bytes = nifti_file(4, voxels, fixture);
  for (const std::string& file : {bytes, compress_gzip(bytes, 1)}) {
    const Volume<float> volume = read_nifti_image(File(file).path());
    CHECK(std::ranges::equal(volume.voxels, voxels,
                             [](float read, std::int16_t stored) { return read == 0.5F * stored + 1; }));
  }
  const File cut(compress_gzip(std::string_view(bytes).substr(0, 1200000), 1));
  CHECK_THROWS_WITH(read_nifti_image(cut.path()),
                    cut.message("voxels are truncated: expected 1440352 bytes (at byte 1200000)"));

  std::vector<std::int16_t> labels(voxels.size(), 1);
  labels[std::size_t{79} * 9000 + 100 + 7] = 256;
  const File wrong(nifti_file(4, labels, {.extents = {100, 90, 80}}));
  CHECK_THROWS_WITH(
      read_nifti_labels(wrong.path()),
      wrong.message("expected labels that are whole numbers of 0 to 255, got 256 at (z, y, x) = (79, 1, 7)"));
}

TEST_CASE("a gzip bomb behind the voxels takes no memory") {
  const std::string bytes = nifti_file(2, ramp<std::uint8_t>());
  const File file(compress_gzip(bytes + std::string(50000000, '\0')));
  CHECK(read_nifti_image(file.path()).voxels(1, 2, 3) == 23);
}

TEMPLATE_TEST_CASE("volumes come back bit for bit, orientation included", "", std::uint8_t, std::int16_t, std::uint16_t,
                   std::int32_t, float, double) {
  Volume<TestType> volume{sparseann::Array3<TestType>({2, 3, 4}), {}};
  for (std::size_t i = 0; i < 24; ++i)
    volume.voxels.data()[i] = static_cast<TestType>(3 * i);
  volume.geometry = {.shape = {2, 3, 4},
                     .spacing_mm = {1.5, 0.7F, 0.3F},
                     .orientation = {.qform_code = 1,
                                     .sform_code = 2,
                                     .qfac = -1,
                                     .quaternion = {0.1F, 0.2F, -0.3F},
                                     .offset_mm = {-1.1F, 2.2F, 3.3F},
                                     .affine = {{{0.3F, 0, 0.1F, -7}, {0, 0.7F, 0, 5.5}, {0, 0, 1.5, 1e-3F}}},
                                     .spatial_unit = 2,
                                     .temporal_unit = 8}};
  const sparseann::test::TemporaryDirectory directory;
  for (const char* name : {"a.nii", "a.nii.gz"}) {
    const auto path = directory.path() / name;
    sparseann::write_nifti(path, volume);
    CHECK(sparseann::is_gzip(sparseann::read_file(path)) == (path.extension() == ".gz"));
    const Volume<float> image = read_nifti_image(path);
    CHECK(image.geometry == volume.geometry);
    const LabelVolume labels = read_nifti_labels(path);
    for (std::size_t i = 0; i < 24; ++i) {
      CHECK(image.voxels.data()[i] == static_cast<float>(3 * i));
      CHECK(labels.voxels.data()[i] == 3 * i);
    }
  }
}

TEST_CASE("write_nifti refuses other names and voxels that do not fit the geometry") {
  const sparseann::test::TemporaryDirectory directory;
  LabelVolume labels = sparseann::zeros_on<std::uint8_t>(sparseann::isotropic_geometry({2, 3, 4}));
  for (const char* name : {"a.img", "a.gz", "nii", "a.nii.zip"})
    CHECK_THROWS_AS(sparseann::write_nifti(directory.path() / name, labels), sparseann::InvalidArgument);
  labels.geometry.shape = {2, 4, 3};
  CHECK_THROWS_WITH(sparseann::write_nifti(directory.path() / "a.nii", labels),
                    "volume.voxels: expected shape 2 x 4 x 3, got 2 x 3 x 4");
  CHECK(std::filesystem::is_empty(directory.path()));
}

TEST_CASE("a published file is read as nibabel reads it") {
  const char* data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr) {
    WARN("skipped: SPARSEANN_DATA does not name the folder of real scans");
    return;
  }
  const std::filesystem::path folder(data);
  // int16 with slope and intercept; sums by nibabel 5.4 over get_fdata()
  const Volume<float> atrium = read_nifti_image(folder / "left_atrium/imagesTr/la_000_0000.nii.gz");
  CHECK(atrium.geometry.shape == sparseann::Shape3{88, 140, 183});
  CHECK(atrium.geometry.spacing_mm[0] == 0.625);
  double sum = 0;
  for (const float voxel : atrium.voxels)
    sum += static_cast<double>(voxel);
  CHECK(sum == Approx(3288117.811).epsilon(1e-6));

  const LabelVolume labels = read_nifti_labels(folder / "hippocampus/labelsTr/hippocampus_001.nii.gz");
  std::array<std::size_t, 3> counts{};
  for (const std::uint8_t label : labels.voxels)
    ++counts.at(label);
  CHECK(counts == std::array<std::size_t, 3>{59527, 1324, 1624});
  const File copy("", "copy.nii.gz");
  sparseann::write_nifti(copy.path(), labels);
  const LabelVolume again = read_nifti_labels(copy.path());
  CHECK((again.voxels == labels.voxels));
  CHECK(again.geometry == labels.geometry);
}
