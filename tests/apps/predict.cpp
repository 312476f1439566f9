// sparseann predict on the model that a run of quickstart leaves, through files alone.
#include <filesystem>
#include <string>

#include "apps/sparseann.hpp"
#include "programs/quickstart.hpp"
#include "sparseann/io/nifti.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;
using sparseann::test::TemporaryDirectory;

namespace {

namespace fs = std::filesystem;

/// A finished run on an exported cohort of two hearts, one of them a test case.
class TrainedFolder {
public:
  TrainedFolder() {
    test::check_runs(test::toy_run(path() / "run", {"--export-data", (path() / "hearts").string()}));
    fs::create_directories(images());
    for (const auto& entry : fs::directory_iterator(path() / "hearts" / "imagesTs"))
      fs::copy(entry.path(), images());
  }

  [[nodiscard]] fs::path path() const { return directory_.path(); }
  [[nodiscard]] fs::path images() const { return path() / "images"; }
  [[nodiscard]] fs::path scan() const { return images() / "heart_test_000_0000.nii.gz"; }
  [[nodiscard]] fs::path model() const { return path() / "run" / "model.safetensors"; }

  [[nodiscard]] ProgramResult predict(const fs::path& input, const std::string& more = "") const {
    return test::sparseann(fmt::format("predict --model {} --input {} --output {} --threads 1 {}", model().string(),
                                       input.string(), (path() / "out").string(), more));
  }

private:
  TemporaryDirectory directory_;
};

} // namespace

TEST_CASE("predict labels a folder as the run labelled its test cases, in the scans' geometry") {
  if (SPARSEANN_WITH_TORCH == 0)
    return;
  const TrainedFolder folder;
  const ProgramResult result = folder.predict(folder.images(), "--disagreement true --probabilities true");
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK(result.output == fmt::format("Segmented 1 of 1 images; labels are in {}.\n", (folder.path() / "out").string()));
  const fs::path out = folder.path() / "out";
  CHECK(read_file(out / "heart_test_000.nii.gz") ==
        read_file(folder.path() / "run/predictions/random_fit_then_nearest_fit/heart_test_000.nii.gz"));
  const LabelVolume labels = read_nifti_labels(out / "heart_test_000.nii.gz");
  const Volume<float> disagreement = read_nifti_image(out / "disagreement/heart_test_000.nii.gz");
  CHECK(disagreement.geometry.spacing_mm == read_nifti_image(folder.scan()).geometry.spacing_mm);
  for (std::size_t voxel = 0; voxel < labels.voxels.size(); ++voxel) {
    REQUIRE(disagreement.voxels.data()[voxel] >= 0);
    REQUIRE(disagreement.voxels.data()[voxel] <= 0.75F);
  }
  // The label is the most probable one.
  std::vector<Volume<float>> probabilities;
  for (int label = 0; fs::exists(out / fmt::format("probabilities/heart_test_000_{}.nii.gz", label)); ++label)
    probabilities.push_back(read_nifti_image(out / fmt::format("probabilities/heart_test_000_{}.nii.gz", label)));
  REQUIRE(probabilities.size() > 2);
  for (std::size_t voxel = 0; voxel < labels.voxels.size(); ++voxel)
    for (const Volume<float>& other : probabilities)
      REQUIRE(other.voxels.data()[voxel] <= probabilities[labels.voxels.data()[voxel]].voxels.data()[voxel]);

  fs::remove_all(out);
  REQUIRE(folder.predict(folder.scan()).exit_code == 0); // the file by itself
  CHECK((read_nifti_labels(out / "heart_test_000.nii.gz").voxels == labels.voxels));

  SECTION("flips and cleaning up change labels, and a bad scan does not keep the others from being segmented") {
    REQUIRE(folder.predict(folder.scan(), "--flips true --clean_up.largest_component true").exit_code == 0);
    publish_atomically(folder.images() / "broken_0000.nii.gz", "no image");
    const ProgramResult partly = folder.predict(folder.images());
    CHECK(partly.exit_code == 1);
    CHECK_THAT(partly.errors, ContainsSubstring("error: " + (folder.images() / "broken_0000.nii.gz").string()));
    CHECK_THAT(partly.output, ContainsSubstring("Segmented 1 of 2 images"));
    CHECK((read_nifti_labels(out / "heart_test_000.nii.gz").voxels == labels.voxels));
  }
}

TEST_CASE("export writes every network, examples and the description, and refuses a folder that is in use") {
  if (SPARSEANN_WITH_TORCH == 0)
    return;
  const TrainedFolder folder;
  const std::string arguments =
      fmt::format("export --model {} --output {}", folder.model().string(), (folder.path() / "exported").string());
  const ProgramResult result = test::sparseann(arguments);
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  for (const char* const file : {"2d.pt", "3d.pt", "meta.pt", "model.json", "examples.safetensors"})
    CHECK(fs::exists(folder.path() / "exported" / file));
  const ProgramResult again = test::sparseann(arguments);
  CHECK(again.exit_code == 2);
  CHECK_THAT(again.errors, ContainsSubstring("--output: expected a new or an empty folder"));
}

TEST_CASE("predict refuses what it cannot use, and writes nothing") {
  if (SPARSEANN_WITH_TORCH == 0)
    return;
  const TemporaryDirectory directory;
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    const ProgramResult result = test::sparseann("predict " + arguments);
    CAPTURE(arguments);
    CHECK_THAT(result.errors, ContainsSubstring(message));
    CHECK(result.exit_code != 0);
  };
  const std::string folder = directory.path().string();
  refused("", "--model: expected a model.safetensors of a finished run, got nothing");
  refused("--model m", "--input: expected an image or a folder of images, got nothing");
  refused(fmt::format("--model m --input {}", folder), "--output: expected a folder to write, got nothing");
  refused(fmt::format("--model m --input {}/none --output {}/out", folder, folder), "none, which is not there");
  refused(fmt::format("--model m --input {} --output {}/out", folder, folder),
          "--output: expected a folder outside of");
  fs::create_directories(directory.path() / "in");
  refused(fmt::format("--model {0}/absent --input {0}/in --output {0}/out", folder), "/absent");
  publish_atomically(directory.path() / "other", "not a model");
  refused(fmt::format("--model {0}/other --input {0}/in --output {0}/out", folder),
          "is not a file that sparseann sealed");
  CHECK_FALSE(fs::exists(directory.path() / "out"));
}
