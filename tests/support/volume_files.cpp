// What tests/tools/volume_files.py compares other tools' readers and writers with: `write FOLDER` writes a volume in
// each format, `check FOLDER` reads those that the script wrote. Voxel i, in memory order, is (7 i) mod 101.
#include <cstdio>
#include <exception>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/tiff.hpp"

namespace {

using namespace sparseann;

template <class T> Array3<T> expected_voxels() {
  Array3<T> voxels({5, 70, 90});
  for (std::size_t i = 0; i < voxels.size(); ++i)
    voxels.data()[i] = static_cast<T>(7 * i % 101);
  return voxels;
}

/// Oblique and sheared; the quaternion lies elsewhere.
Geometry geometry() {
  return {.shape = {5, 70, 90},
          .spacing_mm = {2.5, 0.75, 0.5},
          .orientation = {.qform_code = 1,
                          .sform_code = 2,
                          .qfac = -1,
                          .quaternion = {0.5, 0.5, 0.5},
                          .offset_mm = {-10, 20, 30.5},
                          .affine = {{{0.5, 0.125, 0, -7}, {0, 0.75, 0.25, 5.5}, {0, 0, 2.5, 11}}}}};
}

template <class T> void write_all(const std::filesystem::path& folder, const std::string& type) {
  const Array3<T> voxels = expected_voxels<T>();
  if constexpr (NiftiVoxel<T>) {
    Volume<T> volume{voxels, geometry()};
    write_nifti(folder / (type + ".nii.gz"), volume);
    write_nifti(folder / (type + ".nii"), volume);
    volume.geometry.orientation.sform_code = 0;
    write_nifti(folder / (type + "_qform.nii.gz"), volume);
  }
  write_hdf5(folder / (type + ".h5"), "raw", voxels, "volumes/label", voxels);
  if constexpr (TiffVoxel<T>)
    write_tiff(folder / (type + ".tif"), voxels);
}

void write(const std::filesystem::path& folder) {
  write_all<std::uint8_t>(folder, "uint8");
  write_all<std::int16_t>(folder, "int16");
  write_all<std::uint16_t>(folder, "uint16");
  write_all<std::int32_t>(folder, "int32");
  write_all<std::uint32_t>(folder, "uint32");
  write_all<std::uint64_t>(folder, "uint64");
  write_all<float>(folder, "float32");
  write_all<double>(folder, "float64");
}

Array3<float> read(const std::filesystem::path& path) {
  if (path.extension() == ".h5")
    return read_hdf5<float>(path, "label");
  if (path.extension() == ".tif")
    return read_tiff<float>(path);
  return read_nifti_image(path).voxels;
}

int check(const std::filesystem::path& folder) {
  int wrong = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    if (read(entry.path()) != expected_voxels<float>()) {
      fmt::print(stderr, "{}: other voxels\n", entry.path().string());
      wrong = 1;
    }
  return wrong;
}

} // namespace

int main(int count, char** arguments) {
  try {
    if (count != 3)
      throw InvalidArgument("arguments", "write FOLDER or check FOLDER", fmt::format("{} of them", count - 1));
    if (std::string_view(arguments[1]) == "check")
      return check(arguments[2]);
    write(arguments[2]);
    return 0;
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
