#include "sparseann/meta/trained_meta.hpp"

#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "support/catch.hpp"
#include "support/ensembler_suite.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("TrainedMeta is an ensembler") {
  TrainedMeta<RandomFit> meta;
  meta.options = test::tiny_meta<RandomFit>(60);
  test::check_ensembler(meta, 0.8);
}

TEST_CASE("how often each case fitted each set is counted and kept") {
  const test::ToyTask toy(3);
  const test::TemporaryDirectory directory;
  TrainedMeta<RandomFit> meta;
  meta.options = test::tiny_meta<RandomFit>(12);
  meta.fit(toy.task(), {.stage = "meta", .generator = Generator(1), .directory = directory.path()});
  const Array2<std::int64_t> counts = meta.fitted_counts();
  CHECK(counts.shape(0) == 2);
  CHECK(counts.shape(1) == 3);
  CHECK(xt::sum(counts)() == 12 * 2); // iterations x batch
  const CsvTable table = read_csv(directory.path() / "fitted.csv");
  REQUIRE(table.rows() == 6);
  CHECK(table.cell(4, "case") == "training_1");
  CHECK(table.cell(4, "set") == "1");
  CHECK(table.number<std::int64_t>(4, "count") == counts(1, 1));
}

TEST_CASE("A(.) is part of what it reads, and so is the image") {
  const test::ToyTask toy;
  TrainedMeta<Then<RandomFit, NearestFit>> meta;
  meta.options = test::tiny_meta<Then<RandomFit, NearestFit>>(40);
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  meta.fit(toy.task(), context);
  const Image& image = toy.data.cohort.test[0].image;
  const Array4<float> average = meta.average_of(toy.test_sets(0));
  const Array3<std::uint8_t> labels = meta.predict(image, average, context);
  CHECK((meta.predict(image, Array4<float>(xt::zeros_like(average)), context) != labels));
  Image blank = image;
  blank.voxels.fill(0.0F);
  CHECK((meta.predict(blank, average, context) != labels));
}

namespace {
struct OutOfRange {
  static constexpr std::string_view name = "out_of_range";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates&, const FitProgress&, Generator&) const { return {0, 7}; }
};
} // namespace

TEST_CASE("a strategy that picks a set that is not there is named") {
  const test::ToyTask toy;
  TrainedMeta<OutOfRange> meta;
  meta.options = test::tiny_meta<OutOfRange>(2);
  CHECK_THROWS_WITH(meta.fit(toy.task(), {}), "out_of_range: expected 2 indices below 2, got 0, 7");
}
