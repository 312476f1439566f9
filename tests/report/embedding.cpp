#include "sparseann/report/embedding.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

static_assert(Options<TsneOptions>);

namespace {

Array2<double> random_distances(std::size_t count, Generator generator) {
  Array2<double> distances = xt::zeros<double>({count, count});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j)
      distances(i, j) = distances(j, i) = std::exp(generator.uniform(-8, 3));
  return distances;
}

Points random_points(std::size_t count, Generator generator) {
  Points points = Points::from_shape({count, 2});
  for (double& value : elements(points))
    value = generator.normal();
  return points;
}

/// Three groups of eight slices around orthogonal directions.
Array2<float> three_groups(Generator generator) {
  Array2<float> features = Array2<float>::from_shape({24, 10});
  for (std::size_t i = 0; i < 24; ++i)
    for (std::size_t k = 0; k < 10; ++k)
      features(i, k) = static_cast<float>(generator.normal(k == i % 3 ? 5.0 : 0.0, 0.2));
  return features;
}

double distance(const Points& points, std::size_t i, std::size_t j) {
  return std::hypot(points(i, 0) - points(j, 0), points(i, 1) - points(j, 1));
}

void check_groups_are_apart(const Points& points) {
  double within = 0;
  double between = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < 24; ++i)
    for (std::size_t j = 0; j < i; ++j)
      if (i % 3 == j % 3)
        within = std::max(within, distance(points, i, j));
      else
        between = std::min(between, distance(points, i, j));
  CHECK(within < between);
}

} // namespace

TEST_CASE("each row's neighbours have the perplexity that was asked for") {
  for (const double perplexity : {1.5, 5.0, 20.0, 28.0}) {
    const Array2<double> rows = neighbour_probabilities(random_distances(30, Generator(1)), perplexity);
    for (std::size_t i = 0; i < 30; ++i) {
      double sum = 0;
      double entropy = 0;
      for (std::size_t j = 0; j < 30; ++j) {
        sum += rows(i, j);
        entropy -= rows(i, j) > 0 ? rows(i, j) * std::log(rows(i, j)) : 0;
      }
      CHECK(rows(i, i) == 0);
      CHECK(sum == Approx(1));
      CHECK(std::exp(entropy) == Approx(perplexity).epsilon(1e-5));
    }
  }
}

TEST_CASE("nearer rows are neighbours with larger probability; rows in one place share it") {
  const Array2<double> rows = neighbour_probabilities({{0, 1, 4, 9}, {1, 0, 1, 4}, {4, 1, 0, 1}, {9, 4, 1, 0}}, 2);
  CHECK(rows(0, 1) > rows(0, 2));
  CHECK(rows(0, 2) > rows(0, 3));
  CHECK(rows(1, 0) == Approx(rows(1, 2)));
  const Array2<double> same = neighbour_probabilities(xt::zeros<double>({5, 5}), 2);
  CHECK(same(3, 0) == Approx(0.25));
}

TEST_CASE("the gradient of t-SNE equals finite differences of its divergence") {
  const Array2<double> joint =
      sparseann::detail::joint_probabilities(neighbour_probabilities(random_distances(12, Generator(2)), 4));
  Points points = random_points(12, Generator(3));
  const Points gradient = tsne_gradient(joint, points);
  constexpr double step = 1e-5;
  for (std::size_t i = 0; i < points.size(); ++i) {
    const double here = points.data()[i];
    points.data()[i] = here + step;
    const double above = tsne_divergence(joint, points);
    points.data()[i] = here - step;
    const double below = tsne_divergence(joint, points);
    points.data()[i] = here;
    CHECK(gradient.data()[i] == Approx((above - below) / (2 * step)).margin(1e-8));
  }
}

TEST_CASE("the divergence is zero where the plane has the features' probabilities") {
  const Points points = random_points(6, Generator(4));
  const sparseann::detail::StudentKernel kernel = sparseann::detail::student_kernel(points);
  Array2<double> joint = kernel.values;
  for (double& value : elements(joint))
    value /= kernel.sum;
  CHECK(tsne_divergence(joint, points) == Approx(0).margin(1e-12));
  const Points gradient = tsne_gradient(joint, points);
  for (const double slope : elements(gradient))
    CHECK(slope == Approx(0).margin(1e-12));
}

TEST_CASE("groups of slices come apart, the same for the same seed") {
  const Array2<float> features = three_groups(Generator(5));
  check_groups_are_apart(principal_components(features));
  const Points points = tsne(features, {}, Generator(6));
  check_groups_are_apart(points);
  CHECK((points == tsne(features, {}, Generator(6))));
  CHECK_FALSE((points == tsne(features, {}, Generator(7))));
}

TEST_CASE("t-SNE leaves its start for a smaller divergence") {
  const Array2<float> features = three_groups(Generator(8));
  const Array2<double> joint = sparseann::detail::joint_probabilities(
      neighbour_probabilities(sparseann::detail::squared_distances(features), 7));
  const TsneOptions options{.perplexity = 7};
  CHECK(tsne_divergence(joint, tsne(features, options, Generator(1))) <
        0.5 * tsne_divergence(joint, sparseann::detail::tsne_start(features, Generator(1))));
}

TEST_CASE("principal components by hand") {
  // Directions (1, 0), (0, 1) and the diagonal: the difference of the two axes carries more variance than their sum.
  const double root = std::sqrt(0.5);
  const Points points = principal_components({{3, 0}, {0, 2}, {1, 1}});
  CHECK(std::abs(points(0, 0)) == Approx(root));
  CHECK(points(0, 0) == Approx(-points(1, 0)));
  CHECK(points(2, 0) == Approx(0).margin(1e-7));
  const double along = (1.0 + 1.0 + 2 * root) / 3 * root; // mean along the diagonal
  CHECK(points(2, 1) == Approx(1 - along));
  CHECK(points(0, 1) == Approx(root - along));
}

TEST_CASE("components keep distances as far as two dimensions can") {
  Array2<float> features = Array2<float>::from_shape({9, 2}); // a circle's arc lies in a plane
  for (std::size_t i = 0; i < 9; ++i) {
    features(i, 0) = std::cos(0.2F * static_cast<float>(i));
    features(i, 1) = std::sin(0.2F * static_cast<float>(i));
  }
  const Points points = principal_components(features);
  for (std::size_t i = 0; i < 9; ++i)
    for (std::size_t j = 0; j < 9; ++j)
      CHECK(distance(points, i, j) ==
            Approx(2 * std::abs(std::sin(0.1 * (static_cast<double>(i) - static_cast<double>(j))))).margin(1e-6));
}

TEST_CASE("few slices, slices all alike, rows of zeros") {
  CHECK((principal_components({{1, 2}}) == xt::zeros<double>({1, 2})));
  CHECK(tsne({{1, 2}, {2, 1}}, {}, Generator(1)).shape(0) == 2);
  for (const std::size_t count : {3U, 4U, 5U, 40U})
    for (const float value : {0.0F, 2.0F}) {
      const Points points = tsne(value * xt::ones<float>({count, std::size_t{3}}), {}, Generator(1));
      REQUIRE(points.shape(0) == count);
      for (const double coordinate : elements(points))
        CHECK(std::isfinite(coordinate));
    }
}

TEST_CASE("what cannot be embedded is refused") {
  CHECK_THROWS_AS(principal_components(xt::zeros<float>({0, 2})), DataError);
  CHECK_THROWS_WITH(principal_components({{1, std::numeric_limits<float>::infinity()}}),
                    "features: expected finite numbers, got inf in row 0, column 1");
  CHECK_THROWS_WITH(neighbour_probabilities(random_distances(5, Generator(1)), 4),
                    "perplexity: expected a number above 1 and below 4, got 4");
  CHECK_THROWS_WITH(neighbour_probabilities(random_distances(2, Generator(1)), 1.5),
                    "squared_distances: expected a square matrix of at least 3 rows, got 2 x 2");
  CHECK_THROWS_AS(tsne(three_groups(Generator(1)), {.perplexity = 0.5}, Generator(1)), InvalidArgument);
}
