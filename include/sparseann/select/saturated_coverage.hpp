#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

struct SaturatedCoverageOptions {
  double saturation = 0.25;

  friend void visit(SaturatedCoverageOptions& options, auto&& visitor) {
    visitor(field("saturation", options.saturation,
                  "share of an item's similarity to all at which it is covered enough",
                  Limits{.low = 0, .high = 1, .low_is_open = true}));
  }
};

/// Saturated coverage: items are covered by everything selected that is like them, up to a level.
///
/// Formula: F(S) = sum over j of min(sum over i in S of s(i, j), saturation * sum over all i of s(i, j)).
/// Shapes: similarity (N, N), not negative; row i says how well i represents each item.
/// Cost: O(N) per gain and per add, 4 N^2 bytes, which copies share.
/// Throws: InvalidArgument where the matrix may hold negative values, or for a saturation outside (0, 1].
/// Source: Lin, Bilmes, "A class of submodular functions for document summarization", ACL 2011.
class SaturatedCoverage {
public:
  using Options = SaturatedCoverageOptions;
  static constexpr std::string_view name = "saturated_coverage";

  explicit SaturatedCoverage(SimilarityMatrix similarity, const Options& options = {}, const Execution& = {})
      : similarity_(std::make_shared<const SimilarityMatrix>(std::move(similarity))), room_(similarity_->size(), 0.0) {
    validate(options);
    if (similarity_->lowest() < 0)
      throw InvalidArgument("similarity", "no negative values", fmt::format("{}", similarity_->lowest()));
    for (std::size_t item = 0; item < size(); ++item)
      for (std::size_t j = 0; j < size(); ++j)
        room_[j] += static_cast<double>(similarity_->row(item)[j]);
    for (double& room : room_)
      room *= options.saturation;
    capacity_ = std::accumulate(room_.begin(), room_.end(), 0.0);
  }

  [[nodiscard]] std::size_t size() const noexcept { return room_.size(); }
  [[nodiscard]] double value() const noexcept { return capacity_ - std::accumulate(room_.begin(), room_.end(), 0.0); }

  /// Never grows, rounding included, as no room ever does.
  [[nodiscard]] double gain(std::size_t item) const noexcept {
    const std::span<const float> offered = similarity_->row(item);
    double sum = 0;
    for (std::size_t j = 0; j < size(); ++j)
      sum += std::min(static_cast<double>(offered[j]), room_[j]);
    return sum;
  }

  void add(std::size_t item) noexcept {
    const std::span<const float> offered = similarity_->row(item);
    for (std::size_t j = 0; j < size(); ++j)
      room_[j] = std::max(room_[j] - static_cast<double>(offered[j]), 0.0);
  }

private:
  std::shared_ptr<const SimilarityMatrix> similarity_;
  std::vector<double> room_; ///< how much more each item can be covered
  double capacity_ = 0;
};

/// A concave function of a modular one, summed: Lin and Bilmes, ACL 2011, section 4.1.
template <> inline constexpr bool enable_submodular<SaturatedCoverage> = true;

} // namespace sparseann
