#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/features.hpp"

namespace sparseann {

/// How alike the rows of a feature table are: features (N, D) -> similarity (N, N), symmetric, larger is more alike.
template <class S>
concept Similarity = std::copyable<S> && requires(const S similarity, const Array2<float>& features) {
  { similarity(features) } -> std::same_as<Array2<float>>;
};

namespace detail {
/// Eight partial sums: independent, so that the compiler may use vector registers, and in a fixed order.
[[nodiscard]] inline double dot(std::span<const float> a, std::span<const float> b) noexcept {
  constexpr std::size_t lanes = 8;
  std::array<double, lanes> sums{};
  const std::size_t whole = a.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane)
      sums[lane] += static_cast<double>(a[i + lane]) * static_cast<double>(b[i + lane]);
  for (std::size_t i = whole; i < a.size(); ++i)
    sums[i - whole] += static_cast<double>(a[i]) * static_cast<double>(b[i]);
  double sum = 0;
  for (const double part : sums)
    sum += part;
  return sum;
}
} // namespace detail

/// Cosine similarity of the rows of a feature table (Eq. 5).
///
/// Formula: s(i, j) = <f_i, f_j> / (|f_i| |f_j|), accumulated in double, kept within [-1, 1].
/// Shapes: features (N, D) -> (N, N), exactly symmetric, diagonal exactly 1.
/// Cost: O(N^2 D) time, O(N^2) memory.
/// Throws: DataError where a row is not finite or all zero, naming the row and the column.
/// Source: Zheng et al., AAAI 2020, Eq. 5.
[[nodiscard]] inline Array2<float> cosine_similarity(const Array2<float>& features) {
  check_features(features);
  const std::size_t items = features.shape(0);
  std::vector<double> norms(items);
  for (std::size_t i = 0; i < items; ++i)
    norms[i] = std::sqrt(detail::dot(feature_row(features, i), feature_row(features, i)));
  Array2<float> similarity = xt::ones<float>({items, items});
  for (std::size_t i = 0; i < items; ++i)
    for (std::size_t j = i + 1; j < items; ++j) {
      const double cosine = detail::dot(feature_row(features, i), feature_row(features, j)) / (norms[i] * norms[j]);
      similarity(i, j) = similarity(j, i) = static_cast<float>(std::clamp(cosine, -1.0, 1.0));
    }
  return similarity;
}

struct CosineSimilarity {
  using Options = NoOptions;
  static constexpr std::string_view name = "cosine";

  Options options;

  [[nodiscard]] Array2<float> operator()(const Array2<float>& features) const { return cosine_similarity(features); }
};

} // namespace sparseann
