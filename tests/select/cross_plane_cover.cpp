#include "sparseann/select/cross_plane_cover.hpp"

#include <algorithm>
#include <limits>
#include <numeric>

#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(SubmodularObjective<CrossPlaneCoverage>);
static_assert(CohortSelector<CrossPlaneCover<>>);
static_assert(needs_features<CrossPlaneCover<>>);
static_assert(prefix_consistent<CrossPlaneCover<>>);
static_assert(budget_scope<CrossPlaneCover<>> == BudgetScope::each_case);
static_assert(Options<CrossPlaneCover<>::Options>);

namespace {

using PlaneMatrices = std::array<Array2<float>, 3>;

PlaneMatrices random_similarities(const Shape3& shape, std::uint64_t seed) {
  PlaneMatrices similarities;
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (shape[axis] > 0)
      similarities[axis] = test::cosines(test::random_features(shape[axis], 3, Generator(seed).split(axis))).values();
  return similarities;
}

/// 1 for a slice and itself, 0 for two slices.
PlaneMatrices indicators(std::size_t edge) {
  Array2<float> identity = xt::zeros<float>({edge, edge});
  for (std::size_t i = 0; i < edge; ++i)
    identity(i, i) = 1;
  return {identity, identity, identity};
}

/// F word for word: a loop over the voxels, a plane without slices being one slice that nothing represents.
double coverage_over_voxels(const PlaneMatrices& similarities, const std::vector<std::size_t>& set, double baseline) {
  std::array<std::vector<double>, 3> best;
  for (std::size_t axis = 0; axis < 3; ++axis)
    best[axis].assign(std::max<std::size_t>(similarities[axis].shape(0), 1), baseline);
  for (std::size_t item : set)
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const std::size_t slices = similarities[axis].shape(0);
      if (item < slices) {
        for (std::size_t i = 0; i < slices; ++i)
          best[axis][i] = std::max(best[axis][i], static_cast<double>(similarities[axis](item, i)));
        break;
      }
      item -= slices;
    }
  double sum = 0;
  for (const double z : best[0])
    for (const double y : best[1])
      for (const double x : best[2])
        sum += std::max({z, y, x});
  return sum;
}

/// Greedy by definition; `band` below the best gain ties.
RankedSelection greedy_over_voxels(const PlaneMatrices& similarities, std::vector<std::size_t> set, std::size_t budget,
                                   double band) {
  const std::size_t items = similarities[0].shape(0) + similarities[1].shape(0) + similarities[2].shape(0);
  RankedSelection selection;
  for (std::size_t step = 0; step < budget; ++step) {
    const double before = coverage_over_voxels(similarities, set, -1);
    std::vector<double> gains(items, -std::numeric_limits<double>::infinity());
    for (std::size_t item = 0; item < items; ++item)
      if (std::ranges::find(set, item) == set.end()) {
        std::vector<std::size_t> with = set;
        with.push_back(item);
        gains[item] = coverage_over_voxels(similarities, with, -1) - before;
      }
    const double best = std::ranges::max(gains);
    const auto chosen = std::ranges::find_if(gains, [&](double gain) { return gain >= best - band; });
    selection.indices.push_back(static_cast<std::size_t>(chosen - gains.begin()));
    selection.gains.push_back(*chosen);
    set.push_back(selection.indices.back());
  }
  return selection;
}

/// The share of the best single slice's gain, over the root of the number of slices.
double band_of(const PlaneMatrices& similarities, double tolerance) {
  const std::size_t items = similarities[0].shape(0) + similarities[1].shape(0) + similarities[2].shape(0);
  double best = 0;
  for (std::size_t item = 0; item < items; ++item)
    best = std::max(best, coverage_over_voxels(similarities, {item}, -1) - coverage_over_voxels(similarities, {}, -1));
  return tolerance * best / std::sqrt(static_cast<double>(items));
}

SelectionProblem one_case(const Shape3& shape, const std::array<std::size_t, 3>& budgets, std::uint64_t seed) {
  SelectionProblem problem;
  for (const Plane plane : all_planes) {
    const std::size_t axis = stacking_axis(plane);
    problem.stacks.push_back({.plane = plane,
                              .slices = shape[axis],
                              .budget = budgets[axis],
                              .features = test::random_features(shape[axis], 3, Generator(seed).split(axis))});
  }
  return problem;
}

/// The slices that each plane gets of a joint order of items.
std::array<std::vector<std::size_t>, 3> by_plane(const std::vector<std::size_t>& items, const Shape3& shape) {
  std::array<std::vector<std::size_t>, 3> slices;
  for (std::size_t item : items) {
    std::size_t axis = 0;
    while (item >= shape[axis])
      item -= shape[axis++];
    slices[axis].push_back(item);
  }
  return slices;
}

/// Ranks of all stacks of one case as items, the stacks merged by falling gain.
std::vector<std::size_t> merged_by_gain(const SelectionPlan& plan, const Shape3& shape) {
  std::vector<std::pair<double, std::size_t>> ranked;
  std::size_t offset = 0;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    for (std::size_t rank = 0; rank < plan.selections[axis].indices.size(); ++rank)
      ranked.emplace_back(-plan.selections[axis].gains[rank], offset + plan.selections[axis].indices[rank]);
    offset += shape[axis];
  }
  std::ranges::sort(ranked);
  std::vector<std::size_t> items;
  for (const auto& [gain, item] : ranked)
    items.push_back(item);
  return items;
}

} // namespace

TEST_CASE("cross-plane coverage by hand") {
  // Two slices of xy, one of xz and none of yz: voxels (z, y) = (0, 0), (1, 0).
  CrossPlaneCoverage objective({Array2<float>{{1, 0.25F}, {0, 1}}, Array2<float>{{0.5F}}, {}}, {.baseline = 0});
  CHECK(objective.size() == 3);
  CHECK(objective.clients() == 2);
  CHECK(objective.value() == 0);
  CHECK(objective.gain(0) == 1.25);
  CHECK(objective.gain(1) == 1);
  CHECK(objective.gain(2) == 1);
  objective.add(0);
  CHECK(objective.value() == 1.25);
  CHECK(objective.gain(0) == 0);
  CHECK(objective.gain(1) == 0.75);
  CHECK(objective.gain(2) == 0.25); // the voxel at z = 1 alone
  objective.add(2);
  CHECK(objective.value() == 1.5);
  CHECK(objective.gain(1) == 0.5);
}

TEST_CASE("cross-plane gains are differences over voxels and never grow") {
  for (const Shape3& shape : {Shape3{5, 5, 5}, Shape3{2, 7, 4}, Shape3{0, 6, 3}, Shape3{5, 0, 0}})
    for (std::uint64_t seed = 0; seed < 5; ++seed) {
      const PlaneMatrices similarities = random_similarities(shape, seed);
      CrossPlaneCoverage objective(similarities);
      CHECK(objective.value() == Approx(coverage_over_voxels(similarities, {}, -1)));
      std::vector<double> last(objective.size(), std::numeric_limits<double>::infinity());
      std::vector<std::size_t> set;
      Generator generator(seed);
      for (std::size_t step = 0; step < objective.size(); ++step) {
        const double before = coverage_over_voxels(similarities, set, -1);
        for (std::size_t item = 0; item < objective.size(); ++item) {
          std::vector<std::size_t> with = set;
          with.push_back(item);
          const double gain = objective.gain(item);
          CHECK(gain == Approx(coverage_over_voxels(similarities, with, -1) - before).margin(1e-11));
          CHECK(gain >= 0);
          CHECK(gain <= last[item]);
          last[item] = gain;
        }
        set.push_back(generator.uniform_index(objective.size())); // twice the same, now and then
        objective.add(set.back());
        CHECK(objective.value() == Approx(coverage_over_voxels(similarities, set, -1)).margin(1e-11));
      }
    }
}

TEST_CASE("planes intersect: every fifth slice of each plane covers 48.8 % of the voxels, not 60 %") {
  CrossPlaneCoverage objective(indicators(20), {.baseline = 0});
  double as_if_apart = 0;
  for (const std::size_t offset : {0U, 20U, 40U})
    for (std::size_t slice = 2; slice < 20; slice += 5) {
      as_if_apart += CrossPlaneCoverage(indicators(20), {.baseline = 0}).gain(offset + slice);
      objective.add(offset + slice);
    }
  CHECK(as_if_apart == 0.6 * 8000);
  CHECK(objective.value() == 3904);
  CHECK(3904 / objective.clients() == 0.488);
}

TEST_CASE("one plane by itself is facility location") {
  for (std::size_t axis = 0; axis < 3; ++axis) {
    PlaneMatrices similarities;
    similarities[axis] = test::cosines(test::random_features(17, 4, Generator(axis))).values();
    CrossPlaneCoverage across(similarities);
    FacilityLocation along(similarities[axis]);
    for (const std::size_t chosen : {3U, 16U, 0U, 8U}) {
      for (std::size_t item = 0; item < 17; ++item)
        CHECK(across.gain(item) == Approx(along.gain(item)).margin(1e-12));
      across.add(chosen);
      along.add(chosen);
      CHECK(across.value() == Approx(along.value()));
    }
  }
}

TEST_CASE("naive and lazy greedy agree on cross-plane coverage, whatever ties") {
  PlaneMatrices repeated = random_similarities({4, 4, 4}, 9);
  for (Array2<float>& similarity : repeated) {
    Array2<float> twice = xt::zeros<float>({8, 8});
    for (std::size_t i = 0; i < 8; ++i)
      for (std::size_t j = 0; j < 8; ++j)
        twice(i, j) = similarity(i / 2, j / 2);
    similarity = twice;
  }
  for (const PlaneMatrices& similarities :
       {random_similarities({20, 9, 14}, 1), random_similarities({12, 12, 12}, 2), indicators(8), repeated})
    for (const double tolerance : {0.0, 1e-7, 1e-2, 1.0}) {
      const CrossPlaneCoverage objective(similarities);
      const RankedSelection lazy = LazyGreedy{.options = {.tie_tolerance = tolerance}}(objective, objective.size());
      const RankedSelection naive = NaiveGreedy{.options = {.tie_tolerance = tolerance}}(objective, objective.size());
      CHECK(lazy.indices == naive.indices);
      CHECK(lazy.gains == naive.gains);
    }
}

TEST_CASE("cross-plane coverage is as exact for large scans and values") {
  // Each slice has 600 x 700 voxels.
  PlaneMatrices similarities = random_similarities({500, 600, 700}, 4);
  const CrossPlaneCoverage objective(similarities);
  double sum = 0;
  for (std::size_t i = 0; i < 500; ++i)
    sum += static_cast<double>(similarities[0](7, i)) + 1;
  CHECK(objective.gain(7) == Approx(600 * 700 * sum).epsilon(1e-10));
  const CrossPlaneCoverage large({Array2<float>{{3e38F, 1e30F}, {0, 2e38F}}, Array2<float>{{1}}, {}}, {.baseline = 0});
  CHECK(large.gain(0) == Approx(static_cast<double>(3e38F) + 1e30));
  const CrossPlaneCoverage small({Array2<float>{{1e-38F}}, Array2<float>{{1e-40F}}, {}}, {.baseline = 0});
  CHECK(small.gain(1) == Approx(static_cast<double>(1e-40F)));
  const CrossPlaneCoverage flat({Array2<float>{{-1}}, {}, {}});
  CHECK(flat.gain(0) == 0);
}

TEST_CASE("cross-plane coverage refuses what has no coverage") {
  const Array2<float> good{{1}};
  CHECK_THROWS_WITH(CrossPlaneCoverage({}), "similarities: expected a plane with slices, got none");
  CHECK_THROWS_WITH(CrossPlaneCoverage({good, xt::zeros<float>({2, 3}), good}),
                    "similarity in plane xz: expected a square matrix, got 2 x 3");
  CHECK_THROWS_WITH(
      CrossPlaneCoverage({good, good, Array2<float>{{1, 0}, {std::numeric_limits<float>::quiet_NaN(), 1}}}),
      "similarity in plane yz: expected finite numbers, got nan in row 1, column 0");
  CHECK_THROWS_WITH(CrossPlaneCoverage({Array2<float>{{1, -0.5F}, {0, 1}}, good, {}}, {.baseline = 0}),
                    "baseline: expected a number of at most -0.5, the similarity in plane xy in row 0, column 1, "
                    "got 0");
  CHECK_THROWS_AS(CrossPlaneCoverage({good, {}, {}}, {.baseline = std::nan("")}), InvalidArgument);
}

TEST_CASE("cross-plane cover passes the selectors' suite") { test::check_selector(CrossPlaneCover<>{}); }

TEST_CASE("cross-plane cover is greedy over voxels with one budget for the planes of a case") {
  const Shape3 shape{5, 5, 5};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    const SelectionProblem problem = one_case(shape, {2, 4, 1}, seed);
    const RankedSelection expected = greedy_over_voxels(random_similarities(shape, seed), {}, 7, 1e-5);
    const SelectionPlan plan = CrossPlaneCover<>{}(problem, Generator(1));
    CHECK(merged_by_gain(plan, shape) == expected.indices);
    for (const RankedSelection& selection : plan.selections)
      CHECK(selection.coverage.empty());
    CHECK(CrossPlaneCover<>{}(one_case(shape, {1, 1, 5}, seed), Generator(1)) == plan); // the sum alone counts
  }
}

TEST_CASE("cross-plane cover's ties are a share of the best slice's gain") {
  const Shape3 shape{5, 5, 5};
  for (const double tolerance : {0.05, 0.2, 1.0})
    for (std::uint64_t seed = 0; seed < 4; ++seed) {
      const CrossPlaneCover<> selector{.options = {.tie_tolerance = tolerance}};
      const SelectionPlan plan = selector(one_case(shape, {2, 4, 1}, seed), Generator(1));
      const RankedSelection expected = greedy_over_voxels(random_similarities(shape, seed), {}, 7,
                                                          band_of(random_similarities(shape, seed), tolerance));
      const auto slices = by_plane(expected.indices, shape);
      for (std::size_t axis = 0; axis < 3; ++axis)
        CHECK(plan.selections[axis].indices == slices[axis]);
    }
}

TEST_CASE("labelled slices represent from the start") {
  const Shape3 shape{5, 4, 6};
  for (std::uint64_t seed = 0; seed < 8; ++seed) {
    SelectionProblem problem = one_case(shape, {1, 1, 2}, seed);
    problem.stacks[0].labelled = {1};
    problem.stacks[2].labelled = {0, 5};
    const RankedSelection expected = greedy_over_voxels(random_similarities(shape, seed), {1, 9, 14}, 4, 1e-5);
    CHECK(merged_by_gain(CrossPlaneCover<>{}(problem, Generator(1)), shape) == expected.indices);
  }
}

TEST_CASE("a plane gets what its slices are worth") {
  Array2<float> all_different = xt::zeros<float>({6, 6});
  for (std::size_t i = 0; i < 6; ++i)
    all_different(i, i) = 1;
  const SelectionProblem problem{
      {{.plane = Plane::xz, .slices = 4, .budget = 1, .features = Array2<float>{{1, 0}, {2, 0}, {0, 1}, {0, 3}}},
       {.plane = Plane::xy, .slices = 6, .budget = 1, .features = all_different},
       {.case_index = 1, .plane = Plane::xy, .slices = 6, .budget = 2, .features = all_different}}};
  const SelectionPlan plan = CrossPlaneCover<>{}(problem, Generator(1));
  CHECK(plan.selections[0] == RankedSelection{.indices = {0, 2}, .gains = {6 * (2 * 2 + 2), 6 * 2}});
  CHECK(plan.selections[1] == RankedSelection{});
  CHECK(plan.selections[2].indices == std::vector<std::size_t>{0, 1});
}

TEST_CASE("one plane's cross-plane cover is max-cover") {
  const Array2<float> features = test::random_features(30, 5, Generator(2));
  const SelectionProblem problem{{{.plane = Plane::yz, .slices = 30, .budget = 8, .features = features}}};
  CHECK(CrossPlaneCover<>{}(problem, Generator(1)).selections.front().indices ==
        MaxCover<>{}(features, 8, Generator(1)).indices);
}

TEST_CASE("cross-plane cover's options are named") {
  CrossPlaneCover<>::Options options;
  std::vector<std::string> paths;
  visit_leaves(options, "", [&](const std::string& path, const auto&) { paths.push_back(path); });
  CHECK(paths == std::vector<std::string>{"objective.baseline", "tie_tolerance"});
}

TEST_CASE("cross-plane cover tells the slices of all cases as one piece of work") {
  test::RecordedProgress recorded;
  const SelectionProblem problem = test::example_problem(Generator(11));
  const CrossPlaneCover<> selector{.progress = recorded.progress()};
  (void)selector(problem, Generator(1));
  test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().steps == 11);
}
