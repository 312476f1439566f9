#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// The mean of a table's rows and the directions from it in which they vary most.
///
/// Shapes: mean (P), axes (P, D) with orthonormal columns, both float64; variances: all min(N, P), descending, which
/// sum up to the total variance (divisor N).
struct PrincipalAxes {
  torch::Tensor mean;
  torch::Tensor axes;
  std::vector<double> variances;

  /// Coordinates of rows along the axes. Shapes: (n, P) -> (n, D), float64.
  [[nodiscard]] torch::Tensor project(const torch::Tensor& rows) const {
    return (rows.to(torch::kDouble) - mean).matmul(axes);
  }
  /// The rows that have these coordinates and nothing besides. Shapes: (n, D) -> (n, P), float64.
  [[nodiscard]] torch::Tensor reconstruct(const torch::Tensor& coordinates) const {
    return coordinates.to(torch::kDouble).matmul(axes.t()) + mean;
  }
};

namespace detail {

inline constexpr std::int64_t rows_at_once = 1024; ///< that are held in float64

/// Summed from the first row on, so that the mean of equal rows is that row exactly.
[[nodiscard]] inline torch::Tensor mean_row(const torch::Tensor& rows) {
  const torch::Tensor first = rows[0].to(torch::kDouble);
  torch::Tensor sum = torch::zeros_like(first);
  for (const torch::Tensor& some : rows.split(rows_at_once))
    sum += (some.to(torch::kDouble) - first).sum(0);
  return first + sum / rows.size(0);
}

struct Eigenpairs {
  torch::Tensor values;  ///< ascending
  torch::Tensor vectors; ///< (P, P) or, of the Gram matrix, (P, N), not normalised
};

[[nodiscard]] inline Eigenpairs eigenpairs_of_covariance(const torch::Tensor& rows, const torch::Tensor& mean) {
  torch::Tensor covariance = torch::zeros({rows.size(1), rows.size(1)}, torch::kDouble);
  for (const torch::Tensor& some : rows.split(rows_at_once)) {
    const torch::Tensor centred = some.to(torch::kDouble) - mean;
    covariance.addmm_(centred.t(), centred);
  }
  auto [values, vectors] = torch::linalg_eigh(covariance / rows.size(0));
  return {values, vectors};
}

[[nodiscard]] inline Eigenpairs eigenpairs_of_gram(const torch::Tensor& rows, const torch::Tensor& mean) {
  const torch::Tensor centred = rows.to(torch::kDouble) - mean;
  const auto [values, vectors] = torch::linalg_eigh(centred.matmul(centred.t()) / rows.size(0));
  return {values, centred.t().matmul(vectors)};
}

/// Descending; those that rounding made negative are zero.
[[nodiscard]] inline std::vector<double> variances_of(const torch::Tensor& ascending) {
  const torch::Tensor descending = ascending.flip(0).clamp_min(0).contiguous();
  const double* const first = descending.const_data_ptr<double>();
  return {first, first + descending.numel()};
}

/// How many variances are more than what rounding leaves of none.
[[nodiscard]] inline std::size_t directions_of(const std::vector<double>& variances, std::int64_t longer_side) {
  const double negligible =
      variances.front() * static_cast<double>(longer_side) * std::numeric_limits<double>::epsilon();
  return static_cast<std::size_t>(
      std::ranges::count_if(variances, [&](double variance) { return variance > negligible; }));
}

/// Columns of length 1 at right angles, the entry of largest size in each positive (the first of several).
[[nodiscard]] inline torch::Tensor oriented(const torch::Tensor& columns) {
  const torch::Tensor axes = std::get<0>(torch::linalg_qr(columns));
  return axes * axes.gather(0, axes.abs().argmax(0, true)).sign();
}

} // namespace detail

/// The `components` leading principal axes of a table's rows, exactly. `argument` names `components` in messages.
///
/// Formula: eigenvectors of the covariance (divisor N) or, where there are fewer rows than columns, of the Gram matrix
/// of the centred rows, in float64. A variance counts as none up to the largest one times max(N, P) times 2^-52.
/// Shapes: rows (N, P), float32 or float64, on the CPU.
/// Cost: min(N, P)^3 + N P min(N, P). No random numbers: the same bits from one machine and number of threads. Another
/// order of the rows changes rounding alone, unless variances are equal, whose axes are then not determined.
/// Throws: InvalidArgument where the rows vary in fewer directions.
[[nodiscard]] inline PrincipalAxes principal_axes(const torch::Tensor& rows, std::size_t components,
                                                  const std::string& argument) {
  if (rows.numel() == 0)
    throw InvalidArgument("rows", "at least one row and one column",
                          fmt::format("{} x {}", rows.size(0), rows.size(1)));
  const torch::Tensor mean = detail::mean_row(rows);
  const detail::Eigenpairs pairs = rows.size(0) < rows.size(1) ? detail::eigenpairs_of_gram(rows, mean)
                                                               : detail::eigenpairs_of_covariance(rows, mean);
  std::vector<double> variances = detail::variances_of(pairs.values);
  const std::size_t directions = detail::directions_of(variances, std::max(rows.size(0), rows.size(1)));
  if (components > directions)
    throw InvalidArgument(argument,
                          fmt::format("at most {}, the directions in which {} rows vary", directions, rows.size(0)),
                          fmt::format("{}", components));
  const auto count = static_cast<std::int64_t>(components);
  const torch::Tensor leading = pairs.vectors.slice(1, pairs.vectors.size(1) - count).flip(1);
  return {mean, detail::oriented(leading), std::move(variances)};
}

} // namespace sparseann
