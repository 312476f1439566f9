#include "sparseann/io/hdf5.hpp"

#include <cstdlib>
#include <fstream>
#include <numeric>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::Array3;
using sparseann::DataError;
using sparseann::Hdf5Handle;
using sparseann::IoError;
using sparseann::read_hdf5;
using sparseann::write_hdf5;

namespace {

class Folder {
public:
  [[nodiscard]] std::filesystem::path operator/(const std::string& name) const { return directory_.path() / name; }

private:
  sparseann::test::TemporaryDirectory directory_;
};

template <class T> Array3<T> ramp(std::size_t z, std::size_t y, std::size_t x) {
  Array3<T> voxels({z, y, x});
  for (std::size_t i = 0; i < voxels.size(); ++i)
    voxels.data()[i] = static_cast<T>(i * 7 % 101);
  return voxels;
}

Hdf5Handle handle(hid_t id, Hdf5Handle::Close close) { return {id, close, "test", "the test's file cannot be made"}; }

/// How a dataset is stored that the library does not write so.
struct Stored {
  hid_t type = H5T_NATIVE_INT16;
  std::vector<hsize_t> extents{2, 3, 4};
  Hdf5Handle properties = handle(H5Pcreate(H5P_DATASET_CREATE), H5Pclose);
};

/// A file with one dataset `label`; `voxels` are converted by HDF5.
void write(const std::filesystem::path& path, const Stored& stored, const std::vector<double>& voxels) {
  const sparseann::Hdf5Session session;
  const Hdf5Handle file = handle(H5Fcreate(path.c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, H5P_DEFAULT), H5Fclose);
  const Hdf5Handle space =
      handle(H5Screate_simple(static_cast<int>(stored.extents.size()), stored.extents.data(), nullptr), H5Sclose);
  const Hdf5Handle dataset = handle(
      H5Dcreate2(file.get(), "label", stored.type, space.get(), H5P_DEFAULT, stored.properties.get(), H5P_DEFAULT),
      H5Dclose);
  if (!voxels.empty())
    REQUIRE(H5Dwrite(dataset.get(), H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, voxels.data()) >= 0);
}

std::vector<double> counted(std::size_t count, double start) {
  std::vector<double> values(count);
  for (std::size_t i = 0; i < count; ++i)
    values[i] = start + static_cast<double>(i);
  return values;
}

template <class T> std::vector<double> values_of(const Array3<T>& voxels) { return {voxels.begin(), voxels.end()}; }

} // namespace

TEMPLATE_TEST_CASE("every type comes back from HDF5 as it was written", "", std::uint8_t, std::int8_t, std::uint16_t,
                   std::int16_t, std::uint32_t, std::int32_t, std::uint64_t, std::int64_t, float, double) {
  const Folder folder;
  Array3<TestType> voxels = ramp<TestType>(5, 70, 130); // chunks that stick out
  voxels(0, 0, 0) = std::numeric_limits<TestType>::lowest();
  voxels(4, 69, 129) = std::numeric_limits<TestType>::max();
  write_hdf5(folder / "a.h5", "group/volume", voxels);
  CHECK((read_hdf5<TestType>(folder / "a.h5", "group/volume") == voxels));
  CHECK((read_hdf5<TestType>(folder / "a.h5", "/group/volume") == voxels));
}

TEST_CASE("several datasets are one file, and equal input gives equal bytes") {
  const Folder folder;
  const auto raw = ramp<std::uint8_t>(3, 4, 5);
  const auto label = ramp<std::uint32_t>(3, 4, 5);
  write_hdf5(folder / "a.h5", "raw", raw, "label", label);
  write_hdf5(folder / "b.h5", "raw", raw, "label", label);
  CHECK((read_hdf5<std::uint8_t>(folder / "a.h5", "raw") == raw));
  CHECK((read_hdf5<std::uint32_t>(folder / "a.h5", "label") == label));
  CHECK(sparseann::read_file(folder / "a.h5") == sparseann::read_file(folder / "b.h5"));
}

TEST_CASE("stored numbers are converted, in either byte order, from any layout") {
  const Folder folder;
  const std::vector<double> values = counted(24, 100);
  for (const hid_t type :
       {H5T_STD_U8BE, H5T_STD_I16BE, H5T_STD_U32LE, H5T_STD_I64BE, H5T_STD_U64BE, H5T_IEEE_F32BE, H5T_IEEE_F64LE})
    for (const H5D_layout_t layout : {H5D_COMPACT, H5D_CONTIGUOUS, H5D_CHUNKED}) {
      Stored stored{.type = type};
      H5Pset_layout(stored.properties.get(), layout);
      const std::array<hsize_t, 3> chunk{2, 2, 3};
      if (layout == H5D_CHUNKED)
        H5Pset_chunk(stored.properties.get(), 3, chunk.data());
      write(folder / "a.h5", stored, values);
      CHECK(values_of(read_hdf5<std::uint8_t>(folder / "a.h5", "label")) == values);
      CHECK(values_of(read_hdf5<std::uint32_t>(folder / "a.h5", "label")) == values);
      CHECK(values_of(read_hdf5<float>(folder / "a.h5", "label")) == values);
    }
}

TEST_CASE("half precision and truth values are read") {
  const Folder folder;
  const Hdf5Handle half = handle(H5Tcopy(H5T_IEEE_F32LE), H5Tclose);
  H5Tset_fields(half.get(), 15, 10, 5, 0, 10);
  H5Tset_size(half.get(), 2);
  H5Tset_ebias(half.get(), 15);
  write(folder / "half.h5", {.type = half.get()}, counted(24, 0.5));
  CHECK(values_of(read_hdf5<float>(folder / "half.h5", "label")) == counted(24, 0.5));

  const Hdf5Handle truth = handle(H5Tenum_create(H5T_STD_I8LE), H5Tclose);
  const std::int8_t no = 0;
  const std::int8_t yes = 1;
  H5Tenum_insert(truth.get(), "FALSE", &no);
  H5Tenum_insert(truth.get(), "TRUE", &yes);
  write(folder / "truth.h5", {.type = truth.get()}, {});
  CHECK(values_of(read_hdf5<std::uint8_t>(folder / "truth.h5", "label")) == std::vector<double>(24, 0));
}

TEST_CASE("chunks that were never written have the fill value") {
  const Folder folder;
  Stored stored;
  const std::array<hsize_t, 3> chunk{1, 3, 4};
  const std::int16_t fill = 9;
  H5Pset_chunk(stored.properties.get(), 3, chunk.data());
  H5Pset_fill_value(stored.properties.get(), H5T_NATIVE_INT16, &fill);
  write(folder / "a.h5", stored, {});
  CHECK(values_of(read_hdf5<std::uint8_t>(folder / "a.h5", "label")) == std::vector<double>(24, 9));
}

TEST_CASE("a label that does not fit is named") {
  const Folder folder;
  std::vector<double> values = counted(24, 0);
  values[12 + 4 + 2] = 300;
  write(folder / "a.h5", {}, values);
  const std::string path = (folder / "a.h5").string();
  CHECK_THROWS_WITH(read_hdf5<std::uint8_t>(path, "label"),
                    path + ": expected voxels that are whole numbers of 0 to 255, got 300 at (z, y, x) = (1, 1, 2)");
  CHECK(values_of(read_hdf5<std::uint32_t>(path, "label")) == values);
}

TEST_CASE("a dataset that is missing is answered with those that there are") {
  const Folder folder;
  write_hdf5(folder / "a.h5", "raw", ramp<std::uint8_t>(1, 2, 3), "more/label", ramp<std::uint8_t>(1, 2, 3));
  const std::string path = (folder / "a.h5").string();
  CHECK_THROWS_WITH(read_hdf5<float>(path, "prob"), path + ": expected a dataset 'prob', got 'more/label', 'raw'");
  CHECK_THROWS_AS(read_hdf5<float>(path, "more"), DataError);
  CHECK_THROWS_AS(read_hdf5<float>(path, ""), DataError);
  CHECK_THROWS_WITH(read_hdf5<float>(folder / "none.h5", "raw"),
                    ContainsSubstring("none.h5: cannot be opened: No such file or directory"));
}

TEST_CASE("other ranks, types, layouts and filters are refused") {
  const Folder folder;
  const std::string path = (folder / "a.h5").string();
  const auto refusal = [&](const std::string& text) {
    CHECK_THROWS_WITH(read_hdf5<float>(path, "label"), path + ": expected dataset 'label' with " + text);
    CHECK_THROWS_AS(read_hdf5<float>(path, "label"), DataError);
  };
  write(path, {.extents = {6, 4}}, counted(24, 0));
  refusal("three dimensions (z, y, x), got 2");
  write(path, {.extents = {0, 3, 4}}, {});
  refusal("voxels, got 0 x 3 x 4");
  write(path, {.type = H5T_C_S1}, {});
  refusal("integers of 8 to 64 bits or reals of 16, 32 or 64 bits, got another type, of 1 bytes");

  const std::array<hsize_t, 3> chunk{2, 3, 4};
  Stored packed;
  H5Pset_chunk(packed.properties.get(), 3, chunk.data());
  H5Pset_scaleoffset(packed.properties.get(), H5Z_SO_INT, 5);
  write(path, packed, counted(24, 0));
  refusal("no filters but shuffle, gzip and fletcher32, in this order, got 6 (scaleoffset) as the filter 0");

  Stored twice;
  H5Pset_chunk(twice.properties.get(), 3, chunk.data());
  H5Pset_deflate(twice.properties.get(), 4);
  H5Pset_deflate(twice.properties.get(), 4);
  write(path, twice, counted(24, 0));
  refusal("no filters but shuffle, gzip and fletcher32, in this order, got 1 (deflate) as the filter 1");

  Stored elsewhere;
  H5Pset_external(elsewhere.properties.get(), "voxels.bin", 0, H5F_UNLIMITED);
  write(path, elsewhere, {});
  refusal("voxels in this file, got voxels in others");
}

TEST_CASE("a dataset that promises more than its file can hold is refused before any allocation") {
  const Folder folder;
  const std::string path = (folder / "a.h5").string();
  write(path, {.extents = {2000, 2000, 2000}}, {}); // never written
  CHECK_THROWS_AS(read_hdf5<float>(path, "label"), IoError);
  CHECK_THROWS_WITH(read_hdf5<float>(path, "label"),
                    path + ": dataset 'label' promises 2000 x 2000 x 2000 voxels, more than the file can hold");

  Stored chunked{.extents = {1U << 20U, 1U << 20U, 1U << 20U}};
  std::array<hsize_t, 3> chunk{64, 64, 64};
  H5Pset_chunk(chunked.properties.get(), 3, chunk.data());
  write(path, chunked, {});
  CHECK_THROWS_AS(read_hdf5<float>(path, "label"), IoError);

  Stored many{.extents = {100, 100, 10}};
  chunk = {1, 1, 1};
  H5Pset_chunk(many.properties.get(), 3, chunk.data());
  write(path, many, {});
  CHECK_THROWS_WITH(read_hdf5<float>(path, "label"),
                    ContainsSubstring("promises 100 x 100 x 10 chunks, more than the file can hold"));
}

TEST_CASE("truncated and damaged HDF5 files are errors") {
  const Folder folder;
  write_hdf5(folder / "a.h5", "label", ramp<std::uint32_t>(8, 20, 20));
  const std::string bytes = sparseann::read_file(folder / "a.h5");
  const auto cut = folder / "cut.h5";
  for (std::size_t size = 0; size < bytes.size(); size += 97) {
    std::ofstream(cut, std::ios::binary) << bytes.substr(0, size);
    CHECK_THROWS_AS(read_hdf5<std::uint32_t>(cut, "label"), sparseann::Error);
  }
  std::ofstream(cut, std::ios::binary) << "plain text";
  CHECK_THROWS_WITH(read_hdf5<std::uint32_t>(cut, "label"),
                    cut.string() + ": is no HDF5 file that can be read (HDF5: file signature not found)");
}

TEST_CASE("write_hdf5 leaves nothing where it fails") {
  const Folder folder;
  CHECK_THROWS_AS(write_hdf5(folder / "a.h5", "raw", Array3<float>({0, 2, 2})), sparseann::InvalidArgument);
  const auto voxels = ramp<float>(1, 2, 3);
  CHECK_THROWS_AS(write_hdf5(folder / "a.h5", "raw", voxels, "raw", voxels), IoError);
  CHECK_THROWS_AS(write_hdf5(folder / "none/a.h5", "raw", voxels), IoError);
  CHECK_FALSE(std::filesystem::exists(folder / "a.h5"));
}

TEST_CASE("published EM volumes are read as h5py reads them") {
  const char* data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr) {
    WARN("skipped: SPARSEANN_DATA does not name the folder of real scans");
    return;
  }
  const auto path = std::filesystem::path(data) / "em_gala/train.h5";
  // sums by h5py 3.16
  const auto labels = read_hdf5<std::uint32_t>(path, "label");
  CHECK(sparseann::shape_of(labels) == sparseann::Shape3{50, 100, 200});
  CHECK(std::accumulate(labels.begin(), labels.end(), std::uint64_t{0}) == 25251679);
  CHECK((read_hdf5<std::uint8_t>(path, "label") == labels)); // 87 instances
  const auto raw = read_hdf5<float>(path, "raw");
  CHECK(std::accumulate(raw.begin(), raw.end(), 0.0) == 148221759);
}
