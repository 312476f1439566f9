#include "sparseann/pseudo_label/without_set.hpp"

#include <string_view>
#include <vector>

#include "sparseann/pseudo_label/majority_vote.hpp"
#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

constexpr std::string_view second = "second";
constexpr std::string_view missing = "missing";

/// A set whose only voxel has this label.
PseudoLabelSet set_of(std::string name, std::uint8_t label) {
  ClassProbabilities probabilities = xt::zeros<std::uint8_t>({3, 1, 1, 1});
  probabilities(label, 0, 0, 0) = 255;
  return {.name = std::move(name), .training = {probabilities}, .test = {probabilities}};
}

std::vector<PseudoLabelSet> three_sets() { return {set_of("first", 1), set_of("second", 0), set_of("third", 1)}; }

template <class E> std::uint8_t label_of_test_case(E ensembler, const std::vector<PseudoLabelSet>& sets) {
  ensembler.fit({.cases = {}, .labels = {}, .sets = sets, .classes = 3}, {});
  std::vector<ClassProbabilities> of_case;
  for (const PseudoLabelSet& set : sets)
    of_case.push_back(set.test.front());
  return ensembler.predict({}, of_case, {})(0, 0, 0);
}

} // namespace

static_assert(Ensembler<WithoutSet<MajorityVote, second>>);

TEST_CASE("an ensembler without a set does not see it") {
  CHECK(WithoutSet<MajorityVote, second>::name == "majority_vote_without_second");
  const std::vector<PseudoLabelSet> sets{set_of("first", 1), set_of("second", 2), set_of("third", 2)};
  CHECK(label_of_test_case(MajorityVote{}, sets) == 2);
  CHECK(label_of_test_case(WithoutSet<MajorityVote, second>{}, sets) == 1); // a tie, to the lower label
}

TEST_CASE("a set that is not there cannot be left out") {
  const std::vector<PseudoLabelSet> sets = three_sets();
  WithoutSet<MajorityVote, missing> ensembler;
  CHECK_THROWS_WITH(ensembler.fit({.cases = {}, .labels = {}, .sets = sets, .classes = 3}, {}),
                    "majority_vote_without_missing: expected pseudo-label sets of which one is missing, got 3 others");
}
