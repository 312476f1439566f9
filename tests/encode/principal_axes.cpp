#include "sparseann/encode/principal_axes.hpp"

#include <cmath>
#include <numeric>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

torch::Tensor random_table(std::int64_t rows, std::int64_t columns) {
  at::Generator generator = at::detail::createCPUGenerator(7);
  return torch::randn({rows, columns}, generator, torch::kFloat);
}

double largest_difference(const torch::Tensor& a, const torch::Tensor& b) {
  return (a.to(torch::kDouble) - b.to(torch::kDouble)).abs().max().item<double>();
}

} // namespace

TEST_CASE("points on a line have one axis, along it") {
  // (1, 2, 3) + t (0, -3, 4) / 5 for t = -2, 0, 0, 2, whose variance is 2
  const torch::Tensor rows =
      torch::tensor({1.0, 3.2, 1.4, 1.0, 2.0, 3.0, 1.0, 2.0, 3.0, 1.0, 0.8, 4.6}, torch::kDouble).view({4, 3});
  const PrincipalAxes line = principal_axes(rows, 1, "components");
  CHECK(largest_difference(line.mean, torch::tensor({1.0, 2.0, 3.0})) < 1e-12);
  CHECK(largest_difference(line.axes, torch::tensor({0.0, -0.6, 0.8}, torch::kDouble).view({3, 1})) < 1e-12);
  CHECK(line.variances[0] == Approx(2));
  CHECK(line.variances[1] == Approx(0).margin(1e-12));
  CHECK(largest_difference(line.project(rows), torch::tensor({-2.0, 0.0, 0.0, 2.0}).view({4, 1})) < 1e-12);
  CHECK(largest_difference(line.reconstruct(line.project(rows)), rows) < 1e-12);
}

TEST_CASE("the axes of points on the sides of a box are its sides, the longest first") {
  // +-3 along y, +-2 along z, +-1 along x, in six points: variances 9/3, 4/3, 1/3
  const torch::Tensor rows = torch::tensor({0, 3, 0, 0, -3, 0, 0, 0, 2, 0, 0, -2, 1, 0, 0, -1, 0, 0}).view({6, 3});
  const PrincipalAxes box = principal_axes(rows.to(torch::kFloat), 3, "components");
  CHECK(largest_difference(box.axes, torch::tensor({0, 0, 1, 1, 0, 0, 0, 1, 0}).view({3, 3})) < 1e-12);
  CHECK(box.variances[0] == Approx(3));
  CHECK(box.variances[1] == Approx(4.0 / 3));
  CHECK(box.variances[2] == Approx(1.0 / 3));
}

TEST_CASE("the covariance and the Gram matrix give the same axes") {
  // 6 rows of 6 columns go by the covariance; a column of zeros makes the same rows go by the Gram matrix
  const torch::Tensor square = random_table(6, 6);
  const torch::Tensor wide = torch::cat({square, torch::zeros({6, 1})}, 1);
  const PrincipalAxes by_covariance = principal_axes(square, 5, "components");
  const PrincipalAxes by_gram = principal_axes(wide, 5, "components");
  CHECK(by_gram.axes.size(0) == 7);
  CHECK(largest_difference(by_gram.axes.slice(0, 0, 6), by_covariance.axes) < 1e-9);
  CHECK(by_gram.axes[6].abs().max().item<double>() < 1e-12);
  for (std::size_t i = 0; i < 5; ++i)
    CHECK(by_gram.variances[i] == Approx(by_covariance.variances[i]));
}

TEST_CASE("axes are orthonormal, coordinates uncorrelated and of the variances said") {
  for (const auto& [rows, columns] : {std::pair(3000, 12), std::pair(9, 40)}) {
    const torch::Tensor table = random_table(rows, columns) * torch::arange(1, columns + 1);
    const PrincipalAxes fitted = principal_axes(table, 6, "components");
    CHECK(largest_difference(fitted.axes.t().matmul(fitted.axes), torch::eye(6)) < 1e-12);
    const torch::Tensor coordinates = fitted.project(table);
    const torch::Tensor covariance = coordinates.t().matmul(coordinates) / rows;
    const torch::Tensor expected = torch::tensor(fitted.variances, torch::kDouble).slice(0, 0, 6).diag();
    CHECK(largest_difference(covariance, expected) < 1e-10 * fitted.variances[0]);
    CHECK(coordinates.mean(0).abs().max().item<double>() < 1e-10);
  }
}

TEST_CASE("what a reconstruction misses is the sum of the variances left out, as Eckart and Young say") {
  for (const auto& [rows, columns] : {std::pair(200, 10), std::pair(11, 30)}) {
    const torch::Tensor table = random_table(rows, columns);
    for (const std::size_t components : {1U, 4U, 9U}) {
      const PrincipalAxes fitted = principal_axes(table, components, "components");
      const torch::Tensor missed = table.to(torch::kDouble) - fitted.reconstruct(fitted.project(table));
      const double error = missed.square().sum().item<double>() / rows;
      const auto rest = fitted.variances.begin() + static_cast<std::ptrdiff_t>(components);
      CHECK(error == Approx(std::accumulate(rest, fitted.variances.end(), 0.0)));
    }
  }
}

TEST_CASE("the entry of largest size of each axis is positive") {
  const torch::Tensor axes = principal_axes(random_table(50, 8), 8, "components").axes;
  for (std::int64_t i = 0; i < 8; ++i)
    CHECK(axes.select(1, i).max().item<double>() == axes.select(1, i).abs().max().item<double>());
}

TEST_CASE("more axes than directions are refused, naming how many there are") {
  const torch::Tensor exact = random_table(20, 2).to(torch::kDouble).matmul(random_table(2, 5).to(torch::kDouble));
  CHECK_NOTHROW(principal_axes(exact, 2, "components"));
  CHECK_THROWS_WITH(principal_axes(exact, 3, "components"),
                    "components: expected at most 2, the directions in which 20 rows vary, got 3");
  CHECK_THROWS_WITH(principal_axes(random_table(4, 9), 4, "pca.components"),
                    "pca.components: expected at most 3, the directions in which 4 rows vary, got 4");
  CHECK_THROWS_WITH(principal_axes(torch::full({5, 3}, 0.1F), 1, "components"),
                    "components: expected at most 0, the directions in which 5 rows vary, got 1");
  CHECK_THROWS_WITH(principal_axes(torch::ones({0, 3}), 1, "components"),
                    "rows: expected at least one row and one column, got 0 x 3");
}
