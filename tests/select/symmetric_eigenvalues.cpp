#include "sparseann/select/symmetric_eigenvalues.hpp"

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

void check_eigenvalues(const Array2<double>& matrix, const std::vector<double>& expected, double margin = 1e-12) {
  const std::vector<double> found = symmetric_eigenvalues(matrix);
  REQUIRE(found.size() == expected.size());
  for (std::size_t i = 0; i < found.size(); ++i)
    CHECK(found[i] == Approx(expected[i]).margin(margin));
}

/// (I - 2 v v^T / |v|^2) diag(values) (I - 2 v v^T / |v|^2), whose eigenvalues are `values`.
Array2<double> reflected(const std::vector<double>& values, const std::vector<double>& v) {
  const std::size_t size = values.size();
  double square = 0;
  for (const double x : v)
    square += x * x;
  Array2<double> reflection = xt::zeros<double>({size, size});
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      reflection(i, j) = (i == j ? 1.0 : 0.0) - 2 * v[i] * v[j] / square;
  Array2<double> result = xt::zeros<double>({size, size});
  for (std::size_t i = 0; i < size; ++i)
    for (std::size_t j = 0; j < size; ++j)
      for (std::size_t k = 0; k < size; ++k)
        result(i, j) += reflection(i, k) * values[k] * reflection(j, k);
  return result;
}

} // namespace

TEST_CASE("eigenvalues of small matrices by hand") {
  check_eigenvalues(xt::zeros<double>({0, 0}), {});
  check_eigenvalues({{-3.5}}, {-3.5});
  check_eigenvalues({{2, 1}, {1, 2}}, {1, 3});
  check_eigenvalues({{5, 0, 0}, {0, -1, 0}, {0, 0, 2}}, {-1, 2, 5});
  check_eigenvalues(xt::zeros<double>({3, 3}), {0, 0, 0});
  check_eigenvalues(xt::ones<double>({6, 6}), {0, 0, 0, 0, 0, 6});
}

TEST_CASE("eigenvalues of the second difference in closed form") {
  constexpr std::size_t size = 20;
  Array2<double> matrix = xt::zeros<double>({size, size});
  std::vector<double> expected;
  for (std::size_t i = 0; i < size; ++i) {
    matrix(i, i) = 2;
    if (i > 0)
      matrix(i, i - 1) = matrix(i - 1, i) = -1;
    expected.push_back(2 - 2 * std::cos(static_cast<double>(i + 1) * std::numbers::pi / static_cast<double>(size + 1)));
  }
  check_eigenvalues(matrix, expected);
}

TEST_CASE("eigenvalues that a full matrix was made from, repeated and of any scale") {
  const std::vector<double> values{-7, -7, 0, 0, 0, 1e-3, 2, 2, 2, 40};
  Generator generator(3);
  for (int trial = 0; trial < 10; ++trial) {
    std::vector<double> v(values.size());
    for (double& x : v)
      x = generator.normal();
    check_eigenvalues(reflected(values, v), values, 1e-12 * 40);
    check_eigenvalues(1e150 * reflected(values, v), {-7e150, -7e150, 0, 0, 0, 1e147, 2e150, 2e150, 2e150, 4e151},
                      1e139);
  }
}

TEST_CASE("what is no square matrix of numbers is refused") {
  CHECK_THROWS_WITH(symmetric_eigenvalues(xt::zeros<double>({2, 3})),
                    "matrix: expected as many rows as columns, got 2 x 3");
  CHECK_THROWS_WITH(symmetric_eigenvalues({{std::numeric_limits<double>::quiet_NaN()}}),
                    "matrix: expected finite numbers, got one that is not");
}
