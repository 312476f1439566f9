#include "sparseann/pseudo_label/majority_vote.hpp"

#include "support/catch.hpp"
#include "support/ensembler_suite.hpp"

using namespace sparseann;

TEST_CASE("MajorityVote is an ensembler") { test::check_ensembler(MajorityVote{}, 1.0); }

TEST_CASE("votes are counted per voxel, ties go to the lower label") {
  const auto vote = [](std::vector<Array3<std::uint8_t>> labels) {
    std::vector<ClassProbabilities> sets;
    for (const auto& each : labels)
      sets.push_back(test::one_hot(each, 4));
    return MajorityVote{}.predict({}, sets, {});
  };
  CHECK((vote({{{{3, 2}}}, {{{3, 1}}}, {{{1, 2}}}, {{{0, 1}}}}) == Array3<std::uint8_t>{{{3, 1}}}));
  CHECK_THROWS_AS(vote({}), InvalidArgument);
}
