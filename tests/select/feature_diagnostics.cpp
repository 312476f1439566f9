#include "sparseann/select/feature_diagnostics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <vector>

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using namespace sparseann;

static_assert(Options<FeatureDiagnosticsOptions>);

namespace {

/// Features that drift from slice to slice.
Array2<float> random_walk(std::size_t rows, std::size_t columns, Generator generator) {
  Array2<float> features = xt::zeros<float>({rows, columns});
  for (std::size_t i = 0; i < rows; ++i)
    for (std::size_t k = 0; k < columns; ++k)
      features(i, k) = (i == 0 ? 0.0F : features(i - 1, k)) + static_cast<float>(generator.normal());
  return features;
}

Array2<float> in_order(const Array2<float>& features, std::span<const std::size_t> order) {
  Array2<float> rows = features;
  for (std::size_t i = 0; i < order.size(); ++i)
    for (std::size_t k = 0; k < features.shape(1); ++k)
      rows(i, k) = features(order[i], k);
  return rows;
}

double cosine_by_definition(const Array2<float>& features, std::size_t i, std::size_t j) {
  double product = 0;
  double squares_i = 0;
  double squares_j = 0;
  for (std::size_t k = 0; k < features.shape(1); ++k) {
    product += double{features(i, k)} * double{features(j, k)};
    squares_i += double{features(i, k)} * double{features(i, k)};
    squares_j += double{features(j, k)} * double{features(j, k)};
  }
  return product / std::sqrt(squares_i * squares_j);
}

/// Rank by counting: 1 + how many are smaller + half of how many others are equal.
std::vector<double> ranks_by_counting(const std::vector<double>& values) {
  std::vector<double> ranks;
  for (const double value : values) {
    double rank = 0.5;
    for (const double other : values)
      rank += other < value ? 1.0 : other == value ? 0.5 : 0.0;
    ranks.push_back(rank);
  }
  return ranks;
}

double pearson(const std::vector<double>& x, const std::vector<double>& y) {
  const auto count = static_cast<double>(x.size());
  const double x_mean = std::accumulate(x.begin(), x.end(), 0.0) / count;
  const double y_mean = std::accumulate(y.begin(), y.end(), 0.0) / count;
  double xy = 0;
  double xx = 0;
  double yy = 0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    xy += (x[i] - x_mean) * (y[i] - y_mean);
    xx += (x[i] - x_mean) * (x[i] - x_mean);
    yy += (y[i] - y_mean) * (y[i] - y_mean);
  }
  return xy / std::sqrt(xx * yy);
}

bool warns(const FeatureDiagnostics& found, const std::string& part) {
  return std::ranges::any_of(found.warnings, [&](const std::string& w) { return w.find(part) != std::string::npos; });
}

const std::string not_near = "neighbouring slices are hardly more alike";

} // namespace

TEST_CASE("ranks with ties and their correlation by hand") {
  CHECK(mean_ranks(std::vector<double>{3, 1, 2, 2}) == std::vector<double>{4, 1, 2.5, 2.5});
  CHECK(mean_ranks(std::vector<double>{}).empty());
  const std::vector<double> x{1, 2, 3, 4, 5};
  CHECK(*rank_correlation(x, std::vector<double>{2, 1, 4, 3, 5}) == Approx(1 - 6.0 * 4 / (5 * 24))); // no ties
  CHECK(*rank_correlation(x, std::vector<double>{1, 8, 27, 64, 125}) == Approx(1));
  CHECK(*rank_correlation(x, std::vector<double>{0, -1, -2, -9, -70}) == Approx(-1));
  CHECK_FALSE(rank_correlation(x, std::vector<double>{7, 7, 7, 7, 7}).has_value());
  CHECK_FALSE(rank_correlation(std::vector<double>{}, std::vector<double>{}).has_value());
  CHECK_THROWS_WITH(rank_correlation(x, std::vector<double>{1}), "y: expected 5 values, as x has, got 1");
}

TEST_CASE("effective rank in closed form") {
  CHECK(effective_rank({{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}) == Approx(3));
  CHECK(effective_rank({{2, 0, 0, 0}, {0, 0, 2, 0}}) == Approx(2));
  CHECK(effective_rank({{1, 2}, {2, 4}, {-3, -6}}) == Approx(1));
  // Singular values 3 and 1, so shares of 3/4 and 1/4; wide and tall alike.
  const double expected = std::exp(-0.75 * std::log(0.75) - 0.25 * std::log(0.25));
  CHECK(effective_rank({{3, 0, 0}, {0, 1, 0}}) == Approx(expected));
  CHECK(effective_rank({{3, 0}, {0, 1}, {0, 0}}) == Approx(expected));
  CHECK(effective_rank(xt::zeros<double>({3, 2})) == 0);
}

TEST_CASE("diagnostics of a random walk equal their definitions, and nothing is wrong with it") {
  for (std::uint64_t seed = 0; seed < 5; ++seed) {
    const Array2<float> features = random_walk(40, 12, Generator(seed));
    std::vector<double> similarity;
    std::vector<double> nearness;
    for (std::size_t i = 0; i < 40; ++i)
      for (std::size_t j = i + 1; j < 40; ++j) {
        similarity.push_back(cosine_by_definition(features, i, j));
        nearness.push_back(-static_cast<double>(j - i));
      }
    const FeatureDiagnostics found = diagnose_features(features);
    REQUIRE(found.rank_correlation.has_value());
    CHECK(*found.rank_correlation ==
          Approx(pearson(ranks_by_counting(similarity), ranks_by_counting(nearness))).margin(1e-9));
    CHECK(*found.rank_correlation > 0.5);
    CHECK(found.duplicate_rate == 0);
    CHECK(found.slices == 40);
    CHECK(found.warnings.empty());
  }
}

TEST_CASE("a constant encoder never passes silently") {
  const std::vector<std::string> expected{"all slices have the same features"};
  for (const std::size_t rows : {2U, 3U, 50U}) {
    const FeatureDiagnostics found = diagnose_features(7 * xt::ones<float>({rows, std::size_t{9}}));
    CHECK(found.warnings == expected);
    CHECK_FALSE(found.rank_correlation.has_value());
    CHECK(found.effective_rank == Approx(1));
    CHECK(found.duplicate_rate == 1);
  }
  Array2<float> scaled = xt::ones<float>({4, 3}); // one direction: the cosine sees no length
  for (std::size_t i = 0; i < 4; ++i)
    for (std::size_t k = 0; k < 3; ++k)
      scaled(i, k) = static_cast<float>(i + 1);
  CHECK(diagnose_features(scaled).warnings == expected);
  Array2<float> rounded = xt::ones<float>({20, 3}); // constant but for rounding
  for (std::size_t i = 0; i < 20; ++i)
    rounded(i, i % 3) += 1e-6F * static_cast<float>(i);
  CHECK(diagnose_features(rounded).warnings == expected);
}

TEST_CASE("zeros alone are told, with all that they are") {
  const FeatureDiagnostics zeros = diagnose_features(xt::zeros<float>({4, 3}));
  CHECK(zeros.warnings ==
        std::vector<std::string>{"4 of 4 slices have features of zeros alone", "all slices have the same features"});
  CHECK(zeros.effective_rank == 0);
  const FeatureDiagnostics some = diagnose_features({{0, 0, 0}, {0, 0, 0}, {1, 0, 0}, {1, 1, 0}, {0, 1, 0}, {0, 1, 1}});
  CHECK(warns(some, "2 of 6 slices have features of zeros alone"));
  CHECK(some.duplicate_rate == Approx(2.0 / 6));
}

TEST_CASE("slices in random order are told from slices in order") {
  const Array2<float> features = random_walk(60, 12, Generator(8));
  std::vector<std::size_t> order(60);
  std::iota(order.begin(), order.end(), std::size_t{0});
  Generator generator(9);
  generator.shuffle(std::span(order));
  const FeatureDiagnostics sorted = diagnose_features(features);
  const FeatureDiagnostics shuffled = diagnose_features(in_order(features, order));
  CHECK(std::abs(*shuffled.rank_correlation) < 0.1);
  CHECK(warns(shuffled, not_near));
  CHECK_FALSE(warns(sorted, not_near));
  CHECK(shuffled.effective_rank == Approx(sorted.effective_rank));
}

TEST_CASE("orthogonal slices use all dimensions, and are all equally alike") {
  Array2<float> features = xt::zeros<float>({6, 8});
  for (std::size_t i = 0; i < 6; ++i)
    features(i, i + 1) = static_cast<float>(i + 1);
  const FeatureDiagnostics found = diagnose_features(features);
  CHECK(found.effective_rank == Approx(6));
  CHECK(found.duplicate_rate == 0);
  CHECK_FALSE(found.rank_correlation.has_value());
  CHECK(found.warnings == std::vector<std::string>{"all pairs of slices are equally alike"});
}

TEST_CASE("two clusters are duplicates in two dimensions") {
  const Array2<float> features{{1, 0}, {2, 0}, {1, 0}, {0, 1}, {0, 1}, {0, 3}};
  const FeatureDiagnostics found = diagnose_features(features);
  CHECK(found.effective_rank == Approx(2));
  CHECK(found.duplicate_rate == 1);
  CHECK(found.warnings == std::vector<std::string>{"100 % of the slices have the features of another"});
  std::vector<double> similarity;
  std::vector<double> nearness;
  for (int i = 0; i < 6; ++i)
    for (int j = i + 1; j < 6; ++j) {
      similarity.push_back(i / 3 == j / 3 ? 1.0 : 0.0);
      nearness.push_back(i - j);
    }
  CHECK(*found.rank_correlation == Approx(pearson(ranks_by_counting(similarity), ranks_by_counting(nearness))));
}

TEST_CASE("features that hardly leave one direction are told") {
  Array2<float> features = xt::ones<float>({30, 2});
  for (std::size_t i = 0; i < 30; ++i)
    features(i, 1) = 1.0F + 0.01F * static_cast<float>(i); // cosines of neighbours above 1 - 1e-4, none above 1 - 1e-6
  const FeatureDiagnostics found = diagnose_features(features);
  CHECK(warns(found, "the features use hardly more than one dimension (effective rank 1."));
  CHECK(found.duplicate_rate == 0);
  CHECK(*found.rank_correlation > 0.9);
  CHECK_FALSE(warns(diagnose_features(features, {.least_effective_rank = 1.0}), "dimension"));
}

TEST_CASE("limits of duplicates are options") {
  Array2<float> features = random_walk(10, 6, Generator(2));
  for (std::size_t k = 0; k < 6; ++k)
    features(7, k) = features(1, k);
  CHECK(diagnose_features(features).duplicate_rate == Approx(0.2));
  CHECK_FALSE(warns(diagnose_features(features), "features of another"));
  CHECK(
      warns(diagnose_features(features, {.most_duplicates = 0.1}), "20 % of the slices have the features of another"));
  CHECK(diagnose_features(features, {.duplicate_distance = 3}).duplicate_rate == 1);
}

TEST_CASE("one slice says nothing, and what is no table of numbers is refused") {
  const FeatureDiagnostics one = diagnose_features({{1, 2}});
  CHECK(one.warnings.empty());
  CHECK(one.effective_rank == Approx(1));
  CHECK(one.duplicate_rate == 0);
  Array2<float> broken = xt::ones<float>({3, 2});
  broken(2, 1) = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(diagnose_features(broken, {}, "a.npy"),
                    "a.npy: expected finite numbers, got nan in row 2, column 1");
  CHECK_THROWS_AS(diagnose_features(xt::zeros<float>({0, 4})), DataError);
  CHECK_THROWS_AS(diagnose_features(broken, {.duplicate_distance = 0}), InvalidArgument);
}
