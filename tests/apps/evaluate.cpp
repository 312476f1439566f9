// sparseann evaluate, through files alone.
#include <filesystem>
#include <string>

#include "apps/sparseann.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/metric/evaluation.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;

namespace {

namespace fs = std::filesystem;

/// A block of `label` from `first` to before `past` on every axis.
LabelVolume block(std::size_t first, std::size_t past, std::uint8_t label = 1, double spacing_mm = 2) {
  LabelVolume volume = zeros_on<std::uint8_t>(isotropic_geometry({10, 11, 12}, spacing_mm));
  xt::view(volume.voxels, xt::range(first, past), xt::range(first, past), xt::range(first, past)) = label;
  return volume;
}

class LabelFolders {
public:
  LabelFolders() {
    for (const char* const side : {"p", "r"})
      fs::create_directories(path() / side);
  }
  [[nodiscard]] fs::path path() const { return directory_.path(); }
  void add(const std::string& name, const LabelVolume& prediction, const LabelVolume& reference) const {
    write_nifti(path() / "p" / name, prediction);
    write_nifti(path() / "r" / name, reference);
  }
  [[nodiscard]] ProgramResult evaluate(const std::string& more = "") const {
    return test::sparseann(fmt::format("evaluate --prediction {0}/p --reference {0}/r --output {0}/metrics.csv {1}",
                                       path().string(), more));
  }
  [[nodiscard]] CsvTable table() const { return read_csv(path() / "metrics.csv"); }

private:
  test::TemporaryDirectory directory_;
};

} // namespace

TEST_CASE("evaluate scores folders of labels by name, in the reference's mm, all labels that there are") {
  const LabelFolders folders;
  folders.add("a.nii.gz", block(2, 6), block(3, 6));
  folders.add("b.nii", block(2, 5, 7), block(2, 5, 7));
  const ProgramResult result = folders.evaluate();
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable table = folders.table();
  CHECK(table.columns().at(0) == "case");
  REQUIRE(table.rows() == 4); // two cases, labels 1 and 7
  CHECK(table.cell(0, "case") == "a");
  CHECK(table.cell(0, "class") == "1");
  CHECK(table.number<double>(0, "dice") == Approx(2.0 * 27 / (64 + 27)));
  CHECK(table.number<double>(0, "jaccard") == Approx(27.0 / 64));
  CHECK(table.number<double>(0, "hausdorff_mm") == Approx(2 * std::sqrt(3.0)));
  CHECK(table.number<double>(0, "volume_difference_ml") == Approx((64 - 27) * 8 / 1000.0));
  CHECK(table.cell(1, "class") == "7");
  CHECK(table.cell(1, "reference_empty") == "true");
  CHECK(table.cell(2, "case") == "b");
  CHECK(table.number<double>(3, "dice") == 1.0);
  const Json summary = read_json_file(folders.path() / "metrics.json");
  CHECK(summary["classes"]["7"]["empty"]["both"] == 1);
  CHECK(summary["options"]["tolerance_mm"] == 1.0);
  CHECK_THAT(result.output, ContainsSubstring("class 7"));
}

TEST_CASE("evaluate takes two files, classes, a spacing and the variants of distances") {
  const LabelFolders folders;
  folders.add("a.nii.gz", block(2, 6), block(3, 6));
  const ProgramResult result = test::sparseann(
      fmt::format("evaluate --prediction {0}/p/a.nii.gz --reference {0}/r/a.nii.gz --output {0}/metrics.csv --classes "
                  "1 --spacing 1,1,3 "
                  "--tolerance-mm 0 --percentile larger_of_directed --average mean_of_directed --threads 1",
                  folders.path().string()));
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  REQUIRE(folders.table().rows() == 1);
  CHECK(folders.table().number<double>(0, "hausdorff_mm") == Approx(std::sqrt(11.0)));
  CHECK(read_json_file(folders.path() / "metrics.json")["options"]["boundary_average"] == "mean_of_directed");
}

TEST_CASE("evaluate measures between surface elements where it is asked to") {
  const LabelFolders folders;
  folders.add("a.nii.gz", block(2, 6), block(3, 6));
  const ProgramResult result = folders.evaluate("--surface elements");
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const EvaluationOptions options{.surface = Surface::elements};
  const ClassScore expected = evaluate(block(2, 6), block(3, 6), 2, options)[0];
  CHECK(folders.table().number<double>(0, "adb_mm") == expected.average_boundary_distance_mm);
  CHECK(folders.table().number<double>(0, "nsd") == expected.normalised_surface_dice);
  const Json summary = read_json_file(folders.path() / "metrics.json");
  CHECK(summary["options"]["surface"] == "elements");
  CHECK_THAT(summary["definitions"]["boundary"].get<std::string>(), ContainsSubstring("2 x 2 x 2"));
}

TEST_CASE("a case that cannot be scored is told and does not keep the others from being scored") {
  const LabelFolders folders;
  folders.add("good.nii.gz", block(2, 6), block(3, 6));
  folders.add("other_grid.nii.gz", block(2, 6, 1, 3), block(2, 6));
  LabelVolume turned = block(2, 6);
  turned.geometry.orientation.affine[0][0] = -2;
  folders.add("turned.nii.gz", turned, block(2, 6));
  write_nifti(folders.path() / "r" / "alone.nii.gz", block(1, 2));
  publish_atomically(folders.path() / "p" / "broken.nii.gz", "no NIfTI");
  write_nifti(folders.path() / "r" / "broken.nii.gz", block(1, 2));
  Volume<float> halves{xt::zeros<float>({10, 11, 12}), isotropic_geometry({10, 11, 12}, 2)};
  halves.voxels(0, 0, 0) = 0.5F;
  write_nifti(folders.path() / "p" / "halves.nii.gz", halves);
  write_nifti(folders.path() / "r" / "halves.nii.gz", block(1, 2));
  const ProgramResult result = folders.evaluate();
  CHECK(result.exit_code == 1);
  REQUIRE(folders.table().rows() == 1);
  CHECK(folders.table().cell(0, "case") == "good");
  CHECK(read_json_file(folders.path() / "metrics.json")["failures"].size() == 5);
  CHECK_THAT(result.errors, ContainsSubstring("case alone: expected a prediction, got none in"));
  CHECK_THAT(result.errors, ContainsSubstring("other_grid.nii.gz: expected spacing in mm"));
  CHECK_THAT(result.errors, ContainsSubstring("turned.nii.gz: expected affine row 0"));
  CHECK_THAT(result.errors, ContainsSubstring("broken.nii.gz"));
  CHECK_THAT(result.errors, ContainsSubstring("halves.nii.gz"));
  CHECK_THAT(result.errors, ContainsSubstring("got 5 of 6 that cannot, see above"));
}

TEST_CASE("evaluate refuses what it cannot work with before it writes anything") {
  const LabelFolders folders;
  const auto refused = [&](const std::string& arguments, const std::string& message) {
    std::string named = arguments;
    for (std::size_t at = named.find("{}"); at != std::string::npos; at = named.find("{}"))
      named.replace(at, 2, folders.path().string());
    const ProgramResult result = test::sparseann("evaluate " + named);
    CHECK(result.exit_code != 0);
    CHECK_THAT(result.errors, ContainsSubstring(message));
    CHECK_FALSE(fs::exists(folders.path() / "m.csv"));
  };
  refused("--prediction {}/p --reference {}/r --output {}/m.csv", "/r: expected labels (.nii or .nii.gz), got none");
  write_nifti(folders.path() / "r" / "a.nii.gz", block(1, 2));
  refused("--prediction {}/p --reference {}/r --output {}/m.csv", "/p: expected labels (.nii or .nii.gz), got none");
  refused("--prediction {}/p --reference {}/r/a.nii.gz --output {}/m.csv", "--reference: expected a folder");
  refused("--prediction {}/x --reference {}/r --output {}/m.csv", "which is not there");
  refused("--reference {}/r --output {}/m.csv", "--prediction: expected a file");
  refused("--prediction {}/p --reference {}/r", "--output: expected a file to write, got nothing");
  refused("--prediction {}/p --reference {}/r --output {}", "--output: expected a file to write");
  refused("--prediction {}/p --reference {}/r --output {}/m.csv --spacing 1,2", "--spacing: expected three numbers");
  refused("--prediction {}/p --reference {}/r --output {}/m.csv --classes 0", "--classes: expected");
  refused("--prediction {}/p --reference {}/r --output {}/m.csv --surface elements --neighbours corners",
          "--neighbours: expected no choice where surface is elements");
}
