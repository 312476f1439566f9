#include "sparseann/encode/precomputed_features.hpp"

#include <limits>

#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Row s of case c and plane p holds c + 1, p, s.
void write_tables(const std::filesystem::path& folder, std::span<const Case> cases) {
  for (std::size_t c = 0; c < cases.size(); ++c)
    for (const Plane plane : all_planes) {
      Array2<float> table = xt::zeros<float>({slice_count(cases[c].image.shape(), plane), std::size_t{3}});
      for (std::size_t s = 0; s < table.shape(0); ++s) {
        table(s, 0) = static_cast<float>(c + 1);
        table(s, 1) = static_cast<float>(plane);
        table(s, 2) = static_cast<float>(s);
      }
      write_npy(folder / fmt::format("{}_{}.npy", cases[c].name, name_of(plane)), table);
    }
}

std::string failure_of(PrecomputedFeatures encoder, std::span<const Case> cases) {
  try {
    (void)encoder.encode(SliceSource(cases, all_slices(cases, all_planes)), {});
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("PrecomputedFeatures is a feature encoder and reads the row of each slice") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const test::TemporaryDirectory directory;
  write_tables(directory.path(), data.cohort.training);
  PrecomputedFeatures encoder{.options = {.folder = directory.path().string()}};
  test::check_encoder(encoder, data.cohort.training);
  const Array2<float> rows = encoder.encode(SliceSource(data.cohort.training, {{1, Plane::yz, 4}}), {});
  CHECK((rows == Array2<float>{{2.0F, 2.0F, 4.0F}}));
}

TEST_CASE("PrecomputedFeatures reads one table with an index where there is one") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  const test::TemporaryDirectory directory;
  Array2<float> table = xt::zeros<float>({slices.size(), std::size_t{2}});
  CsvWriter index({"case", "plane", "slice"});
  for (std::size_t i = 0; i < slices.size(); ++i) {
    const std::size_t backwards = slices.size() - 1 - i;
    table(i, 0) = static_cast<float>(backwards);
    table(i, 1) = 1;
    index.add_row(slices.case_of(backwards).name, name_of(slices.index(backwards).plane),
                  slices.index(backwards).slice);
  }
  write_npy(directory.path() / "features.npy", table);
  publish_atomically(directory.path() / "index.csv", index.text());
  PrecomputedFeatures encoder{.options = {.folder = directory.path().string()}};
  test::check_encoder(encoder, data.cohort.training);
  const Array2<float> features = encoder.encode(slices, {});
  for (std::size_t i = 0; i < slices.size(); ++i)
    CHECK(features(i, 0) == static_cast<float>(i));
}

TEST_CASE("wrong row counts, lengths, numbers and rows of zeros are named with their file") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const test::TemporaryDirectory directory;
  const auto xz = directory.path() / "training_0_xz.npy";
  const PrecomputedFeatures encoder{.options = {.folder = directory.path().string()}};
  CHECK_THROWS_AS(PrecomputedFeatures(encoder).encode(
                      SliceSource(data.cohort.training, all_slices(data.cohort.training, all_planes)), {}),
                  IoError);

  write_tables(directory.path(), data.cohort.training);
  write_npy(xz, Array2<float>(xt::ones<float>({8, 3})));
  CHECK(failure_of(encoder, data.cohort.training) == xz.string() + ": expected 9 rows, one per slice, got 8");

  write_npy(xz, Array2<float>(xt::ones<float>({9, 2})));
  CHECK(failure_of(encoder, data.cohort.training) ==
        xz.string() + ": expected 3 features per slice, as in the other files, got 2");

  Array2<float> broken = xt::ones<float>({9, 3});
  broken(5, 1) = std::numeric_limits<float>::quiet_NaN();
  write_npy(xz, broken);
  CHECK(failure_of(encoder, data.cohort.training) ==
        xz.string() + ": expected finite numbers, got nan in row 5, column 1");

  Array2<float> zero = xt::ones<float>({9, 3});
  xt::row(zero, 7).fill(0.0F);
  write_npy(xz, zero);
  CHECK(failure_of(encoder, data.cohort.training) ==
        xz.string() + ": expected a number other than zero in each row, got zeros alone in row 7");
}
