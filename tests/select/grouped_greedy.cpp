#include "sparseann/select/grouped_greedy.hpp"

#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <vector>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/tiled_facility_location.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selection_data.hpp"

using namespace sparseann;

namespace {

std::vector<GroupSize> group_sizes(std::span<const std::size_t> group_of_item) {
  std::vector<GroupSize> sizes(std::ranges::max(group_of_item) + 1);
  for (const std::size_t group : group_of_item)
    ++sizes[group].items;
  for (std::size_t group = 0; group < sizes.size(); ++group)
    sizes[group].name = "the items of group " + std::to_string(group);
  return sizes;
}

std::vector<std::size_t> groups_in_turn(std::size_t items, std::size_t groups) {
  std::vector<std::size_t> group_of_item(items);
  for (std::size_t item = 0; item < items; ++item)
    group_of_item[item] = item % groups;
  return group_of_item;
}

/// The rule word for word: at each step every item is looked at, and is allowed if the rest suffices for the others.
std::vector<std::size_t> grouped_by_definition(const Array2<float>& similarity, std::span<const std::size_t> groups,
                                               std::size_t minimum, std::size_t budget) {
  std::vector<std::size_t> chosen;
  const auto missing = [&](std::span<const std::size_t> set) {
    std::map<std::size_t, std::size_t> count;
    for (const std::size_t group : groups)
      count[group] += 0;
    for (const std::size_t item : set)
      ++count[groups[item]];
    std::size_t sum = 0;
    for (const auto& [group, selected] : count)
      sum += minimum - std::min(minimum, selected);
    return sum;
  };
  while (chosen.size() < budget) {
    double best = -1e30;
    std::vector<std::size_t> best_set;
    for (std::size_t item = 0; item < groups.size(); ++item) {
      if (std::ranges::find(chosen, item) != chosen.end())
        continue;
      std::vector<std::size_t> with = chosen;
      with.push_back(item);
      const double value = test::coverage_by_definition(similarity, with);
      if (missing(with) <= budget - with.size() && value > best + 1e-7) {
        best = value;
        best_set = with;
      }
    }
    chosen = best_set;
  }
  return chosen;
}

} // namespace

TEST_CASE("grouped greedy is the rule's definition") {
  for (std::size_t seed = 0; seed < 6; ++seed)
    for (const std::size_t minimum : {0U, 1U, 2U, 3U}) {
      CAPTURE(seed, minimum);
      const Array2<float> features = test::random_features(24, 4, Generator(seed));
      const Array2<float> similarity = test::cosines(features).values();
      std::vector<std::size_t> groups = groups_in_turn(24, 3);
      std::ranges::fill(std::span(groups).first(12), 0); // of unequal size
      const UnmetMinimums minimums("minimum", minimum, group_sizes(groups), 9);
      const RankedSelection selection = GroupedGreedy{}(FacilityLocation(similarity), groups, minimums, 9);
      CHECK(selection.indices == grouped_by_definition(similarity, groups, minimum, 9));
      for (std::size_t rank = 0; rank < 9; ++rank)
        CHECK(selection.coverage[rank] ==
              Approx(test::coverage_by_definition(similarity, std::span(selection.indices).first(rank + 1))));
    }
}

TEST_CASE("without a minimum, grouped greedy is lazy greedy, in tiles too") {
  const Array2<float> features = test::clustered_features(300, 8, 12, Generator(5));
  const std::vector<std::size_t> groups = groups_in_turn(300, 7);
  const UnmetMinimums minimums("minimum", 0, group_sizes(groups), 40);
  const auto table = CosineSimilarity{}(features);
  const RankedSelection lazy = LazyGreedy{}(FacilityLocation(similarity_matrix(table)), 40);
  const RankedSelection dense = GroupedGreedy{}(FacilityLocation(similarity_matrix(table)), groups, minimums, 40);
  const RankedSelection tiled = GroupedGreedy{}(TiledFacilityLocation(table), groups, minimums, 40);
  CHECK(dense.indices == lazy.indices);
  CHECK(dense.gains == lazy.gains);
  CHECK(tiled == dense);
}

TEST_CASE("the certificate of grouped greedy bounds every selection of the budget") {
  const Array2<float> features = test::random_features(12, 3, Generator(8));
  const Array2<float> similarity = test::cosines(features).values();
  const std::vector<std::size_t> groups = groups_in_turn(12, 4);
  const UnmetMinimums minimums("minimum", 1, group_sizes(groups), 4);
  const RankedSelection selection = GroupedGreedy{}(FacilityLocation(similarity), groups, minimums, 4);
  REQUIRE(selection.certificate);
  CHECK(selection.certificate->items == 12);
  CHECK(selection.certificate->value == selection.coverage.back());
  CHECK(selection.certificate->best_single == Approx(test::best_coverage(similarity, 1)));
  CHECK(selection.certificate->upper_bound >= test::best_coverage(similarity, 4) - 1e-6);
  CHECK(selection.certificate->upper_bound < 12);
  const GroupedGreedy plain{.options = {.certify = false}};
  CHECK_FALSE(plain(FacilityLocation(similarity), groups, minimums, 4).certificate);
}

TEST_CASE("minimums that do not fit, and groups that do not fit the items, are refused") {
  const std::vector<GroupSize> sizes{{.name = "the slices of scan a", .items = 3},
                                     {.name = "the slices of scan b", .items = 9, .selected = 1}};
  CHECK_THROWS_WITH(UnmetMinimums("--minimum", 4, sizes, 12),
                    "--minimum: expected at most 3, the slices of scan a, got 4");
  CHECK_THROWS_WITH(UnmetMinimums("--minimum", 3, sizes, 4),
                    "--minimum: expected minimums that fit the budget of 4, got 3, for which 5 are missing");
  const UnmetMinimums fits("--minimum", 3, sizes, 5);
  CHECK(fits.total() == 5);
  CHECK(fits.smallest() == 2);
  const FacilityLocation objective(test::cosines(test::random_features(5, 3, Generator(1))));
  CHECK_THROWS_WITH(GroupedGreedy{}(objective, std::vector<std::size_t>{0, 0, 1, 1}, fits, 5),
                    "group_of_item: expected 5 groups, one per item, got 4");
}

TEST_CASE("grouped greedy tells its steps as one piece of work, however often it begins anew") {
  test::RecordedProgress recorded;
  const std::vector<std::size_t> groups = groups_in_turn(100, 6);
  const UnmetMinimums minimums("minimum", 2, group_sizes(groups), 14);
  const FacilityLocation objective(test::cosines(test::random_features(100, 4, Generator(1))));
  (void)GroupedGreedy{.progress = recorded.progress()}(objective, groups, minimums, 14);
  test::check_pieces(recorded, {"evaluating all items", "selecting", "evaluating all items"});
  CHECK(recorded.pieces()[1].steps == 14);
}
