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
