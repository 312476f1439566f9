#include "sparseann/pseudo_label/ensembler.hpp"

#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("votes are ensemblers") {
  STATIC_REQUIRE(Ensembler<AverageVote>);
  STATIC_REQUIRE(Ensembler<MajorityVote>);
  STATIC_REQUIRE_FALSE(Ensembler<int>);
}
