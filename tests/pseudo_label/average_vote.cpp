#include "sparseann/pseudo_label/average_vote.hpp"

#include <array>

#include "sparseann/pseudo_label/majority_vote.hpp"
#include "support/catch.hpp"
#include "support/ensembler_suite.hpp"

using namespace sparseann;

TEST_CASE("AverageVote is an ensembler") { test::check_ensembler(AverageVote{}, 1.0); }

TEST_CASE("one certain set outweighs two hesitant ones in the mean, not in the vote") {
  // Probabilities of classes 0 and 1 in one voxel: 0.55, 0.55, 0.05 for class 0.
  std::vector<ClassProbabilities> sets;
  for (const std::uint8_t zero : std::array<std::uint8_t, 3>{140, 140, 13}) {
    ClassProbabilities p = xt::zeros<std::uint8_t>({2, 1, 1, 1});
    p(0, 0, 0, 0) = zero;
    p(1, 0, 0, 0) = static_cast<std::uint8_t>(255 - zero);
    sets.push_back(p);
  }
  const StageContext context;
  CHECK(AverageVote{}.predict({}, sets, context)(0, 0, 0) == 1);
  CHECK(MajorityVote{}.predict({}, sets, context)(0, 0, 0) == 0);
}

TEST_CASE("equal means go to the lower label") {
  ClassProbabilities a = xt::zeros<std::uint8_t>({3, 1, 1, 1});
  ClassProbabilities b = a;
  a(1, 0, 0, 0) = b(2, 0, 0, 0) = 200;
  CHECK(AverageVote{}.predict({}, std::vector{b, a}, {})(0, 0, 0) == 1);
  CHECK_THROWS_AS(AverageVote{}.predict({}, {}, {}), InvalidArgument);
}
