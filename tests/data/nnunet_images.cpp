#include "sparseann/data/nnunet_images.hpp"

#include <string>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

class ImagesFolder {
public:
  ImagesFolder() { std::filesystem::create_directories(directory_.path() / "imagesTr"); }

  [[nodiscard]] const std::filesystem::path& path() const { return directory_.path(); }
  [[nodiscard]] std::filesystem::path image(const std::string& name) const { return path() / "imagesTr" / name; }

  /// Voxel v of an image is v + first.
  void add(const std::string& name, const Shape3& shape, float first = 0) const {
    Volume<float> volume = zeros_on<float>(isotropic_geometry(shape));
    for (float& value : elements(volume.voxels))
      value = first++;
    write_nifti(image(name), volume);
  }

  [[nodiscard]] std::string failure() const {
    try {
      (void)read_nnunet_images(path());
    } catch (const Error& error) {
      return error.what();
    }
    return "";
  }

private:
  test::TemporaryDirectory directory_;
};

} // namespace

TEST_CASE("images are read without labels, of any size, channel by channel") {
  const ImagesFolder folder;
  folder.add("b_0000.nii.gz", {2, 3, 4}, 10);
  folder.add("b_0001.nii.gz", {2, 3, 4}, 100);
  folder.add("a_0000.nii", {3, 3, 3}, 1);
  folder.add("a_0001.nii", {3, 3, 3}, 2);
  publish_atomically(
      folder.path() / "dataset.json",
      R"({"channel_names": {"0": "T1", "1": "T2"}, "labels": {"whole": [1, 2]}})"); // regions do not matter
  const std::vector<Case> cases = read_nnunet_images(folder.path());
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name == "a");
  CHECK(cases[0].image.shape() == Shape3{3, 3, 3});
  CHECK(cases[1].name == "b");
  CHECK(cases[1].image.channels() == 2);
  CHECK(cases[1].image.voxels(0, 0, 0, 0) == 10);
  CHECK(cases[1].image.voxels(1, 1, 2, 3) == 123);
}

TEST_CASE("names without a channel are cases, also where they end in four digits") {
  const ImagesFolder folder;
  folder.add("scan_0001.nii.gz", {2, 2, 2});
  folder.add("scan_0002.nii.gz", {2, 2, 2});
  const std::vector<Case> cases = read_nnunet_images(folder.path());
  REQUIRE(cases.size() == 2);
  CHECK(cases[0].name == "scan_0001");
}

TEST_CASE("a folder that holds no cohort of images is refused by its file") {
  const ImagesFolder folder;
  CHECK(folder.failure() ==
        folder.image("").parent_path().string() + ": expected NIfTI images (.nii or .nii.gz), got none");
  folder.add("a_0000.nii.gz", {2, 2, 2});
  folder.add("b_0000.nii.gz", {2, 2, 2});
  folder.add("b_0001.nii.gz", {2, 2, 2});
  CHECK(folder.failure() ==
        folder.image("b_0001.nii.gz").string() + ": expected 1 channels as in case a, got 2 for case b");
  folder.add("a_0001.nii.gz", {2, 2, 3});
  CHECK_THAT(folder.failure(),
             Catch::Matchers::StartsWith(folder.image("a_0001.nii.gz").string() + ": expected shape (z, y, x)"));
  publish_atomically(folder.image("a_0001.nii.gz"), "no image");
  CHECK_THAT(folder.failure(), Catch::Matchers::StartsWith(folder.image("a_0001.nii.gz").string() + ": "));
  publish_atomically(folder.path() / "dataset.json", R"({"modality": {"0": "MRI"}})");
  CHECK(folder.failure() ==
        folder.image("a_0001.nii.gz").string() + ": expected 1 channels, as dataset.json says, got 2 for case a");
  std::filesystem::remove_all(folder.path() / "imagesTr");
  CHECK(folder.failure() ==
        folder.image("").parent_path().string() + ": expected NIfTI images (.nii or .nii.gz), got no such folder");
  std::filesystem::remove_all(folder.path());
  CHECK(folder.failure() == folder.path().string() + ": expected a folder with imagesTr, got no such folder");
  std::filesystem::create_directories(folder.path());
}
