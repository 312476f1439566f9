#include "sparseann/metric/threshold_scores.hpp"

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// The percentages that a sweep visits where f is highest at `peak`.
std::vector<int> visited(int peak) {
  std::vector<int> percents;
  for (const ThresholdScore& score : refined_sweep([&](int percent) {
         return ThresholdScore{.threshold = percent / 100.0, .rand = {.f = -std::abs(percent - peak) / 100.0}};
       }))
    percents.push_back(static_cast<int>(std::lround(score.threshold * 100)));
  return percents;
}

} // namespace

TEST_CASE("a refined sweep looks closer where f is highest") {
  CHECK(visited(43) ==
        std::vector<int>{1, 10, 20, 30, 35, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 60, 70, 80, 90, 99});
  CHECK(visited(0) == std::vector<int>{1, 2, 3, 4, 5, 10, 20, 30, 40, 50, 60, 70, 80, 90, 99});
  CHECK(visited(100) == std::vector<int>{1, 10, 20, 30, 40, 50, 60, 70, 80, 90, 95, 96, 97, 98, 99});
}

TEST_CASE("the best is the highest f, of the lowest threshold where there are more") {
  const std::vector<ThresholdScore> scores{{.rand = {.f = 0.1}}, {.rand = {.f = 0.5}}, {.rand = {.f = 0.5}}};
  CHECK(best_of(scores) == 1);
  CHECK_THROWS_AS(best_of({}), InvalidArgument);
}

TEST_CASE("a threshold's score has every number of its sums") {
  const ThresholdSums sums{.segments = segment_sums(contingency_table(std::vector<std::uint32_t>{1, 1, 0, 2},
                                                                      std::vector<std::uint32_t>{1, 1, 1, 0})),
                           .wrong_voxels = 2};
  const ThresholdScore score = threshold_score(0.3, sums, SingletonRule::divided);
  CHECK(score.threshold == 0.3);
  CHECK(score.pixel_error == 0.5);
  CHECK(score.rand.split == Approx((4 + 0.25) / 9));
  CHECK(score.rand.merge == 1.0);
  CHECK(score.variation.merge == Approx(0.0).margin(1e-15));
}
