#pragma once

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <utility>
#include <vector>

#include "sparseann/select/objective.hpp"

namespace sparseann {

/// The sum of objectives that share no item: the items of the first, then those of the second, and so on. Items of
/// different parts are never compared.
///
/// Formula: F(S) = sum over p of F_p(the items of part p in S).
/// Cost: that of the part, and O(log parts).
template <SetObjective O> class DisjointSum {
public:
  explicit DisjointSum(std::vector<O> parts) : parts_(std::move(parts)) {
    for (const O& part : parts_)
      ends_.push_back(size() + part.size());
  }

  [[nodiscard]] std::size_t size() const noexcept { return ends_.empty() ? 0 : ends_.back(); }

  [[nodiscard]] double value() const {
    return std::accumulate(parts_.begin(), parts_.end(), 0.0,
                           [](double sum, const O& part) { return sum + part.value(); });
  }

  [[nodiscard]] double gain(std::size_t item) const {
    const auto [part, inner] = locate(item);
    return parts_[part].gain(inner);
  }

  void add(std::size_t item) {
    const auto [part, inner] = locate(item);
    parts_[part].add(inner);
  }

private:
  [[nodiscard]] std::pair<std::size_t, std::size_t> locate(std::size_t item) const {
    const auto part = static_cast<std::size_t>(std::ranges::upper_bound(ends_, item) - ends_.begin());
    return {part, part == 0 ? item : item - ends_[part - 1]};
  }

  std::vector<O> parts_;
  std::vector<std::size_t> ends_; ///< one past the last item of each part
};

/// An item's gain is that in its part, which other parts do not change and its own never makes grow.
template <class O> inline constexpr bool enable_submodular<DisjointSum<O>> = enable_submodular<O>;

} // namespace sparseann
