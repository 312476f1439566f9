#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nifti1.h>

#include "programs/quickstart.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/gzip.hpp"
#include "sparseann/io/nifti.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using sparseann::isotropic_geometry;
using sparseann::publish_atomically;
using sparseann::read_file;
using sparseann::Shape3;
using sparseann::Volume;
using sparseann::write_nifti;
using sparseann::zeros_on;
using sparseann::test::TemporaryDirectory;

namespace {

constexpr Shape3 toy_shape{16, 17, 18};
constexpr const char* first_image = "imagesTr/training_0_0000.nii.gz";
constexpr const char* first_labels = "labelsTr/training_0.nii.gz";

/// An nnU-Net folder of two training and two test cases with one channel and three classes, for tests to spoil.
class ToyFolder {
public:
  ToyFolder() { sparseann::write_nnunet_folder(directory_.path() / "toy", sparseann::test::toy_cohort(2, 2)); }

  [[nodiscard]] std::string path() const { return (directory_.path() / "toy").string(); }
  [[nodiscard]] std::string path(std::string_view file) const { return fmt::format("{}/{}", path(), file); }

  void remove(std::string_view file) const { REQUIRE(std::filesystem::remove_all(path(file)) > 0); }
  void replace(std::string_view file, std::string_view bytes) const { publish_atomically(path(file), bytes); }

  /// Applies `change` to the bytes of a file.
  template <class Change> void spoil(std::string_view file, Change&& change) const {
    std::string bytes = read_file(path(file));
    change(bytes);
    replace(file, bytes);
  }

  /// Checks that quickstart does not take the folder and leaves no run directory.
  void check_refused(const std::string& message) const {
    const std::string run = (directory_.path() / "run").string();
    sparseann::test::check_refused({"--data", path(), "--out", run}, 1, message);
    CHECK_FALSE(std::filesystem::exists(run));
  }

private:
  TemporaryDirectory directory_;
};

/// Makes a compressed NIfTI file say that it has other extents.
void promise(std::string& file, std::int16_t columns, std::int16_t rows, std::int16_t slices) {
  std::string bytes = sparseann::decompress_gzip("image", file, std::size_t{1} << 30U);
  nifti_1_header header{};
  std::memcpy(&header, bytes.data(), sizeof header);
  header.dim[1] = columns;
  header.dim[2] = rows;
  header.dim[3] = slices;
  std::memcpy(bytes.data(), &header, sizeof header);
  file = sparseann::compress_gzip(bytes);
}

/// Changes the first training image, voxel by voxel.
template <class Change> void change_image(const ToyFolder& folder, Change&& change) {
  Volume<float> image = sparseann::read_nifti_image(folder.path(first_image));
  change(sparseann::elements(image.voxels));
  write_nifti(folder.path(first_image), image);
}

} // namespace

TEST_CASE("a folder that is missing, empty or without labels is named") {
  const ToyFolder folder;
  folder.remove("labelsTr");
  folder.check_refused(folder.path("labelsTr") + ": expected NIfTI labels (.nii or .nii.gz), got none");
  folder.remove("imagesTr");
  folder.check_refused(folder.path("imagesTr") + ": expected NIfTI images (.nii or .nii.gz), got none");
  folder.remove("");
  folder.check_refused(folder.path() + ": expected a folder with imagesTr and labelsTr, got no such folder");
  std::filesystem::create_directory(folder.path());
  folder.check_refused(folder.path("imagesTr") + ": expected NIfTI images (.nii or .nii.gz), got none");
}

TEST_CASE("an image without labels is named") {
  const ToyFolder folder;
  const auto check_without_labels = [&](std::string_view image, std::string_view labels) {
    folder.remove(labels);
    folder.check_refused(
        fmt::format("{}: expected labels {}, got an image without labels", folder.path(image), folder.path(labels)));
  };
  check_without_labels("imagesTs/test_1_0000.nii.gz", "labelsTs/test_1.nii.gz");
  check_without_labels(first_image, first_labels);
}

TEST_CASE("labels without an image are named") {
  const ToyFolder folder;
  folder.remove(first_image);
  folder.check_refused(fmt::format("{}: expected an image of case training_0 in {}, got labels without an image",
                                   folder.path(first_labels), folder.path("imagesTr")));
}

TEST_CASE("a folder without labels of the test cases is named") {
  const ToyFolder folder;
  folder.remove("labelsTs"); // as in the Decathlon
  folder.check_refused(folder.path() + ": expected labelsTs, as scores are reported, or --validation-cases N, "
                                       "which scores on training cases, got none");
}

TEST_CASE("labels of another shape or spacing than their image are named") {
  const ToyFolder folder;
  const auto as_in_image = [&](const std::string& expected, const std::string& got) {
    return fmt::format("{}: expected {} as in {}, got {}", folder.path(first_labels), expected,
                       folder.path(first_image), got);
  };
  write_nifti(folder.path(first_labels), zeros_on<std::uint8_t>(isotropic_geometry({16, 17, 19})));
  folder.check_refused(as_in_image("shape (z, y, x) 16 x 17 x 18", "16 x 17 x 19"));
  const auto coarse = isotropic_geometry(toy_shape, 2.5);
  write_nifti(folder.path(first_labels), zeros_on<std::uint8_t>(coarse));
  folder.check_refused(as_in_image(fmt::format("spacing in mm (z, y, x) {}", isotropic_geometry(toy_shape).spacing_mm),
                                   fmt::format("{}", coarse.spacing_mm)));
}

TEST_CASE("a file that is truncated, corrupt, empty or no gzip is named") {
  for (const char* const file : {first_image, first_labels}) {
    const ToyFolder folder;
    const std::string sound = read_file(folder.path(file));
    const std::string half = sound.substr(0, sound.size() / 2);
    folder.replace(file, half);
    folder.check_refused(fmt::format("{}: gzip data are truncated (at byte {})", folder.path(file), half.size()));
    folder.replace(file, sound);
    folder.spoil(file, [](std::string& bytes) { bytes[bytes.size() - 8] ^= 1; }); // the checksum's first byte
    folder.check_refused(fmt::format("{}: gzip data are corrupt: incorrect checksum or length (at byte {})",
                                     folder.path(file), sound.size()));
    folder.replace(file, "this is no NIfTI file");
    folder.check_refused(folder.path(file) + ": is not a gzip file, though its name says so (at byte 0)");
    folder.replace(file, "");
    folder.check_refused(folder.path(file) + ": is not a gzip file, though its name says so (at byte 0)");
    folder.replace(file, sparseann::compress_gzip("this is no NIfTI file"));
    folder.check_refused(folder.path(file) +
                         ": is not a NIfTI file: its header's size is neither 348 nor 540 (at byte 0)");
  }
}

TEST_CASE("a header that promises more voxels than the file holds is named, however many") {
  const ToyFolder folder;
  folder.spoil(first_image, [](std::string& file) { promise(file, 18, 17, 32); });
  folder.check_refused(fmt::format("{}: voxels are truncated: expected {} bytes (at byte {})", folder.path(first_image),
                                   352 + 4 * 32 * 17 * 18, 352 + 4 * 16 * 17 * 18));
  folder.spoil(first_image, [](std::string& file) { promise(file, 32000, 32000, 32000); });
  folder.check_refused(folder.path(first_image) + ": header promises 32000 x 32000 x 32000 voxels of 4 bytes, "
                                                  "more than the file can hold (at byte 352)");
}

TEST_CASE("cases with different numbers of channels are named") {
  const ToyFolder folder;
  const std::string second_channel = folder.path("imagesTr/training_1_0001.nii.gz");
  std::filesystem::copy_file(folder.path("imagesTr/training_1_0000.nii.gz"), second_channel);
  folder.check_refused(second_channel + ": expected 1 channels, as dataset.json says, got 2 for case training_1");
  folder.remove("dataset.json");
  folder.check_refused("case training_1: expected 1 channels as in case training_0, got 2");
}

TEST_CASE("images with voxels that are no finite numbers are named, and the voxel") {
  const ToyFolder folder;
  change_image(folder, [](auto voxels) { voxels[17 * 18 + 2] = std::nanf(""); });
  folder.check_refused(folder.path("imagesTr/training_0_0000.nii.gz") +
                       ": expected finite voxels, got nan at (z, y, x) = (1, 0, 2)");
  change_image(folder, [](auto voxels) { voxels[0] = -HUGE_VALF; });
  folder.check_refused(folder.path("imagesTr/training_0_0000.nii.gz") +
                       ": expected finite voxels, got -inf at (z, y, x) = (0, 0, 0)");
}

TEST_CASE("a constant image is named") {
  const ToyFolder folder;
  change_image(folder, [](auto voxels) { std::ranges::fill(voxels, 2.5F); });
  folder.check_refused(folder.path("imagesTr/training_0_0000.nii.gz") +
                       ": expected an image that is not constant, got 2.5 everywhere");
}

TEST_CASE("labels that are no class of the data set are named, and the voxel") {
  const ToyFolder folder;
  auto labels = zeros_on<float>(isotropic_geometry(toy_shape));
  labels.voxels(3, 4, 5) = 3;
  write_nifti(folder.path(first_labels), labels);
  folder.check_refused(folder.path(first_labels) + ": expected labels of 0 to 2, got 3 at (z, y, x) = (3, 4, 5)");
  labels.voxels(3, 4, 5) = 1.5;
  write_nifti(folder.path(first_labels), labels);
  folder.check_refused(folder.path(first_labels) +
                       ": expected labels that are whole numbers of 0 to 255, got 1.5 at (z, y, x) = (3, 4, 5)");
}
