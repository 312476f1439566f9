// sparseann evaluate-rand, through files alone.
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "apps/sparseann.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/hdf5.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;

namespace {

namespace fs = std::filesystem;

/// Two slices of two cells of 3 x 3, a column of boundary between them.
Array3<std::uint32_t> two_cells() {
  Array3<std::uint32_t> labels = xt::zeros<std::uint32_t>({2, 3, 7});
  xt::view(labels, xt::all(), xt::all(), xt::range(0, 3)) = 5;
  xt::view(labels, xt::all(), xt::all(), xt::range(4, 7)) = 9;
  return labels;
}

/// Cell 0.9, boundary 0.1, but for a bridge of 0.4 in the first slice.
Array3<float> bridged() {
  Array3<float> probability = xt::zeros<float>({2, 3, 7});
  const Array3<std::uint32_t> labels = two_cells();
  for (std::size_t i = 0; i < labels.size(); ++i)
    probability.data()[i] = labels.data()[i] != 0 ? 0.9F : 0.1F;
  probability(0, 1, 3) = 0.4F;
  return probability;
}

class RandFolder {
public:
  [[nodiscard]] fs::path path() const { return directory_.path(); }
  template <class T> void write(const Array3<T>& probability, const Array3<std::uint32_t>& labels) const {
    write_hdf5(path() / "p.h5", "prediction", probability);
    write_hdf5(path() / "r.h5", "label", labels);
  }
  [[nodiscard]] ProgramResult run(const std::string& more = "") const {
    return test::sparseann(fmt::format("evaluate-rand --prediction {0}/p.h5 --reference {0}/r.h5 --output {0}/rand.csv "
                                       "{1}",
                                       path().string(), more));
  }
  void run_well(const std::string& more = "") const {
    const ProgramResult result = run(more);
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
  }
  [[nodiscard]] CsvTable table() const { return read_csv(path() / "rand.csv"); }
  [[nodiscard]] Json summary() const { return read_json_file(path() / "rand.json"); }

private:
  test::TemporaryDirectory directory_;
};

std::size_t row_of(const CsvTable& table, double threshold) {
  for (std::size_t row = 0; row < table.rows(); ++row)
    if (table.number<double>(row, "threshold") == threshold)
      return row;
  FAIL("no row of threshold " << threshold);
  return 0;
}

} // namespace

TEST_CASE("evaluate-rand scores 2D components at every threshold of the refined sweep") {
  const RandFolder folder;
  folder.write(bridged(), two_cells());
  folder.run_well();
  const CsvTable table = folder.table();
  CHECK(table.rows() > 11);
  CHECK(table.cell(0, "scoring") == "components");
  // Above the bridge all is right; at it the first slice's cells are one, of 18 voxels, where they should be two of 9.
  const std::size_t right = row_of(table, 0.5);
  CHECK(table.number<double>(right, "f") == 1.0);
  CHECK(table.number<double>(right, "variation_of_information") == Approx(0.0).margin(1e-12));
  CHECK(table.number<double>(right, "pixel_error") == 0.0);
  const std::size_t merged = row_of(table, 0.3);
  CHECK(table.number<double>(merged, "split") == 1.0);
  CHECK(table.number<double>(merged, "merge") == Approx((4 * 81.0) / (18 * 18 + 2 * 81)));
  CHECK(table.number<double>(merged, "variation_merge") == Approx(0.5));
  CHECK(table.number<double>(merged, "pixel_error") == Approx(1.0 / 42));
  const std::size_t missed = row_of(table, 0.99);
  CHECK(table.number<double>(missed, "split") == Approx(36.0 / 42 / (4 * 81)));
  // The first of those that are right: 0.4 as a float is a little above 0.4.
  const double best = folder.summary()["best"]["threshold"].get<double>();
  CHECK(best == Approx(0.41));
  CHECK(table.cell(row_of(table, best), "kind") == "best");
  CHECK(folder.summary()["fixed"].is_null());
  CHECK(folder.summary()["reference_segments"] == 4);
  CHECK(folder.summary()["definitions"]["score"] == "V^Rand of 2D components");
}

TEST_CASE("evaluate-rand scores a fixed threshold besides, all thresholds, and missed voxels as segments") {
  const RandFolder folder;
  folder.write(bridged(), two_cells());
  folder.run_well("--sweep all --threshold 0.955 --singletons counted --threads 1");
  const CsvTable table = folder.table();
  REQUIRE(table.rows() == 100);
  CHECK(table.cell(99, "kind") == "fixed");
  CHECK(table.number<double>(99, "threshold") == 0.955);
  CHECK(table.number<double>(99, "merge") == 1.0); // 36 segments of one voxel
  CHECK(table.number<double>(99, "split") == Approx(36.0 / (4 * 81)));
  CHECK(folder.summary()["fixed"]["threshold"] == 0.955);
  CHECK(folder.summary()["singletons"] == "counted");
}

TEST_CASE("evaluate-rand reads integers as shares of their largest value") {
  const RandFolder folder;
  Array3<std::uint8_t> bytes = xt::zeros<std::uint8_t>({2, 3, 7});
  Array3<std::uint16_t> words = xt::zeros<std::uint16_t>({2, 3, 7});
  const Array3<float> probability = bridged();
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes.data()[i] = static_cast<std::uint8_t>(std::lround(255 * probability.data()[i]));
    words.data()[i] = static_cast<std::uint16_t>(std::lround(65535 * probability.data()[i]));
  }
  folder.write(bytes, two_cells());
  folder.run_well();
  CHECK(folder.summary()["best"]["threshold"] == Approx(0.4)); // 102 / 255 is not above it
  folder.write(words, two_cells());
  folder.run_well();
  CHECK(folder.summary()["best"]["threshold"] == Approx(0.4));
}

TEST_CASE("evaluate-rand after the watershed has no missed voxels, and another name") {
  const RandFolder folder;
  folder.write(bridged(), two_cells());
  folder.run_well("--scoring watershed");
  CHECK(folder.table().cell(0, "scoring") == "watershed");
  CHECK(folder.summary()["definitions"]["score"] == "V^Rand after our 2D watershed");
  CHECK(folder.table().number<double>(row_of(folder.table(), 0.5), "f") == 1.0);
  CHECK(folder.table().number<double>(row_of(folder.table(), 0.3), "merge") == Approx((4 * 81.0) / (18 * 18 + 2 * 81)));
}

TEST_CASE("evaluate-rand scores several stacks as one that has all their slices") {
  const std::string scoring = GENERATE("components", "watershed");
  const RandFolder one;
  const RandFolder two;
  const RandFolder both;
  Array3<float> inverse = bridged();
  for (float& probability : elements(inverse))
    probability = 1.0F - probability;
  one.write(bridged(), two_cells());
  two.write(inverse, two_cells());
  both.write(Array3<float>(xt::concatenate(xt::xtuple(bridged(), inverse))),
             Array3<std::uint32_t>(xt::concatenate(xt::xtuple(two_cells(), two_cells()))));
  both.run_well("--sweep all --scoring " + scoring);
  const ProgramResult result =
      test::sparseann(fmt::format("evaluate-rand --prediction {0}/p.h5,{1}/p.h5 --reference {0}/r.h5,{1}/r.h5 "
                                  "--output {0}/rand.csv --sweep all --scoring {2}",
                                  one.path().string(), two.path().string(), scoring));
  INFO(result.errors);
  REQUIRE(result.exit_code == 0);
  const CsvTable pooled = one.table();
  const CsvTable expected = both.table();
  REQUIRE(pooled.rows() == expected.rows());
  for (std::size_t row = 0; row < pooled.rows(); ++row)
    for (const std::string column : {"threshold", "merge", "split", "f", "variation_of_information", "pixel_error"})
      CHECK(pooled.number<double>(row, column) == Approx(expected.number<double>(row, column)).margin(1e-12));
  CHECK(one.summary()["reference_segments"] == 8);
}

TEST_CASE("evaluate-rand names what it cannot work with, and writes nothing") {
  const RandFolder folder;
  const auto refused = [&](const std::string& more, int code, const std::string& message) {
    const ProgramResult result = folder.run(more);
    CHECK(result.exit_code == code);
    CHECK_THAT(result.errors, ContainsSubstring(message));
    CHECK_FALSE(fs::exists(folder.path() / "rand.csv"));
    CHECK_FALSE(fs::exists(folder.path() / "rand.json"));
  };
  refused("", 2, "--prediction: expected HDF5 files, got '");
  Array3<float> probability = bridged();
  probability(1, 2, 3) = std::numeric_limits<float>::quiet_NaN();
  folder.write(probability, two_cells());
  refused("", 1, "p.h5: expected dataset 'prediction' with values from 0 to 1, got nan at (z, y, x) = (1, 2, 3)");
  probability(1, 2, 3) = 1.5F;
  folder.write(probability, two_cells());
  refused("", 1, "got 1.5 at (z, y, x) = (1, 2, 3)");
  folder.write(Array3<std::uint32_t>(xt::ones<std::uint32_t>({2, 3, 7})), two_cells());
  refused("", 1, "reals, or unsigned integers of 8 or 16 bits");
  folder.write(Array3<float>(xt::ones<float>({2, 7, 3})), two_cells());
  refused("", 1, "p.h5: expected 2 x 3 x 7 voxels");
  folder.write(bridged(), Array3<std::uint32_t>(xt::zeros<std::uint32_t>({2, 3, 7})));
  refused("", 1, "r.h5: expected dataset 'label' with instances, got 0 alone");
  folder.write(bridged(), two_cells());
  const ProgramResult unpaired = test::sparseann(
      fmt::format("evaluate-rand --prediction {0}/p.h5,{0}/p.h5 --reference {0}/r.h5 --output {0}/rand.csv",
                  folder.path().string()));
  CHECK(unpaired.exit_code == 2);
  CHECK_THAT(unpaired.errors, ContainsSubstring("--reference: expected 2, one for each prediction, got 1"));
  refused("--prediction-dataset map", 1, "expected a dataset 'map', got 'prediction'");
  refused("--reference-dataset truth", 1, "expected a dataset 'truth', got 'label'");
  refused("--threshold 2", 2, "threshold");
  refused("--scoring clusters", 2, "scoring");
}

TEST_CASE("evaluate-rand finds the reference's own boundary right on electron microscopy") {
  const char* const data = std::getenv("SPARSEANN_DATA");
  if (data == nullptr || !fs::exists(fs::path(data) / "em_gala")) {
    WARN("skipped: SPARSEANN_DATA has no em_gala");
    return;
  }
  for (const auto& entry : fs::directory_iterator(fs::path(data) / "em_gala")) {
    if (entry.path().extension() != ".h5")
      continue;
    const Array3<std::uint32_t> labels = read_hdf5<std::uint32_t>(entry.path(), "label");
    Array3<std::uint8_t> perfect = xt::zeros<std::uint8_t>(labels.shape());
    for (std::size_t i = 0; i < labels.size(); ++i)
      perfect.data()[i] = labels.data()[i] != 0 ? 255 : 0;
    const RandFolder folder;
    folder.write(perfect, labels);
    folder.run_well();
    CHECK(folder.summary()["best"]["f"] == 1.0);
    CHECK(folder.summary()["reference_segments"].get<std::size_t>() > 50);
  }
}
