#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include "programs/quickstart.hpp"
#include "sparseann/annotate/label_coverage.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/statistics.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// The label coverage of equal intervals in a case, one slice in `every`, by the definition.
double equal_interval_coverage(const Array3<std::uint8_t>& labels, std::size_t every) {
  double sum = 0;
  double foreground = 0;
  for (const Plane plane : all_planes) {
    const LabelSimilarities similarities = label_similarities(labels, plane);
    const std::size_t slices = slice_count(shape_of(labels), plane);
    std::vector<std::size_t> selected;
    for (std::size_t i = 0; i < slices / every; ++i)
      selected.push_back((2 * i + 1) * slices / (2 * (slices / every)));
    for (const std::size_t slice : similarities.foreground) {
      double best = 0;
      for (const std::size_t other : selected)
        best = std::max(best, static_cast<double>(similarities.dice(slice, other)));
      sum += best;
      foreground += 1;
    }
  }
  return sum / foreground;
}

} // namespace

TEST_CASE("encoder_comparison writes every encoder's coverage beside equal intervals, random slices and the ceiling") {
  const test::TemporaryDirectory directory;
  const std::string data = (directory.path() / "toy").string();
  const LabelledCohort cohort = test::toy_cohort(3, 0);
  write_nnunet_folder(data, cohort);
  const std::string out = (directory.path() / "out").string();
  const test::ProgramResult result =
      test::Program(SPARSEANN_ENCODER_COMPARISON,
                    {"--data", data, "--out", out, "--threads", "1", "--every", "3,6", "--random-draws", "3",
                     "--conv.training.iterations", "10", "--principal.components", "4"})
          .wait();
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  CHECK_THAT(result.output, ContainsSubstring("vgg19_autoencoder is left out: --vgg19.weights names no file"));
  CHECK(read_csv(std::filesystem::path(out) / "encoders.csv").rows() == 7);
  CHECK(read_csv(std::filesystem::path(out) / "coverage.csv").rows() == 7 * 4 * 2 * 3);

  const CsvTable summary = read_csv(std::filesystem::path(out) / "summary.csv");
  REQUIRE(summary.rows() == 7 * 4 * 2);
  for (std::size_t row = 0; row < summary.rows(); ++row) {
    CAPTURE(row, summary.cell(row, "encoder"), summary.cell(row, "selector"));
    const double coverage = summary.number<double>(row, "label_coverage");
    CHECK(coverage > 0);
    CHECK(coverage <= 1);
    if (summary.cell(row, "selector") == "equal_interval") {
      std::vector<double> cases;
      for (const LabelVolume& labels : cohort.training_labels)
        cases.push_back(equal_interval_coverage(labels.voxels, summary.number<std::size_t>(row, "every")));
      CHECK(coverage == Approx(mean(cases)));
      CHECK(summary.number<double>(row, "label_coverage_se") == Approx(standard_error(cases)));
      CHECK(summary.number<double>(row, "over_equal_interval") == 0);
    }
    if (summary.cell(row, "selector") == "greedy_on_labels")
      CHECK(summary.number<double>(row, "share_of_gap") == Approx(1));
  }
}

TEST_CASE("encoder_comparison names what is missing or wrong") {
  const auto errors = [](const test::Arguments& arguments) {
    return test::Program(SPARSEANN_ENCODER_COMPARISON, arguments).wait().errors;
  };
  CHECK(errors({}) == "error: --data: expected an nnU-Net folder with labelsTr, got nothing\n");
  CHECK_THAT(errors({"--data", "/nonexistent"}), ContainsSubstring("error: /nonexistent"));
  CHECK_THAT(errors({"--data", "/nonexistent", "--vgg19.weights", "/nonexistent/w", "--vgg19.input", "20"}),
             ContainsSubstring("--vgg19.input: expected a multiple of 16"));
  CHECK_THAT(errors({"--every", "0"}), ContainsSubstring("--every"));
}

TEST_CASE("three_steps_vgg19 asks for its weights before it begins") {
  const test::TemporaryDirectory directory;
  const std::string out = (directory.path() / "run").string();
  const test::ProgramResult result = test::Program(SPARSEANN_THREE_STEPS_VGG19, {"--out", out}).wait();
  CHECK(result.errors == "error: --encoder.weights: expected a safetensors file of VGG-19's convolutions, got none\n");
  CHECK(result.exit_code == 2);
  CHECK_FALSE(std::filesystem::exists(out));
}
