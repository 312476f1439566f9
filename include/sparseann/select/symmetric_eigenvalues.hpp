#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"

namespace sparseann {

namespace detail {

/// A symmetric matrix with zeros but on its diagonal and beside it: beside[i] stands at (i, i + 1) and (i + 1, i).
struct Tridiagonal {
  std::vector<double> diagonal;
  std::vector<double> beside;
};

/// Householder's vector for column k below the diagonal: the reflection I - 2 v v^T / |v|^2 leaves `beside` alone
/// there.
struct Reflection {
  std::vector<double> vector;
  double beside = 0;
};

[[nodiscard]] inline Reflection reflection_of(const Array2<double>& matrix, std::size_t k) {
  Reflection reflection;
  for (std::size_t i = k + 1; i < matrix.shape(0); ++i)
    reflection.vector.push_back(matrix(i, k));
  const std::vector<double>& x = reflection.vector;
  const double length = std::sqrt(std::inner_product(x.begin(), x.end(), x.begin(), 0.0));
  reflection.beside = x.front() > 0 ? -length : length; // the sign that cancels nothing
  reflection.vector.front() -= reflection.beside;
  return reflection;
}

/// Applies a reflection to the rows and columns from `first` on, both sides.
inline void apply_reflection(Array2<double>& matrix, std::size_t first, std::span<const double> v) {
  const double square = std::inner_product(v.begin(), v.end(), v.begin(), 0.0);
  if (square == 0.0)
    return;
  const double scale = 2 / square;
  std::vector<double> w(v.size(), 0.0);
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = 0; j < v.size(); ++j)
      w[i] += scale * matrix(first + i, first + j) * v[j];
  const double half = std::inner_product(w.begin(), w.end(), v.begin(), 0.0) / square;
  for (std::size_t i = 0; i < v.size(); ++i)
    w[i] -= half * v[i];
  for (std::size_t i = 0; i < v.size(); ++i)
    for (std::size_t j = 0; j < v.size(); ++j)
      matrix(first + i, first + j) -= v[i] * w[j] + w[i] * v[j];
}

[[nodiscard]] inline Tridiagonal tridiagonal(Array2<double> matrix) {
  const std::size_t size = matrix.shape(0);
  Tridiagonal result{.diagonal = std::vector<double>(size), .beside = {}};
  for (std::size_t k = 0; k + 2 < size; ++k) {
    const Reflection reflection = reflection_of(matrix, k);
    result.beside.push_back(reflection.beside);
    apply_reflection(matrix, k + 1, reflection.vector);
  }
  if (size > 1)
    result.beside.push_back(matrix(size - 1, size - 2));
  for (std::size_t k = 0; k < size; ++k)
    result.diagonal[k] = matrix(k, k);
  return result;
}

/// How many eigenvalues lie below x: as many as the pivots of T - x I below zero (Sylvester's law of inertia).
[[nodiscard]] inline std::size_t eigenvalues_below(const Tridiagonal& matrix, double x) {
  std::size_t count = 0;
  double pivot = 1;
  for (std::size_t i = 0; i < matrix.diagonal.size(); ++i) {
    const double beside = i == 0 ? 0.0 : matrix.beside[i - 1];
    pivot = matrix.diagonal[i] - x - beside * beside / pivot;
    if (pivot == 0)
      pivot = -std::numeric_limits<double>::min();
    count += pivot < 0 ? 1U : 0U;
  }
  return count;
}

/// Beyond every eigenvalue's size (Gershgorin).
[[nodiscard]] inline double eigenvalue_limit(const Tridiagonal& matrix) {
  double limit = 0;
  for (std::size_t i = 0; i < matrix.diagonal.size(); ++i) {
    const double left = i == 0 ? 0.0 : std::abs(matrix.beside[i - 1]);
    const double right = i == matrix.beside.size() ? 0.0 : std::abs(matrix.beside[i]);
    limit = std::max(limit, std::abs(matrix.diagonal[i]) + left + right);
  }
  return limit * (1 + 1e-12) + std::numeric_limits<double>::min();
}

} // namespace detail

/// All eigenvalues of a symmetric matrix, ascending, repeated ones as often as they are there.
///
/// Householder's reflections make the matrix tridiagonal; bisection on the signs of its pivots finds each eigenvalue to
/// the rounding of the largest. The lower triangle is not compared with the upper one.
/// Shapes: matrix (N, N); result N. Cost: 8/3 N^3 + 300 N^2 operations, 8 N^2 bytes.
/// Throws: InvalidArgument where the matrix is not square; DataError where it holds something that is not finite.
/// Source: Golub and Van Loan, "Matrix Computations", 4th edition, sections 8.3.1 and 8.4.1.
[[nodiscard]] inline std::vector<double> symmetric_eigenvalues(const Array2<double>& matrix) {
  if (matrix.shape(0) != matrix.shape(1))
    throw InvalidArgument("matrix", "as many rows as columns",
                          fmt::format("{} x {}", matrix.shape(0), matrix.shape(1)));
  if (!std::ranges::all_of(elements(matrix), [](double value) { return std::isfinite(value); }))
    throw DataError("matrix", "finite numbers", "one that is not");
  const detail::Tridiagonal reduced = detail::tridiagonal(matrix);
  const double limit = detail::eigenvalue_limit(reduced);
  std::vector<double> eigenvalues;
  double from = -limit;
  for (std::size_t k = 0; k < matrix.shape(0); ++k) {
    double low = from;
    double high = limit;
    while (high - low > limit * std::numeric_limits<double>::epsilon()) {
      const double middle = low + (high - low) / 2;
      (detail::eigenvalues_below(reduced, middle) > k ? high : low) = middle;
    }
    eigenvalues.push_back(low + (high - low) / 2);
    from = low; // the next one is not smaller
  }
  return eigenvalues;
}

} // namespace sparseann
