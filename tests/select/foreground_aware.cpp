#include "sparseann/select/foreground_aware.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "support/catch.hpp"
#include "support/selector_suite.hpp"

using namespace sparseann;

static_assert(CohortSelector<ForegroundAware<>>);
static_assert(needs_scores<ForegroundAware<>>);
static_assert(!needs_features<ForegroundAware<>>);
static_assert(prefix_consistent<ForegroundAware<>>);
static_assert(ImageScorer<ForegroundAware<>>);

namespace {

std::vector<std::size_t> drawn(const std::vector<double>& scores, std::size_t budget, std::uint64_t seed,
                               double uniform_share, std::vector<std::size_t> labelled = {}) {
  const SelectionProblem problem{
      {{.slices = scores.size(), .budget = budget, .scores = scores, .labelled = std::move(labelled)}}};
  const ForegroundAware<> selector{.options = {.uniform_share = uniform_share}};
  return selector(problem, Generator(seed)).selections.front().indices;
}

/// Pearson's statistic of the counts of `draws` draws.
double chi_square(const std::vector<double>& probabilities, const std::vector<std::size_t>& counts, std::size_t draws) {
  double sum = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double expected = probabilities[i] * static_cast<double>(draws);
    const double difference = static_cast<double>(counts[i]) - expected;
    sum += difference * difference / expected;
  }
  return sum;
}

std::vector<double> first_draw_probabilities(const std::vector<double>& scores, double uniform_share) {
  double total = 0;
  for (const double score : scores)
    total += score;
  std::vector<double> probabilities;
  for (const double score : scores)
    probabilities.push_back(uniform_share / static_cast<double>(scores.size()) + (1 - uniform_share) * score / total);
  return probabilities;
}

} // namespace

TEST_CASE("foreground-aware selection passes the selectors' suite") {
  test::check_selector(ForegroundAware<>{});
  test::check_selector(ForegroundAware<>{.options = {.uniform_share = 0}});
  test::check_selector(ForegroundAware<>{.options = {.uniform_share = 1}});
}

TEST_CASE("the first draw has the probabilities of the formula") {
  constexpr std::size_t draws = 20000;
  const std::vector<double> scores{0, 1, 2, 3, 4};
  for (const double share : {0.1, 0.5, 1.0}) {
    std::vector<std::size_t> counts(5, 0);
    for (std::uint64_t seed = 0; seed < draws; ++seed)
      ++counts[drawn(scores, 1, seed, share).front()];
    // Chi-square with 4 degrees of freedom exceeds 18.47 once in a thousand.
    CHECK(chi_square(first_draw_probabilities(scores, share), counts, draws) < 18.47);
    if (share < 1) // the bound is tight enough to tell the shares apart
      CHECK(chi_square(first_draw_probabilities(scores, share + 0.05), counts, draws) > 18.47);
  }
}

TEST_CASE("later draws are proportional to the weights of what is left") {
  constexpr std::size_t draws = 24000;
  const std::vector<double> weights = first_draw_probabilities({0, 3, 1, 0.5}, 0.2);
  std::vector<double> probabilities;
  std::map<std::vector<std::size_t>, std::size_t> place;
  std::vector<std::size_t> order{0, 1, 2, 3};
  do { // all orders of four slices, the probability of each by the definition of drawing without replacement
    double left = 1;
    double probability = 1;
    for (const std::size_t slice : order) {
      probability *= weights[slice] / left;
      left -= weights[slice];
    }
    place[order] = probabilities.size();
    probabilities.push_back(probability);
  } while (std::ranges::next_permutation(order).found);
  std::vector<std::size_t> counts(probabilities.size(), 0);
  for (std::uint64_t seed = 0; seed < draws; ++seed)
    ++counts[place.at(drawn({0, 3, 1, 0.5}, 4, seed, 0.2))];
  CHECK(counts.size() == 24);
  CHECK(chi_square(probabilities, counts, draws) < 49.73); // 23 degrees of freedom, once in a thousand
}

TEST_CASE("slices without a score come last where nothing is uniform, in any order") {
  std::map<std::vector<std::size_t>, std::size_t> tails;
  for (std::uint64_t seed = 0; seed < 600; ++seed) {
    const std::vector<std::size_t> order = drawn({0, 2, 0, 1, 0}, 5, seed, 0);
    CHECK(std::set<std::size_t>(order.begin(), order.begin() + 2) == std::set<std::size_t>{1, 3});
    ++tails[{order.begin() + 2, order.end()}];
  }
  REQUIRE(tails.size() == 6);
  for (const auto& [tail, count] : tails)
    CHECK(std::abs(static_cast<double>(count) - 100) < 4.5 * std::sqrt(600 / 6.0 * 5 / 6.0));
}

TEST_CASE("all slices are alike where no slice has a score") {
  std::vector<std::size_t> counts(4, 0);
  for (std::uint64_t seed = 0; seed < 8000; ++seed)
    ++counts[drawn({0, 0, 0, 0}, 1, seed, 0).front()];
  CHECK(chi_square(std::vector<double>(4, 0.25), counts, 8000) < 16.27); // 3 degrees of freedom, once in a thousand
}

TEST_CASE("a selection goes on after its own beginning as if it had not stopped") {
  const std::vector<double> scores{3, 0, 1, 5, 2, 2, 0, 4, 1, 1};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<std::size_t> whole = drawn(scores, 10, seed, 0.1);
    std::vector<std::size_t> labelled(whole.begin(), whole.begin() + 4);
    std::ranges::sort(labelled);
    CHECK(drawn(scores, 6, seed, 0.1, labelled) == std::vector<std::size_t>(whole.begin() + 4, whole.end()));
  }
}

TEST_CASE("only the ratio of scores matters, however large or small they are") {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    const std::vector<std::size_t> expected = drawn({1, 1, 1, 0.5}, 4, seed, 0.1);
    CHECK(drawn({0x1p1023, 0x1p1023, 0x1p1023, 0x1p1022}, 4, seed, 0.1) == expected);
    CHECK(drawn({0x1p-1021, 0x1p-1021, 0x1p-1021, 0x1p-1022}, 4, seed, 0.1) == expected);
  }
}

TEST_CASE("a stack's draws depend on its case and plane, and on no other stack") {
  SelectionProblem problem;
  for (const std::size_t case_index : {0U, 1U})
    for (const Plane plane : {Plane::xy, Plane::yz})
      problem.stacks.push_back({.case_index = case_index,
                                .plane = plane,
                                .slices = 30,
                                .budget = 30,
                                .scores = std::vector<double>(30, 1.0)});
  const SelectionPlan plan = ForegroundAware<>{}(problem, Generator(1));
  std::set<std::vector<std::size_t>> distinct;
  for (std::size_t i = 0; i < 4; ++i) {
    distinct.insert(plan.selections[i].indices);
    CHECK(ForegroundAware<>{}({{problem.stacks[i]}}, Generator(1)).selections.front() == plan.selections[i]);
  }
  CHECK(distinct.size() == 4);
}

TEST_CASE("foreground-aware selection refuses bad options and missing scores") {
  CHECK_THROWS_WITH(drawn({1, 2}, 1, 1, 1.5), "uniform_share: expected a number of at least 0 and at most 1, got 1.5");
  CHECK_THROWS_WITH(ForegroundAware<>{}({{{.case_index = 1, .slices = 4, .budget = 1}}}, Generator(1)),
                    "scores of case 1, plane xy: expected a score per slice, which this selector needs, got none");
}

TEST_CASE("slice scores are means over slices") {
  Array3<float> map = xt::zeros<float>({2, 3, 4});
  for (std::size_t z = 0; z < 2; ++z)
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x < 4; ++x)
        map(z, y, x) = static_cast<float>(100 * z + 10 * y + x);
  CHECK(slice_scores(map, Plane::xy) == std::vector<double>{11.5, 111.5});
  CHECK(slice_scores(map, Plane::xz) == std::vector<double>{51.5, 61.5, 71.5});
  CHECK(slice_scores(map, Plane::yz) == std::vector<double>{60, 61, 62, 63});
}

TEST_CASE("slice scores name the voxel that is no score") {
  Array3<float> map = xt::ones<float>({2, 3, 4});
  map(1, 0, 2) = -0.5F;
  CHECK_THROWS_WITH(slice_scores(map, Plane::xz),
                    "map: expected finite numbers of at least 0, got -0.5 at voxel (z, y, x) = (1, 0, 2)");
  map(0, 2, 3) = std::numeric_limits<float>::infinity();
  CHECK_THROWS_WITH(slice_scores(map, Plane::xz),
                    "map: expected finite numbers of at least 0, got inf at voxel (z, y, x) = (0, 2, 3)");
  map(0, 0, 0) = std::nanf("");
  CHECK_THROWS_WITH(slice_scores(map, Plane::xz),
                    "map: expected finite numbers of at least 0, got nan at voxel (z, y, x) = (0, 0, 0)");
  CHECK_THROWS_WITH(slice_scores(xt::zeros<float>({0, 3, 4}), Plane::xy),
                    "map: expected at least one voxel, got 0 x 3 x 4");
}

TEST_CASE("scores of an image are means over slices of what lies above the lowest intensity, channels together") {
  Image image{.voxels = xt::zeros<float>({2, 2, 1, 3}), .geometry = {.shape = {2, 1, 3}}};
  image.voxels(0, 0, 0, 0) = -6;
  image.voxels(1, 1, 0, 2) = 3;
  const ForegroundAware<> selector;
  CHECK(selector.scores(image, Plane::xy) == std::vector<double>{4, 7});
  CHECK(selector.scores(image, Plane::xz) == std::vector<double>{5.5});
  CHECK(selector.scores(image, Plane::yz) == std::vector<double>{3, 6, 7.5});
}

TEST_CASE("another map takes the place of the intensities") {
  const auto first_voxel = [](const Image& image) {
    Array3<float> map = xt::zeros<float>({image.shape()[0], image.shape()[1], image.shape()[2]});
    map(0, 0, 0) = 1;
    return map;
  };
  const ForegroundAware selector{.options = {}, .map = first_voxel};
  const Image image{.voxels = xt::zeros<float>({1, 1, 1, 2}), .geometry = {.shape = {1, 1, 2}}};
  CHECK(selector.scores(image, Plane::yz) == std::vector<double>{1, 0});
}
