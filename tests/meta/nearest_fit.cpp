#include "sparseann/meta/nearest_fit.hpp"

#include "support/catch.hpp"
#include "support/fit_suite.hpp"

using namespace sparseann;

TEST_CASE("NearestFit is a fit strategy") { test::check_fit(NearestFit{}); }

TEST_CASE("nearest-fit picks, per sample, the set of smallest cross-entropy") {
  Generator generator(1);
  CHECK(NearestFit{}(test::hand_made_candidates(), {}, generator) == std::vector<std::size_t>{1, 2});
}

TEST_CASE("voxels without a target do not count, and ties go to the lower set") {
  FitCandidates candidates = test::hand_made_candidates();
  Generator generator(1);
  // Sample 1 without its last two voxels: sets 0 and 2 agree there.
  candidates.mask[1].view({4}).slice(0, 2).fill_(false);
  CHECK(NearestFit{}(candidates, {}, generator) == std::vector<std::size_t>{1, 0});
}

TEST_CASE("by volume, it takes the distances of the samples' volumes, of the age that the option says") {
  FitCandidates candidates = test::hand_made_candidates();
  std::int64_t asked = 0;
  candidates.volume_distances = [&](std::int64_t interval) {
    asked = interval;
    return torch::tensor({3.0, 2.0, 1.0, 1.0, 2.0, 1.0}, torch::kDouble).view({2, 3});
  };
  const NearestFit nearest{.options = {.distance = FitDistance::volume, .volume_interval = 7}};
  Generator generator(1);
  CHECK(nearest(candidates, {}, generator) == std::vector<std::size_t>{2, 0});
  CHECK(asked == 7);
  candidates.volume_distances = {};
  CHECK_THROWS_WITH(nearest(candidates, {}, generator),
                    "nearest_fit.distance: expected patch, as these candidates know no volumes, got volume");
}
