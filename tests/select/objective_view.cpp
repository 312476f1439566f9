#include "sparseann/select/objective_view.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

namespace {

/// Item i is worth i, whatever else is in: gains never change.
struct WorthItsIndex {
  std::vector<std::size_t> added;

  [[nodiscard]] std::size_t size() const { return 10; }
  [[nodiscard]] double value() const { return static_cast<double>(std::reduce(added.begin(), added.end())); }
  [[nodiscard]] double gain(std::size_t item) const { return static_cast<double>(item); }
  void add(std::size_t item) { added.push_back(item); }
};

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<WorthItsIndex> = true;

static_assert(SubmodularObjective<ObjectiveView<WorthItsIndex>>);
static_assert(SubmodularObjective<ObjectiveView<FacilityLocation>>);

TEST_CASE("a view has some items of an objective and adds to it") {
  WorthItsIndex objective;
  ObjectiveView<WorthItsIndex> view(objective, {7, 2, 5});
  CHECK(view.size() == 3);
  CHECK(view.value() == 0);
  CHECK(view.gain(1) == 2);
  view.add(2);
  CHECK(objective.added == std::vector<std::size_t>{5});
  CHECK(view.value() == 5);
}

TEST_CASE("greedy among some items names the objective's items and leaves them added") {
  WorthItsIndex objective;
  const RankedSelection selection = select_among(objective, {1, 4, 8, 6}, 3, 1e-9);
  CHECK(selection ==
        RankedSelection{.indices = {8, 6, 4}, .gains = {8, 6, 4}, .coverage = {8, 14, 18}, .certificate = {}});
  CHECK(objective.added == selection.indices);
  CHECK_THROWS_AS(select_among(objective, {1, 4}, 3, 1e-9), InvalidArgument);
  CHECK_THROWS_AS(select_among(objective, {}, 1, 1e-9), InvalidArgument);
}

TEST_CASE("the band of ties is that of the empty objective") {
  CHECK(tie_band(WorthItsIndex{}, 0.1) == Approx(0.1 * 9 / std::sqrt(10.0)));
  const auto first = [](const std::vector<std::size_t>& items, double band) {
    WorthItsIndex objective;
    return select_among(objective, items, 1, band).indices.front();
  };
  CHECK(first({9, 6, 8}, 0.5) == 9);
  CHECK(first({6, 7, 8, 9}, 1.5) == 8);
  CHECK(first({8, 9}, 1.5) == 8);
  CHECK(first({0, 9}, 0) == 9);
}

TEST_CASE("greedy among the items beside those held is greedy that goes on") {
  const Array2<float> similarity = test::cosines(test::random_features(20, 4, Generator(3))).values();
  const RankedSelection whole = NaiveGreedy{}(FacilityLocation(similarity), 12);
  FacilityLocation objective(similarity);
  std::vector<std::size_t> left;
  for (std::size_t item = 0; item < 20; ++item)
    if (std::ranges::find(whole.indices.begin(), whole.indices.begin() + 5, item) == whole.indices.begin() + 5)
      left.push_back(item);
  for (std::size_t rank = 0; rank < 5; ++rank)
    objective.add(whole.indices[rank]);
  const RankedSelection rest = select_among(objective, left, 7, 1e-9);
  CHECK(std::ranges::equal(rest.indices, std::span(whole.indices).subspan(5)));
  CHECK(std::ranges::equal(rest.gains, std::span(whole.gains).subspan(5)));
}
