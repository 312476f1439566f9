#if SPARSEANN_WITH_TORCH
#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "apps/images_folder.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/npy.hpp"
#include "support/catch.hpp"

using namespace sparseann;
namespace fs = std::filesystem;

namespace {

const std::string tiny_encode = "encode --data {}/data " + std::string(test::tiny_encoder);

/// The tables of a result one under another, in the order of the index.
std::vector<float> stacked_features(const test::ImagesFolder& folder, const std::string& output) {
  std::vector<float> all;
  for (const char* const name : {"a_xy", "a_xz", "a_yz", "b_xy", "b_xz", "b_yz"}) {
    const Array2<float> table = read_npy(folder / (output + "/features/" + name + ".npy"));
    all.insert(all.end(), table.begin(), table.end());
  }
  return all;
}

} // namespace

TEST_CASE("encode writes the features of every slice, and select ranks them") {
  const test::TwoImages folder;
  const test::ProgramResult result = folder.succeed(tiny_encode + " --output {}/out --seed 3");
  CHECK_THAT(result.output, ContainsSubstring("Encoded 45 slices of 2 images with conv-autoencoder: 3 features each."));
  const Array2<float> features = read_npy(folder / "out/features.npy");
  CHECK(features.shape(0) == 6 + 7 + 8 + 9 + 8 + 7);
  CHECK(features.shape(1) == 3);
  CHECK(std::ranges::equal(stacked_features(folder, "out"), elements(features)));
  const CsvTable index = read_csv(folder / "out/index.csv");
  REQUIRE(index.rows() == 45);
  CHECK(index.cell(22, "group") == "b_xy");
  CHECK(index.cell(22, "slice") == "1");
  const Json summary = read_json_file(folder / "out/summary.json");
  CHECK(summary["encoder"]["options"]["features"] == 3);
  CHECK(summary["data"]["cases"] == Json::array({"a", "b"}));
  CHECK(summary["seed"] == 3);
  folder.succeed("select --features {}/out/features.npy --groups {}/out/index.csv --budget-per-group 2 "
                 "--output {}/ranks.csv");
  CHECK(test::read_selection(folder / "ranks.csv").groups == std::vector<std::string>{"a_xy", "a_xy", "a_xz", "a_xz",
                                                                                      "a_yz", "a_yz", "b_xy", "b_xy",
                                                                                      "b_xz", "b_xz", "b_yz", "b_yz"});
}

TEST_CASE("encode reads from its cache what it made before, and nothing else") {
  const test::TwoImages folder;
  const std::string cached = tiny_encode + " --cache {}/cache --output ";
  const auto is_read = [](const test::ProgramResult& result) {
    return result.errors.find("features are read from") != std::string::npos;
  };
  CHECK_FALSE(is_read(folder.succeed(cached + "{}/first")));
  CHECK(is_read(folder.succeed(cached + "{}/second")));
  CHECK(read_file(folder / "first/features.npy") == read_file(folder / "second/features.npy"));
  CHECK(is_read(folder.succeed("plan --data {}/data --cache {}/cache --budget 2 --output {}/run " +
                               std::string(test::tiny_encoder))));
  CHECK_FALSE(is_read(folder.succeed(cached + "{}/option --conv-autoencoder.training.learning_rate 0.1")));
  CHECK_FALSE(is_read(folder.succeed(cached + "{}/planes --planes xy")));
  CHECK_FALSE(is_read(folder.succeed(cached + "{}/seed --seed 1")));
  folder.add("b_0000.nii.gz", isotropic_geometry({9, 8, 6}));
  CHECK_FALSE(is_read(folder.succeed(cached + "{}/image")));
}

TEST_CASE("features that encode made are precomputed features") {
  const test::TwoImages folder;
  folder.succeed(tiny_encode + " --output {}/out");
  folder.succeed("plan --data {}/data --encoder precomputed --precomputed.folder {}/out/features --every 3 "
                 "--output {}/read --threads 1");
  folder.succeed("plan --data {}/data --every 3 --output {}/made " + std::string(test::tiny_encoder));
  CHECK(read_file(folder / "read/plan.csv") == read_file(folder / "made/plan.csv"));
}

TEST_CASE("features that look broken do not pass silently") {
  const test::TwoImages folder;
  folder.succeed(tiny_encode + " --output {}/out");
  CHECK(read_csv(folder / "out/features/diagnostics.csv").rows() == 6);
  for (const auto& entry : fs::directory_iterator(folder / "out/features"))
    if (entry.path().extension() == ".npy")
      write_npy(entry.path(), Array2<float>(xt::ones<float>({read_npy(entry.path()).shape(0), std::size_t{2}})));
  const test::ProgramResult result =
      folder.succeed("plan --data {}/data --encoder precomputed --precomputed.folder {}/out/features --every 3 "
                     "--output {}/run");
  CHECK_THAT(result.errors, ContainsSubstring("warning: features of a, plane xy: all slices have the same features"));
  CHECK(read_csv(folder / "run/features/diagnostics.csv").rows() == 6);
}

TEST_CASE("slices of a few voxels are encoded, too") {
  const test::ImagesFolder folder;
  folder.add("tiny.nii", isotropic_geometry({1, 2, 3}));
  folder.succeed(tiny_encode + " --output {}/out");
  CHECK(read_npy(folder / "out/features/tiny_xy.npy").shape(0) == 1);
}

TEST_CASE("Ctrl-C ends encode at once and leaves nothing but the cache") {
  const test::TwoImages folder;
  const std::vector<std::string> before = folder.files();
  const std::string endless = "encode --data {}/data --conv-autoencoder.training.iterations 100000000 --output {}/out";
  const auto interrupt = [&](const std::string& arguments) {
    test::Program program(SPARSEANN_PROGRAM, test::words(folder.named(arguments)));
    REQUIRE(program.run_until([&] { return program.errors().find("45 slices") != std::string::npos; }));
    program.interrupt();
    const test::ProgramResult result = program.wait();
    CHECK(result.exit_code == 130);
    CHECK(result.output.empty());
  };
  interrupt(endless);
  CHECK(folder.files() == before);
  interrupt(endless + " --cache {}/cache");
  CHECK_FALSE(fs::exists(folder / "out"));
}

TEST_CASE("a disk that is full at the end of encode leaves no folder") {
  const test::TwoImages folder;
  const std::vector<std::string> before = folder.files();
  const test::ProgramResult result =
      test::Program(SPARSEANN_PROGRAM,
                    test::words(folder.named("encode --data {}/data --encoder pixels --output {}/out")),
                    {.file_bytes = 20000}) // more than what it says, less than the features
          .wait();
  CHECK(result.exit_code == 1);
  CHECK_THAT(result.errors, ContainsSubstring(": cannot be written: File too large"));
  CHECK(folder.files() == before);
}
#endif
