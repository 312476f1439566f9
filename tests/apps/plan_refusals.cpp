#if SPARSEANN_WITH_TORCH
#include <filesystem>
#include <string>
#include <vector>

#include "apps/images_folder.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

const std::string even = "plan --data {}/data --selector equal-interval --budget 1 --output {}/run";

/// Checks that a call ends so and leaves everything as it was. {} is the folder.
void check_refused(const test::ImagesFolder& folder, const std::string& arguments, int exit_code,
                   const std::string& message) {
  CAPTURE(arguments);
  const std::vector<std::string> before = folder.files();
  const test::ProgramResult result = folder.run(arguments);
  CHECK_THAT(result.errors, ContainsSubstring("error: " + folder.named(message)));
  CHECK(result.output.empty());
  CHECK(result.exit_code == exit_code);
  CHECK(folder.files() == before);
}

void check_usage(const std::string& arguments, const std::string& message) {
  static const test::TwoImages folder;
  check_refused(folder, arguments, 2, message);
}

} // namespace

TEST_CASE("plan and encode name the flag that is missing") {
  check_usage("plan --budget 1 --output {}/run", "--data: expected a folder with imagesTr, got nothing\n");
  check_usage("encode --output {}/run", "--data: expected a folder with imagesTr, got nothing\n");
  check_usage("plan --data {}/data --budget 1", "--output: expected a folder to write, got nothing\n");
  check_usage("encode --data {}/data", "--output: expected a folder to write, got nothing\n");
  check_usage("plan --data {}/data --output {}/run",
              "--every, --budget, --budget-minutes: expected exactly one of the three, got none\n");
  check_usage(even + " --every 2", "--every, --budget, --budget-minutes: expected exactly one of the three, got 2\n");
}

TEST_CASE("plan and encode name the flag whose value is wrong") {
  check_usage("encode --data {}/data --output {}/o --encoder none", "--encoder: expected one of conv-autoencoder, ");
  check_usage("plan --data {}/data --output {}/o --every 2 --selector best", "--selector: expected one of max-cover, ");
  check_usage(even + " --planes xy,zz", "--planes: expected one of xy, xz, yz, got 'zz'\n");
  check_usage(even + " --planes xy,xy", "--planes: expected each plane once, got xy twice\n");
  check_usage(even + " --device tpu", "--device: expected cpu, cuda or cuda:N, got 'tpu'\n");
  check_usage(even + " --equal-interval.offset 2", "--equal-interval.offset: expected ");
  check_usage("encode --data {}/data --output {}/o --conv-autoencoder.input 12",
              "--conv-autoencoder.input: expected a multiple of 8, as 3 convolutions of stride 2 need, got 12\n");
  check_usage("encode --data {}/data --output {}/o --encoder precomputed",
              "--precomputed.folder: expected a folder, got nothing\n");
}

TEST_CASE("plan and encode take the options of what is used alone") {
  check_usage("encode --data {}/data --output {}/o --precomputed.folder {}",
              "--precomputed.folder: expected an option of what is used: conv-autoencoder, got precomputed\n");
  check_usage("plan --data {}/data --output {}/o --every 2 --k-center.first random",
              "--k-center.first: expected an option of what is used: max-cover, conv-autoencoder, got k-center\n");
  check_usage(
      even + " --conv-autoencoder.features 2",
      "--conv-autoencoder.features: expected an option of what is used: equal-interval, got conv-autoencoder\n");
  check_usage(even + " --encoder conv-autoencoder",
              "--encoder: expected a selector that needs features with it, got --selector equal-interval\n");
  check_usage(even + " --cache {}/c",
              "--cache: expected a selector that needs features with it, got --selector equal-interval\n");
}

TEST_CASE("a budget that the images cannot meet is refused by its flag") {
  check_usage("plan --data {}/data --selector equal-interval --budget 7 --output {}/run",
              "--budget: expected at most 6, the number of slices of a plane, got 7\n");
  check_usage("plan --data {}/data --selector equal-interval --budget 0 --output {}/run", "--budget: expected ");
}

TEST_CASE("what is written lies outside of the images and where nothing is") {
  const test::TwoImages folder;
  check_refused(folder, "encode --data {}/data --output {}/data/out", 2,
                "--output: expected a folder outside of --data {}/data, got {}/data/out\n");
  check_refused(folder, "plan --data {}/data/ --every 2 --output {}/data", 2,
                "--output: expected a folder outside of --data {}/data/, got {}/data\n");
  check_refused(folder, "encode --data {}/data --output {}/o --cache {}/x/../data/imagesTr/cache", 2,
                "--cache: expected a folder outside of --data {}/data, got {}/x/../data/imagesTr/cache\n");
  check_refused(folder, "encode --data {}/data --output {}/missing/out", 1,
                "{}/missing/out: cannot be created: No such file or directory\n");
  fs::create_directories(folder / "full");
  publish_atomically(folder / "full/mine", "of somebody");
  check_refused(folder, "encode --data {}/data --output {}/full", 2,
                "--output: expected a new or an empty folder, got {}/full\n");
  check_refused(folder, "plan --data {}/data --selector random --budget 1 --output {}/full", 2,
                "{}/full: expected an empty folder or an earlier run (with run.json), got 'mine' in it\n");
}

TEST_CASE("images that cannot be worked with are refused by their file") {
  const test::ImagesFolder folder;
  check_refused(folder, even, 1, "{}/data/imagesTr: expected NIfTI images (.nii or .nii.gz), got none\n");
  check_refused(folder, "plan --data {}/nowhere --budget 1 --output {}/run", 1,
                "{}/nowhere: expected a folder with imagesTr, got no such folder\n");
  folder.add("a_0000.nii.gz", isotropic_geometry({4, 4, 4}));
  folder.add("b_0000.nii.gz", isotropic_geometry({4, 4, 4}));
  folder.add("b_0001.nii.gz", isotropic_geometry({4, 4, 5}));
  check_refused(folder, even, 1,
                "{}/data/imagesTr/b_0001.nii.gz: expected 1 channels as in case a, got 2 for case b\n");
  folder.add("a_0001.nii.gz", isotropic_geometry({4, 4, 4}));
  check_refused(folder, even, 1,
                "{}/data/imagesTr/b_0001.nii.gz: expected shape (z, y, x) 4 x 4 x 4 as in "
                "{}/data/imagesTr/b_0000.nii.gz, got 4 x 4 x 5\n");
  publish_atomically(folder / "data/imagesTr/a_0000.nii.gz", "no image");
  check_refused(folder, even, 1, "{}/data/imagesTr/a_0000.nii.gz: ");
}

TEST_CASE("the help of plan and encode lists their policies and the options of each") {
  for (const std::string command : {"plan", "encode"}) {
    const std::string help = test::sparseann(command + " --help").output;
    CHECK_THAT(help, ContainsSubstring("\n  conv-autoencoder    "));
    CHECK_THAT(help, ContainsSubstring("\n  --conv-autoencoder.training.iterations TEXT"));
    CHECK_THAT(help, ContainsSubstring("\n  --precomputed.folder TEXT"));
  }
  const std::string help = test::sparseann("plan --help").output;
  CHECK_THAT(help, ContainsSubstring("\n  cohort-cover        "));
  CHECK_THAT(help, ContainsSubstring("\n  --cohort-cover.minimum_per_case TEXT"));
  CHECK_THAT(help, ContainsSubstring("\n  --max-cover.objective.baseline TEXT"));
  CHECK(help.find("execution") == std::string::npos);
}
#endif
