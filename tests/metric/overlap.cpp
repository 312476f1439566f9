#include "sparseann/metric/overlap.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {
using Labels = std::vector<std::uint8_t>;
}

TEST_CASE("Dice of a hand-made case") {
  const Labels prediction{0, 1, 1, 1, 2, 0};
  const Labels reference{0, 0, 1, 1, 1, 2};
  const std::vector<double> values = dice_per_class(prediction, reference, 4);
  REQUIRE(values.size() == 4);
  CHECK(values[0] == Approx(2.0 * 1.0 / (2.0 + 2.0)));
  CHECK(values[1] == Approx(2.0 * 2.0 / (3.0 + 3.0)));
  CHECK(values[2] == 0.0);
  CHECK(values[3] == 1.0);
}

TEST_CASE("Dice where a side is empty") {
  const Labels empty{0, 0, 0};
  const Labels full{0, 1, 1};
  CHECK(dice_per_class(empty, empty, 2)[1] == 1.0);
  CHECK(dice_per_class(empty, full, 2)[1] == 0.0);
  CHECK(dice_per_class(full, empty, 2)[1] == 0.0);
  CHECK(dice_per_class(full, full, 2)[1] == 1.0);
}

TEST_CASE("overlap counts every label, the highest too") {
  const OverlapCounts counts = count_overlap(Labels{255, 255, 7}, Labels{255, 7, 7});
  CHECK(counts.prediction[255] == 2);
  CHECK(counts.reference[255] == 1);
  CHECK(counts.both[255] == 1);
  CHECK(counts.both[7] == 1);
  CHECK(counts.prediction[0] == 0);
}

TEST_CASE("overlap refuses arrays of different sizes and impossible class counts") {
  CHECK_THROWS_AS(count_overlap(Labels{0}, Labels{0, 1}), InvalidArgument);
  CHECK_THROWS_AS(dice_per_class(Labels{0}, Labels{0}, 0), InvalidArgument);
  CHECK_THROWS_AS(dice_per_class(Labels{0}, Labels{0}, 257), InvalidArgument);
}
