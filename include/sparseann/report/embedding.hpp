#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

/// Places in the plane, (N, 2): x and y.
using Points = Array2<double>;

struct TsneOptions {
  double perplexity = 15;
  std::size_t iterations = 750;
  std::size_t exaggerated_iterations = 150;
  double exaggeration = 4;
  double learning_rate = 1;

  friend void visit(TsneOptions& options, auto&& visitor) {
    constexpr Affects execution = Affects::execution;
    visitor(field("perplexity", options.perplexity, "neighbours of a slice, at most a third of all", at_least(1),
                  execution));
    visitor(field("iterations", options.iterations, "steps of gradient descent", at_least(1), execution));
    visitor(field("exaggerated_iterations", options.exaggerated_iterations, "first steps with exaggerated neighbours",
                  at_least(0), execution));
    visitor(field("exaggeration", options.exaggeration, "factor on the neighbours at first", at_least(1), execution));
    visitor(field("learning_rate", options.learning_rate, "size of a step in units of N / (4 exaggeration)", above(0),
                  execution));
  }
};

namespace detail {
/// Rows scaled to length 1; rows of zeros stay.
[[nodiscard]] inline torch::Tensor unit_rows(const torch::Tensor& rows) {
  return rows / rows.square().sum({1}, true).sqrt().clamp_min(std::numeric_limits<double>::min());
}
} // namespace detail

/// The features of a stack in two principal components: rows scaled to length 1, as the cosine sees them, less their
/// mean, projected on the two directions of largest variance.
///
/// The sign of a component is such that its largest coordinate is positive. Rows of zeros stay zeros; components that
/// the features do not have are zero. Shapes: features (N, D) -> (N, 2). Cost: O(N^2 D + N^3).
/// Throws: DataError for an empty table or features that are not finite.
/// Source: Pearson, "On lines and planes of closest fit to systems of points in space", 1901.
[[nodiscard]] inline Points principal_components(const Array2<float>& features) {
  check_feature_table(features.shape(0), features.shape(1));
  torch::Tensor rows = from_array(features).to(torch::kDouble);
  if (!torch::isfinite(rows).all().item<bool>())
    check_features(features); // says where
  rows = detail::unit_rows(rows);
  rows = rows - rows.mean(0, true);
  const auto [values, vectors] = at::linalg_eigh(torch::mm(rows, rows.t()), "L");
  const auto count = static_cast<std::int64_t>(features.shape(0));
  const std::int64_t kept = std::min<std::int64_t>(2, count);
  const torch::Tensor lengths = values.slice(0, count - kept).clamp_min(0).sqrt().flip({0});
  torch::Tensor points = vectors.slice(1, count - kept).flip({1}) * lengths;
  const torch::Tensor largest = points.gather(0, points.abs().argmax(0, true));
  points = points * torch::where(largest < 0, -torch::ones_like(largest), torch::ones_like(largest));
  return to_array<double, 2>(torch::constant_pad_nd(points, {0, 2 - kept}));
}

namespace detail {

/// Squared distances of rows scaled to length 1: 2 - 2 cosine. Shape: (N, N).
[[nodiscard]] inline Array2<double> squared_distances(const Array2<float>& features) {
  const torch::Tensor rows = unit_rows(from_array(features).to(torch::kDouble));
  const torch::Tensor squares = rows.square().sum(1);
  const torch::Tensor distances = squares.unsqueeze(0) + squares.unsqueeze(1) - 2 * torch::mm(rows, rows.t());
  return to_array<double, 2>(distances.clamp_min(0).fill_diagonal_(0));
}

/// p(j | i) for one precision, and its perplexity: exp of the entropy.
struct Neighbourhood {
  std::vector<double> probabilities;
  double perplexity = 0;
};

[[nodiscard]] inline Neighbourhood neighbourhood(std::span<const double> distances, std::size_t self,
                                                 double precision) {
  double nearest = std::numeric_limits<double>::infinity();
  for (std::size_t j = 0; j < distances.size(); ++j)
    if (j != self)
      nearest = std::min(nearest, distances[j]);
  Neighbourhood result{.probabilities = std::vector<double>(distances.size(), 0.0), .perplexity = 0};
  double sum = 0;
  for (std::size_t j = 0; j < distances.size(); ++j)
    if (j != self) {
      result.probabilities[j] = std::exp(-precision * (distances[j] - nearest)); // the nearest does not vanish
      sum += result.probabilities[j];
    }
  double entropy = 0;
  for (double& p : result.probabilities) {
    p /= sum;
    entropy -= p > 0 ? p * std::log(p) : 0.0;
  }
  result.perplexity = std::exp(entropy);
  return result;
}

/// The neighbourhood of a row that has the wanted perplexity, by bisection on the logarithm of the precision.
[[nodiscard]] inline Neighbourhood neighbourhood_of(std::span<const double> distances, std::size_t self,
                                                    double perplexity) {
  double low = -40;
  double high = 80;
  Neighbourhood found;
  for (int step = 0; step < 100; ++step) {
    const double middle = (low + high) / 2;
    found = neighbourhood(distances, self, std::exp(middle));
    if (std::abs(found.perplexity - perplexity) < 1e-6 * perplexity)
      break;
    (found.perplexity > perplexity ? low : high) = middle;
  }
  return found;
}

} // namespace detail

/// How much each row takes each other one for its neighbour: t-SNE's p(j | i), each row with the given perplexity.
///
/// Formula: p(j | i) ~ exp(- b_i d_ij), b_i such that exp(entropy of p(. | i)) = perplexity. A row with more others in
/// the same place than that has no such b_i; it shares itself among them.
/// Shapes: squared distances (N, N) -> (N, N), rows sum to 1, 0 on the diagonal. Cost: up to 100 N^2 exponentials.
/// Throws: InvalidArgument for fewer than three rows, or a perplexity that is not above 1 and below N - 1.
/// Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008, Eq. 1.
[[nodiscard]] inline Array2<double> neighbour_probabilities(const Array2<double>& squared_distances,
                                                            double perplexity) {
  const std::size_t count = squared_distances.shape(0);
  if (count < 3 || squared_distances.shape(1) != count)
    throw InvalidArgument("squared_distances", "a square matrix of at least 3 rows",
                          fmt::format("{} x {}", count, squared_distances.shape(1)));
  if (!(perplexity > 1 && perplexity < static_cast<double>(count - 1)))
    throw InvalidArgument("perplexity", fmt::format("a number above 1 and below {}", count - 1),
                          fmt::format("{}", perplexity));
  Array2<double> result = Array2<double>::from_shape({count, count});
  for (std::size_t i = 0; i < count; ++i) {
    const detail::Neighbourhood row =
        detail::neighbourhood_of(elements(squared_distances).subspan(i * count, count), i, perplexity);
    std::ranges::copy(row.probabilities, &result(i, 0));
  }
  return result;
}

namespace detail {

/// Probabilities of pairs: (p(j | i) + p(i | j)) / 2N.
[[nodiscard]] inline Array2<double> joint_probabilities(const Array2<double>& conditional) {
  const std::size_t count = conditional.shape(0);
  Array2<double> joint = Array2<double>::from_shape({count, count});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j)
      joint(i, j) = (conditional(i, j) + conditional(j, i)) / (2 * static_cast<double>(count));
  return joint;
}

/// 1 / (1 + |y_i - y_j|^2), 0 on the diagonal, and their sum.
struct StudentKernel {
  Array2<double> values;
  double sum = 0;
};

[[nodiscard]] inline StudentKernel student_kernel(const Points& points) {
  const std::size_t count = points.shape(0);
  StudentKernel kernel{.values = xt::zeros<double>({count, count}), .sum = 0};
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < i; ++j) {
      const double x = points(i, 0) - points(j, 0);
      const double y = points(i, 1) - points(j, 1);
      kernel.values(i, j) = kernel.values(j, i) = 1 / (1 + x * x + y * y);
      kernel.sum += 2 * kernel.values(i, j);
    }
  return kernel;
}

} // namespace detail

/// t-SNE's loss of an embedding: the Kullback-Leibler divergence of the pairs' probabilities in the plane, q, from
/// those of the features, p.
///
/// Formula: sum of p_ij log(p_ij / q_ij), q_ij ~ 1 / (1 + |y_i - y_j|^2). Shapes: joint (N, N), points (N, 2).
/// Source: van der Maaten and Hinton 2008, Eq. 2 and 4.
[[nodiscard]] inline double tsne_divergence(const Array2<double>& joint, const Points& points) {
  const detail::StudentKernel kernel = detail::student_kernel(points);
  double divergence = 0;
  for (std::size_t i = 0; i < joint.shape(0); ++i)
    for (std::size_t j = 0; j < joint.shape(1); ++j)
      if (i != j && joint(i, j) > 0)
        divergence += joint(i, j) * std::log(joint(i, j) * kernel.sum / kernel.values(i, j));
  return divergence;
}

/// The gradient of the divergence, with `exaggeration` times the probabilities of the features (1: of tsne_divergence).
///
/// Formula: dC/dy_i = 4 sum over j of (p_ij - q_ij) (y_i - y_j) / (1 + |y_i - y_j|^2). Shapes: (N, 2).
/// Source: van der Maaten and Hinton 2008, Eq. 5.
[[nodiscard]] inline Points tsne_gradient(const Array2<double>& joint, const Points& points, double exaggeration = 1) {
  const detail::StudentKernel kernel = detail::student_kernel(points);
  const std::size_t count = points.shape(0);
  Points gradient = xt::zeros<double>({count, std::size_t{2}});
  for (std::size_t i = 0; i < count; ++i)
    for (std::size_t j = 0; j < count; ++j) {
      const double near = kernel.values(i, j);
      const double pull = 4 * (exaggeration * joint(i, j) - near / kernel.sum) * near;
      gradient(i, 0) += pull * (points(i, 0) - points(j, 0));
      gradient(i, 1) += pull * (points(i, 1) - points(j, 1));
    }
  return gradient;
}

namespace detail {

/// Gradient descent with momentum and a gain per coordinate, which grows while the coordinate keeps its direction.
class TsneDescent {
public:
  explicit TsneDescent(Points start)
      : points_(std::move(start)), step_(xt::zeros_like(points_)), gains_(xt::ones_like(points_)) {}

  void move(const Points& gradient, double learning_rate, double momentum) {
    for (std::size_t i = 0; i < points_.size(); ++i) {
      double& gain = gains_.data()[i];
      double& step = step_.data()[i];
      const double slope = gradient.data()[i];
      gain = std::max(0.01, (slope > 0) == (step > 0) ? gain * 0.8 : gain + 0.2);
      step = momentum * step - learning_rate * gain * slope;
      points_.data()[i] += step;
    }
    centre();
  }

  [[nodiscard]] const Points& points() const noexcept { return points_; }

private:
  /// Only differences count; without this the whole would drift.
  void centre() {
    const auto count = static_cast<double>(points_.shape(0));
    for (std::size_t axis = 0; axis < 2; ++axis) {
      double mean = 0;
      for (std::size_t i = 0; i < points_.shape(0); ++i)
        mean += points_(i, axis) / count;
      for (std::size_t i = 0; i < points_.shape(0); ++i)
        points_(i, axis) -= mean;
    }
  }

  Points points_;
  Points step_;
  Points gains_;
};

/// The principal components, small, and a little noise: points that start in one place would never part.
[[nodiscard]] inline Points tsne_start(const Array2<float>& features, Generator generator) {
  Points points = principal_components(features);
  double largest = 0;
  for (const double value : elements(points))
    largest = std::max(largest, std::abs(value));
  for (double& value : elements(points))
    value = (largest > 0 ? 1e-2 * value / largest : 0.0) + generator.normal(0, 1e-4);
  return points;
}

} // namespace detail

/// The features of a stack in the plane, so that slices that are alike lie together: exact t-SNE.
///
/// Distances are those of rows scaled to length 1, as the cosine sees them. It starts from the principal components, so
/// that the whole keeps its shape, and the generator breaks ties alone. With fewer than four slices it returns the
/// principal components. The perplexity is at most (N - 1) / 3.
/// Shapes: features (N, D) -> (N, 2). Cost: 20 N^2 operations per iteration, 24 N^2 bytes.
/// Throws: as principal_components.
/// Source: van der Maaten and Hinton, "Visualizing data using t-SNE", JMLR 9, 2008, algorithm 1, with its momentum (0.5
/// for 250 iterations, then 0.8), gains and early exaggeration.
/// Deviation: it starts from the principal components, which keeps what is far apart apart (Kobak and Berens, "The art
/// of using t-SNE for single-cell transcriptomics", Nature Communications 10, 2019); exaggeration lasts longer; steps
/// are as long as the curvature of the attraction, 8 exaggeration / N at most, allows, so that few slices do not
/// explode.
[[nodiscard]] inline Points tsne(const Array2<float>& features, const TsneOptions& options,
                                 const Generator& generator) {
  validate(options, "tsne");
  const std::size_t count = features.shape(0);
  if (count < 4)
    return principal_components(features);
  detail::TsneDescent descent(detail::tsne_start(features, generator));
  const double perplexity = std::min(options.perplexity, static_cast<double>(count - 1) / 3);
  const Array2<double> joint = detail::joint_probabilities(
      neighbour_probabilities(detail::squared_distances(features), std::max(perplexity, 1.01)));
  constexpr std::size_t slow_iterations = 250;
  for (std::size_t i = 0; i < options.iterations; ++i) {
    const double exaggeration = i < options.exaggerated_iterations ? options.exaggeration : 1.0;
    const double step = options.learning_rate * static_cast<double>(count) / (4 * exaggeration);
    descent.move(tsne_gradient(joint, descent.points(), exaggeration), step, i < slow_iterations ? 0.5 : 0.8);
  }
  return descent.points();
}

} // namespace sparseann
