#if SPARSEANN_WITH_TORCH
// From drawn files to a model, to labels of scans and to nnU-Net's datasets, through files alone.
#include <csignal>
#include <filesystem>
#include <string>

#include "apps/round_folder.hpp"
#include "programs/quickstart.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "support/catch.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

const std::string toy_training =
    "train --data {}/data --labels {}/round --threads 1 --base.2d.training.iterations 20 "
    "--base.2d.training.patch 16 --base.2d.training.batch 4 --base.3d.training.iterations 20 "
    "--base.3d.training.patch 16 --base.3d.training.batch 2 --base.3d.inference.window 16 "
    "--meta.training.iterations 20 --meta.training.patch 16 --meta.training.batch 2 "
    "--meta.inference.window 16 --output {}/model ";

/// A round in which slices of both scans are drawn.
class DrawnFolder : public test::RoundFolder {
public:
  DrawnFolder() {
    for (const std::string name : {"a", "b"}) {
      draw("labels/" + name + ".nii.gz", Plane::xy, 2);
      draw("labels/" + name + ".nii.gz", Plane::yz, 4);
    }
    change("labels/a.nii.gz", [](LabelVolume& labels) { labels.voxels(2, 0, 0) = 2; }); // left open
    succeed("import --round {}/round");
  }
};

} // namespace

TEST_CASE("train learns from drawn slices, says what it can of unseen cases, and ends in a model that predicts") {
  const DrawnFolder folder;
  const test::ProgramResult result = folder.succeed(toy_training + "--validate 2-fold");
  CHECK_THAT(result.errors, ContainsSubstring("2 cases with 4 annotated slices; 0 without any are left out\n"));
  CHECK_THAT(result.output, ContainsSubstring("\nrandom_fit_then_nearest_fit   ball                      2  "));
  CHECK_THAT(result.output, ContainsSubstring("not as the Dice of a dense test set."));
  const CsvTable scores = read_csv(folder / "model/validation.csv");
  CHECK(scores.columns() == std::vector<std::string>{"method", "fold", "case", "label", "annotated_voxels", "dice"});
  CHECK(scores.rows() == 10); // the meta-model, the vote, xy, yz and 3d, of two cases
  const Json card = read_json_file(folder / "model/model_card.json");
  CHECK(card["labelled_slices"] == 4);
  CHECK(card["validation"]["kind"] == "2-fold, by case");
  CHECK(card["labels_never_drawn"].empty());
  CHECK(card["labels"] == "round/imports/0001");
  CHECK(card["classes"] == Json{"background", "ball"});
  CHECK(card["changed_options"]["meta.training.iterations"] == 20);
  CHECK_FALSE(card["changed_options"].contains("meta.training.learning_rate"));

  folder.succeed("predict --model {}/model/model.safetensors --input {}/data/imagesTr --output {}/out --threads 1 "
                 "--disagreement true");
  const LabelVolume labels = folder.labels("out/a.nii.gz");
  CHECK(labels.geometry == test::scanner_grid({8, 16, 16}));
  CHECK(fs::exists(folder / "out/disagreement/b.nii.gz"));

  SECTION("the same call says the same, another seed is refused") {
    const std::string model = read_file(folder / "model/model.safetensors");
    CHECK(folder.succeed(toy_training + "--validate 2-fold").output == result.output);
    CHECK(read_file(folder / "model/model.safetensors") == model);
    CHECK_THAT(folder.run(toy_training + "--validate 2-fold --seed 1").errors,
               ContainsSubstring("seed: expected 0 as in "));
  }
  SECTION("nnU-Net gets the drawn slices with its ignore label, or all voxels with pseudo-labels") {
    folder.succeed("nnunet --data {}/data --labels {}/round --output {}/raw/Dataset001_ball"); // raw is made
    fs::rename(folder / "raw/Dataset001_ball", folder / "Dataset001_ball");
    CHECK(read_json_file(folder / "Dataset001_ball/dataset.json") ==
          Json{{"name", "Dataset001_ball"},
               {"channel_names", {{"0", "channel 0"}}},
               {"labels", {{"background", 0}, {"ball", 1}, {"ignore", 2}}},
               {"numTraining", 2},
               {"file_ending", ".nii.gz"}});
    const LabelVolume sparse = folder.labels("Dataset001_ball/labelsTr/a.nii.gz");
    CHECK((sparse.voxels == read_annotation_state(folder / "round").labels(0).voxels()));
    CHECK(read_file(folder / "Dataset001_ball/imagesTr/a_0000.nii.gz") ==
          read_file(folder / "data/imagesTr/a_0000.nii.gz"));
    folder.succeed("nnunet --data {}/data --labels {}/round --pseudo-labels {}/model --output {}/Dataset002_ball");
    CHECK_FALSE(read_json_file(folder / "Dataset002_ball/dataset.json")["labels"].contains("ignore"));
    const LabelVolume dense = folder.labels("Dataset002_ball/labelsTr/a.nii.gz");
    for (std::size_t voxel = 0; voxel < dense.voxels.size(); ++voxel) {
      CHECK(dense.voxels.data()[voxel] < 2);
      if (sparse.voxels.data()[voxel] != 2)
        CHECK(dense.voxels.data()[voxel] == sparse.voxels.data()[voxel]);
    }
  }
}

TEST_CASE("a validation may be asked for later; other labels want another folder") {
  const DrawnFolder folder;
  folder.succeed(toy_training);
  CHECK(read_json_file(folder / "model/model_card.json")["validation"]["kind"] == "none");
  const std::string networks = read_file(folder / "model/meta/random_fit_then_nearest_fit/model.safetensors");
  folder.succeed(toy_training + "--validate 2-fold");
  folder.succeed(toy_training); // goes on without undoing it
  CHECK(read_json_file(folder / "model/model_card.json")["validation"]["kind"] == "2-fold, by case");
  CHECK(read_file(folder / "model/meta/random_fit_then_nearest_fit/model.safetensors") == networks);
  folder.change("labels/a.nii.gz", [](LabelVolume& labels) { labels.voxels(2, 1, 1) = 1; });
  folder.succeed("import --round {}/round");
  CHECK_THAT(folder.run(toy_training).errors, ContainsSubstring("data.drawn_labels_sha256: expected "));
}

TEST_CASE("a training that is killed in any network goes on, and ends in the same model") {
  const DrawnFolder folder;
  const std::string call = toy_training + "--base.2d.training.checkpoint_seconds 0 "
                                          "--base.3d.training.checkpoint_seconds 0 "
                                          "--meta.training.checkpoint_seconds 0";
  for (const std::string network : {"base/2d", "base/3d", "meta/random_fit_then_nearest_fit"}) {
    CAPTURE(network);
    test::Program program(SPARSEANN_PROGRAM, test::words(folder.named(call)));
    CHECK(program.run_until([&] { return !test::checkpoints(folder / "model" / network).empty(); }));
    program.kill();
    CHECK(program.wait().exit_code == -SIGKILL);
  }
  folder.succeed(call);
  const std::string model = read_file(folder / "model/model.safetensors");
  fs::remove_all(folder / "model");
  folder.succeed(call);
  CHECK(read_file(folder / "model/model.safetensors") == model);
}

TEST_CASE("train and nnunet refuse what they cannot work with, by name") {
  const DrawnFolder folder;
  const auto refused = [&](const std::string& arguments, int exit_code, const std::string& message) {
    CAPTURE(arguments);
    const std::vector<std::string> before = folder.files();
    const test::ProgramResult result = folder.run(arguments);
    CHECK(result.exit_code == exit_code);
    CHECK_THAT(result.errors, ContainsSubstring(folder.named(message)));
    CHECK(folder.files() == before);
  };
  refused("train", 2, "error: --data: expected a folder with imagesTr, got nothing\n");
  refused("train --data {}/data --labels {}/data --output {}/m", 1, "error: {}/data: expected a round with an import");
  refused(
      toy_training + "--validate 3-fold", 2,
      "error: --validate: expected 2-fold to 2-fold, the number of cases that are annotated, or none, got 3-fold\n");
  refused(toy_training + "--validate five", 2, "error: --validate: expected 2-fold to 2-fold");
  refused(toy_training + "--preset large", 2, "error: --preset: expected ");
  refused("train --data {}/data --labels {}/round --output {}/round/m", 2,
          "error: --output: expected a folder outside of "
          "--labels {}/round, got {}/round/m\n");
  refused("nnunet --data {}/data --labels {}/round --output {}/ball", 2,
          "error: --output: expected a folder named Dataset042_NAME, with a number of three digits, got ball\n");
  refused("nnunet --data {}/data --labels {}/round --output {}/Dataset42_x", 2,
          "error: --output: expected a folder named Dataset042_NAME, with a number of three digits, got Dataset42_x\n");
  refused("nnunet --data {}/data --labels {}/round --output {}/Dataset042_", 2, "error: --output: expected a folder ");
  refused("nnunet --data {}/data --labels {}/round --pseudo-labels {}/data --output {}/Dataset001_x", 1,
          "error: {}/data: expected a finished run with pseudo_labels/NAME, got none\n");
  fs::rename(folder / "data/imagesTr/b_0000.nii.gz", folder / "data/imagesTr/c_0000.nii.gz");
  refused(toy_training, 1, "expected images of all its cases in {}/data, got none of 'b'\n");
}
#endif
