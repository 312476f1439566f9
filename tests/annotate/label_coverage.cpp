#include "sparseann/annotate/label_coverage.hpp"

#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/metric/overlap.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Five slices of 2 x 4 voxels: background, two alike, one of half of them and another class, one of that class.
Array3<std::uint8_t> five_slices() {
  return {{{0, 0, 0, 0}, {0, 0, 0, 0}},
          {{1, 1, 0, 0}, {1, 1, 0, 0}},
          {{1, 1, 0, 0}, {1, 1, 0, 0}},
          {{1, 1, 0, 0}, {0, 0, 2, 2}},
          {{0, 0, 0, 0}, {0, 2, 2, 2}}};
}

Array3<std::uint8_t> random_stack(std::uint64_t seed) {
  Array3<std::uint8_t> labels = xt::zeros<std::uint8_t>({9, 10, 13}); // 130 voxels: three words, the last not full
  Generator generator(seed);
  for (std::size_t z = 2; z < 9; ++z) // some slices of xy have no foreground
    for (std::size_t y = 0; y < 10; ++y)
      for (std::size_t x = 0; x < 13; ++x)
        labels(z, y, x) = static_cast<std::uint8_t>(generator.uniform_index(1 + z % 4));
  return labels;
}

double mean_dice_by_definition(const Array2<std::uint8_t>& a, const Array2<std::uint8_t>& b) {
  const OverlapCounts counts = count_overlap(elements(a), elements(b));
  double sum = 0;
  int classes = 0;
  for (std::uint8_t label = 1; label < 5; ++label)
    if (counts.prediction[label] + counts.reference[label] > 0) {
      sum += dice(counts, label);
      ++classes;
    }
  return classes == 0 ? 1.0 : sum / classes;
}

} // namespace

TEST_CASE("similarities of labels by hand") {
  const LabelSimilarities similarities = label_similarities(five_slices(), Plane::xy);
  CHECK(similarities.foreground == std::vector<std::size_t>{1, 2, 3, 4});
  CHECK(similarities.dice(0, 0) == 1); // nothing in either
  CHECK(similarities.dice(0, 1) == 0);
  CHECK(similarities.dice(1, 2) == 1);
  // Class 1: 2 * 2 / (4 + 2); class 2 is in one of them alone.
  CHECK(similarities.dice(1, 3) == Approx((4.0 / 6 + 0) / 2));
  // Class 1 is in one of them alone; class 2: 2 * 2 / (2 + 3).
  CHECK(similarities.dice(3, 4) == Approx((0 + 4.0 / 5) / 2));
  CHECK(similarities.dice(4, 1) == 0);
}

TEST_CASE("coverage of labels by hand: slices with foreground alone are counted") {
  const LabelSimilarities similarities = label_similarities(five_slices(), Plane::xy);
  const auto coverage = [&](std::vector<std::size_t> selected) { return label_coverage(similarities, selected); };
  CHECK(coverage({0}) == 0);
  CHECK(coverage({1}) == Approx((1 + 1 + 1.0 / 3 + 0) / 4));
  CHECK(coverage({4, 1}) == Approx((1 + 1 + 0.4 + 1) / 4));
  CHECK(coverage({1, 3, 4}) == Approx(1));
}

TEST_CASE("similarities of labels equal their definition on every plane") {
  for (const Plane plane : all_planes) {
    const Array3<std::uint8_t> labels = random_stack(5);
    const LabelSimilarities similarities = label_similarities(labels, plane);
    for (std::size_t i = 0; i < similarities.dice.shape(0); ++i)
      for (std::size_t j = 0; j < similarities.dice.shape(0); ++j)
        CHECK(similarities.dice(i, j) ==
              Approx(mean_dice_by_definition(copy_slice(labels, plane, i), copy_slice(labels, plane, j))));
  }
}

TEST_CASE("greedy on the labels by hand, background last") {
  const LabelSimilarities similarities = label_similarities(five_slices(), Plane::xy);
  const RankedSelection selection = select_by_labels(similarities, 5);
  // Slices 1 and 2 gain 1 + 1 + 1/3 alike; then 4 gains 0.4 - 1/3 + 1, and 3 gains 1 - 1/3 + 0.4; 4 and 3 are alike.
  CHECK(selection.indices == std::vector<std::size_t>{1, 3, 4, 0, 2});
  CHECK(selection.gains[0] == Approx(7.0 / 3));
  CHECK(selection.gains[1] == Approx(16.0 / 15));
  CHECK(selection.gains[2] == Approx(0.6));
  CHECK(selection.gains[3] == 0);
  CHECK(label_coverage(similarities, std::vector<std::size_t>{1, 3}) ==
        Approx((selection.gains[0] + selection.gains[1]) / 4));
}

TEST_CASE("no pair of slices covers more than the certificate of greedy on the labels") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const LabelSimilarities similarities = label_similarities(random_stack(seed), Plane::xy);
    const RankedSelection greedy = select_by_labels(similarities, 2);
    REQUIRE(greedy.certificate.has_value());
    double best = 0;
    for (std::size_t i = 0; i < 9; ++i)
      for (std::size_t j = 0; j < i; ++j)
        best = std::max(best, label_coverage(similarities, std::vector{i, j}));
    CHECK(label_coverage(similarities, greedy.indices) >= (1 - 1 / 2.718281828) * best);
    CHECK(greedy.certificate->upper_bound >= static_cast<double>(similarities.foreground.size()) * best - 1e-5);
  }
}

TEST_CASE("labels without foreground and selections that do not fit are refused") {
  const LabelSimilarities empty = label_similarities(xt::zeros<std::uint8_t>({3, 2, 2}), Plane::xy);
  CHECK(empty.foreground.empty());
  CHECK_THROWS_WITH(label_coverage(empty, std::vector<std::size_t>{0}),
                    "labels: expected at least one slice with foreground, got background alone");
  CHECK_THROWS_AS(select_by_labels(empty, 1), InvalidArgument);
  const LabelSimilarities five = label_similarities(five_slices(), Plane::xy);
  CHECK_THROWS_WITH(label_coverage(five, std::vector<std::size_t>{5}), "selected: expected slices below 5, got 5");
  CHECK_THROWS_WITH(label_coverage(five, {}), "selected: expected at least one slice, got none");
  CHECK_THROWS_AS(select_by_labels(five, 6), InvalidArgument);
  CHECK_THROWS_AS(label_similarities(xt::zeros<std::uint8_t>({0, 2, 2}), Plane::xy), InvalidArgument);
}
