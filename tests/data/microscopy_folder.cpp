#include "sparseann/data/microscopy_folder.hpp"

#include <cstdlib>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

Array3<std::uint8_t> raw_stack(std::size_t depth = 2) {
  Array3<std::uint8_t> raw = xt::zeros<std::uint8_t>({depth, std::size_t{3}, std::size_t{4}});
  raw(1, 2, 3) = 200;
  return raw;
}

Array3<std::uint32_t> instances_of_a_stack() {
  Array3<std::uint32_t> instances = xt::zeros<std::uint32_t>({2, 3, 4});
  instances(1, 2, 3) = 70000;
  instances(0, 0, 0) = 2;
  return instances;
}

} // namespace

TEST_CASE("stacks of microscopy are read from HDF5, what is in an instance as cell") {
  const test::TemporaryDirectory directory;
  const auto& folder = directory.path();
  for (const char* const name : {"train_b.h5", "train_a.hdf5", "test.h5"})
    write_hdf5(folder / name, "raw", raw_stack(), "label", instances_of_a_stack());
  write_hdf5(folder / "other.h5", "raw", raw_stack());
  const LabelledCohort data = read_microscopy_folder(folder);
  CHECK(data.cohort.class_names == std::vector<std::string>{"boundary", "cell"});
  REQUIRE(data.cohort.training.size() == 2);
  CHECK(data.cohort.training[0].name == "train_a");
  CHECK(data.cohort.training[1].name == "train_b");
  REQUIRE(data.cohort.test.size() == 1);
  CHECK(data.cohort.test[0].image.voxels(0, 1, 2, 3) == 200.0F);
  CHECK(data.test_labels[0].voxels(1, 2, 3) == 1);
  CHECK(xt::sum(data.test_labels[0].voxels)() == 2);
  CHECK(data.cohort.name == directory.path().filename().string());
  CHECK(read_microscopy_folder(directory.path().string() + "/").cohort.name == data.cohort.name);
}

TEST_CASE("stacks of microscopy are read from pairs of TIFF files") {
  const test::TemporaryDirectory directory;
  const auto& folder = directory.path();
  write_tiff(folder / "train-volume.tif", raw_stack());
  write_tiff(folder / "train-labels.tif", Array3<std::uint8_t>(xt::cast<std::uint8_t>(raw_stack())));
  const LabelledCohort data = read_microscopy_folder(folder);
  REQUIRE(data.cohort.training.size() == 1);
  CHECK(data.cohort.training[0].name == "train");
  CHECK(data.training_labels[0].voxels(1, 2, 3) == 1);
  CHECK(data.cohort.test.empty());
  write_tiff(folder / "test-volume.tif", raw_stack());
  const LabelledCohort with_test = read_microscopy_folder(folder); // as the challenge has it, without labels
  CHECK(with_test.cohort.test.size() == 1);
  CHECK(with_test.test_labels.empty());
}

TEST_CASE("what stacks of microscopy lack is named") {
  const test::TemporaryDirectory directory;
  const auto& folder = directory.path();
  CHECK_THROWS_WITH(read_microscopy_folder(folder / "none"),
                    (folder / "none").string() + ": expected a folder, got No such file or directory");
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    folder.string() +
                        ": expected stacks train….h5, or train…-volume.tif with train…-labels.tif, got none");
  write_tiff(folder / "train1-volume.tif", raw_stack());
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    (folder / "train1-volume.tif").string() + ": expected instances train1-labels.tif, got none");
  write_tiff(folder / "train1-labels.tif", raw_stack(3));
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    (folder / "train1-labels.tif").string() +
                        ": expected instances of the image's 2 x 3 x 4 voxels, got 3 x 3 x 4");
  write_hdf5(folder / "train1.h5", "raw", raw_stack());
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    (folder / "train1.h5").string() + ": expected a stack as HDF5 or as TIFF, got both");
  std::filesystem::remove(folder / "train1-labels.tif");
  std::filesystem::remove(folder / "train1-volume.tif");
  CHECK_THROWS_WITH(read_microscopy_folder(folder), ContainsSubstring("expected a dataset 'label', got 'raw'"));
  write_hdf5(folder / "train1.h5", "raw", raw_stack(), "label",
             Array3<std::uint8_t>(xt::zeros<std::uint8_t>({2, 3, 4})));
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    (folder / "train1.h5").string() + ": expected instances, and 0 between them, got 0 everywhere");
  std::filesystem::remove(folder / "train1.h5");
  write_tiff(folder / "test-labels.tif", raw_stack());
  CHECK_THROWS_WITH(read_microscopy_folder(folder),
                    (folder / "test-labels.tif").string() + ": expected an image test-volume.tif, got none");
}

TEST_CASE("real stacks of microscopy are read") {
  const char* const data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr || !std::filesystem::exists(std::filesystem::path(data) / "em_gala")) {
    WARN("skipped: SPARSEANN_DATA has no em_gala");
    return;
  }
  const LabelledCohort gala = read_microscopy_folder(std::filesystem::path(data) / "em_gala");
  CHECK(gala.cohort.training.size() == 1);
  CHECK(gala.cohort.test[0].image.shape() == Shape3{50, 100, 200});
  const LabelledCohort isbi = read_microscopy_folder(std::filesystem::path(data) / "em_isbi2012");
  CHECK(isbi.cohort.training[0].image.shape() == Shape3{30, 512, 512});
  CHECK(isbi.cohort.test.empty());
}
