#include "sparseann/data/hvsmr_folder.hpp"

#include <string>
#include <vector>

#include "sparseann/io/nifti.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

void write_scan(const std::filesystem::path& file, float first = 1.0F) {
  std::filesystem::create_directories(file.parent_path());
  Volume<float> image = zeros_on<float>(isotropic_geometry({3, 4, 5}, 0.8));
  image.voxels(0, 0, 0) = first;
  write_nifti(file, image);
}

void write_labels(const std::filesystem::path& file, std::uint8_t label = 2, std::size_t depth = 3) {
  std::filesystem::create_directories(file.parent_path());
  LabelVolume labels = zeros_on<std::uint8_t>(isotropic_geometry({depth, 4, 5}, 0.8));
  labels.voxels(1, 1, 1) = label;
  write_nifti(file, labels);
}

} // namespace

TEST_CASE("HVSMR's scans and labels are found below one folder, training apart from testing") {
  const test::TemporaryDirectory directory;
  const auto& folder = directory.path();
  for (const char* const name : {"training_axial_full_pat1", "training_axial_full_pat0"}) {
    write_scan(folder / "Training dataset" / (std::string(name) + ".nii.gz"));
    write_labels(folder / "Ground truth" / (std::string(name) + "-label.nii.gz"));
  }
  write_scan(folder / "Testing dataset" / "testing_axial_full_pat10.nii.gz");
  write_scan(folder / "other.nii.gz");
  const LabelledCohort data = read_hvsmr_folder(folder);
  CHECK(data.cohort.class_names == std::vector<std::string>{"background", "myocardium", "blood pool"});
  REQUIRE(data.cohort.training.size() == 2);
  CHECK(data.cohort.training[0].name == "training_axial_full_pat0");
  CHECK(data.cohort.training[1].name == "training_axial_full_pat1");
  REQUIRE(data.cohort.test.size() == 1);
  CHECK(data.cohort.test[0].name == "testing_axial_full_pat10");
  CHECK(data.training_labels[0].voxels(1, 1, 1) == 2);
  CHECK(data.test_labels.empty());
}

TEST_CASE("what HVSMR lacks is named") {
  const test::TemporaryDirectory directory;
  const auto& folder = directory.path();
  CHECK_THROWS_WITH(read_hvsmr_folder(folder / "none"),
                    (folder / "none").string() + ": expected a folder, got No such file or directory");
  CHECK_THROWS_WITH(read_hvsmr_folder(folder),
                    folder.string() + ": expected scans training_…_patN.nii or .nii.gz, got none");
  const auto image = folder / "training_pat0.nii";
  const auto labels = folder / "training_pat0-label.nii";
  write_scan(image);
  CHECK_THROWS_WITH(read_hvsmr_folder(folder),
                    image.string() +
                        ": expected labels training_pat0-label.nii or training_pat0-label.nii.gz, got none");
  write_labels(labels, 3);
  CHECK_THROWS_WITH(read_hvsmr_folder(folder),
                    labels.string() + ": expected labels of 0 to 2, got 3 at (z, y, x) = (1, 1, 1)");
  write_labels(labels, 2, 4);
  CHECK_THROWS_AS(read_hvsmr_folder(folder), DataError);
  std::filesystem::remove(image);
  CHECK_THROWS_WITH(read_hvsmr_folder(folder),
                    labels.string() + ": expected an image training_pat0.nii or training_pat0.nii.gz, got none");
}
