#include "sparseann/encode/feature_files.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Of a slice, its row in the source; after fit() alone. One row is missing where asked for.
struct RowEncoder {
  static constexpr std::string_view name = "rows";
  NoOptions options;
  bool forgets_one = false;
  bool is_fitted = false;

  void fit(const SliceSource&, const StageContext&) { is_fitted = true; }
  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) const {
    Array2<float> rows = xt::zeros<float>({slices.size() - (forgets_one ? 1 : 0), std::size_t{2}});
    for (std::size_t row = 0; row < rows.shape(0); ++row)
      rows(row, 0) = static_cast<float>(is_fitted ? row + 1 : 0);
    return rows;
  }
};

} // namespace

TEST_CASE("features are written by case and plane, with an index of their rows") {
  const LabelledCohort data = test::toy_cohort(2, 0, 4); // 4 x 5 x 6
  const std::vector<Plane> planes{Plane::xy, Plane::yz};
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, planes));
  RowEncoder encoder;
  const test::TemporaryDirectory directory;
  write_feature_files(directory.path(), slices, fit_and_encode(encoder, slices, {}));
  const auto first = [&](const std::string& name, Plane plane) {
    const Array2<float> table = read_npy(feature_file(directory.path(), name, plane));
    return std::vector<float>{static_cast<float>(table.shape(0)), table(0, 0)};
  };
  CHECK(first("training_0", Plane::xy) == std::vector<float>{4, 1});
  CHECK(first("training_0", Plane::yz) == std::vector<float>{6, 5});
  CHECK(first("training_1", Plane::xy) == std::vector<float>{4, 11});
  CHECK(first("training_1", Plane::yz) == std::vector<float>{6, 15});
  const CsvTable index("index", feature_index(slices));
  CHECK(index.columns() == std::vector<std::string>{"case", "plane", "slice", "row", "group"});
  REQUIRE(index.rows() == 20);
  CHECK(index.cell(15, "case") == "training_1");
  CHECK(index.cell(15, "plane") == "yz");
  CHECK(index.cell(15, "slice") == "1");
  CHECK(index.cell(15, "row") == "15");
  CHECK(index.cell(15, "group") == "training_1_yz");
}

TEST_CASE("an encoder that forgets a slice is refused by its name") {
  const LabelledCohort data = test::toy_cohort(1, 0, 4);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  RowEncoder encoder{.options = {}, .forgets_one = true};
  try {
    (void)fit_and_encode(encoder, slices, {});
    FAIL("accepted");
  } catch (const DataError& error) {
    CHECK(error.what() == std::string("encoder rows: expected 15 rows, one per slice, got 14"));
  }
}
