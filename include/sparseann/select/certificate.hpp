#pragma once

#include <cstddef>

namespace sparseann {

/// How far a selection can be from the best possible one of its size.
///
/// Units: those of the objective; for facility location on cosines, sums over all items of a cosine.
struct Certificate {
  std::size_t items = 0;  ///< that the objective sums over
  double value = 0;       ///< of the selection
  double upper_bound = 0; ///< no selection of this budget has more
  double best_single = 0; ///< the most that one item has by itself

  bool operator==(const Certificate&) const = default;
};

/// What an item lacks on average to the bound: (upper bound - value) / items. For facility location on cosines, a
/// difference of mean cosines.
[[nodiscard]] inline double mean_gap(const Certificate& certificate) noexcept {
  return (certificate.upper_bound - certificate.value) / static_cast<double>(certificate.items);
}

/// The share of (bound - best single item) that a value reaches: 0 for one item, 1 at the bound. 1 where one item
/// reaches the bound already. Unlike value / bound it does not depend on the objective's zero.
[[nodiscard]] inline double share_closed(const Certificate& certificate, double value) noexcept {
  const double span = certificate.upper_bound - certificate.best_single;
  return span > 0 ? (value - certificate.best_single) / span : 1.0;
}

[[nodiscard]] inline double share_closed(const Certificate& certificate) noexcept {
  return share_closed(certificate, certificate.value);
}

} // namespace sparseann
