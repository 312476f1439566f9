#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/objective.hpp"

namespace sparseann {

/// A concave function that does not decrease from 0 on, with f(0) = 0. Concavity no syntax shows: a model promises it.
template <class F>
concept ConcaveFunction =
    std::copyable<F> && std::default_initializable<F> && requires(const F function, double value) {
      { function(value) } -> std::same_as<double>;
    };

struct SquareRoot {
  [[nodiscard]] double operator()(double value) const noexcept { return std::sqrt(value); }
};

/// log(1 + x).
struct Logarithm {
  [[nodiscard]] double operator()(double value) const noexcept { return std::log1p(value); }
};

/// Feature-based coverage: how much of every feature the set has, with diminishing returns.
///
/// Formula: F(S) = sum over d of concave(sum over i in S of f(i, d)).
/// Shapes: features (N, D), not negative: counts, responses.
/// Cost: O(D) per gain and per add; no similarities.
/// Throws: DataError where a feature is negative or not finite, naming row and column, or a row is all zero.
/// Source: Kirchhoff, Bilmes, "Submodularity for data selection in statistical machine translation", EMNLP 2014.
template <ConcaveFunction Concave = SquareRoot> class FeatureCoverage {
public:
  using Options = NoOptions;
  static constexpr std::string_view name = "feature_coverage";

  explicit FeatureCoverage(Array2<float> features, const Options& = {}, const Execution& = {})
      : features_(std::make_shared<const Array2<float>>(std::move(features))), mass_(features_->shape(1), 0.0) {
    check_features(*features_);
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t d = 0; d < mass_.size(); ++d)
        if ((*features_)(i, d) < 0)
          throw DataError("features", "no negative numbers",
                          fmt::format("{} in row {}, column {}", (*features_)(i, d), i, d));
  }

  [[nodiscard]] std::size_t size() const noexcept { return features_->shape(0); }

  [[nodiscard]] double value() const noexcept {
    double sum = 0;
    for (const double mass : mass_)
      sum += concave_(mass);
    return sum;
  }

  [[nodiscard]] double gain(std::size_t item) const noexcept {
    const std::span<const float> row = feature_row(*features_, item);
    double sum = 0;
    for (std::size_t d = 0; d < mass_.size(); ++d)
      if (row[d] > 0)
        sum += concave_(mass_[d] + static_cast<double>(row[d])) - concave_(mass_[d]);
    return sum;
  }

  void add(std::size_t item) noexcept {
    const std::span<const float> row = feature_row(*features_, item);
    for (std::size_t d = 0; d < mass_.size(); ++d)
      mass_[d] += static_cast<double>(row[d]);
  }

private:
  std::shared_ptr<const Array2<float>> features_;
  std::vector<double> mass_; ///< of each feature in the set
  Concave concave_;
};

/// A concave function of a modular one, summed: Stobbe, Krause, "Efficient minimization of decomposable submodular
/// functions", NIPS 2010. Rounding may let a gain grow by its last bits, which the band of ties covers.
template <class Concave> inline constexpr bool enable_submodular<FeatureCoverage<Concave>> = true;

} // namespace sparseann
