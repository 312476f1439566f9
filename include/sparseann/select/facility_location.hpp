#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/objective.hpp"

namespace sparseann {

struct FacilityLocationOptions {
  double baseline = -1.0;

  friend void visit(FacilityLocationOptions& options, auto&& visitor) {
    visitor(field("baseline", options.baseline, "value of an item that nothing selected represents yet"));
  }
};

/// Facility location: how well a set of items represents all of them (Eq. 7).
///
/// Formula: F(S) = sum over j of max(baseline, max over i in S of s(i, j)).
/// Shapes: similarity (N, N); row i says how well i represents each item; it need not be symmetric.
/// Cost: O(N) per gain and per add, O(N^2) memory.
/// Throws: InvalidArgument where the matrix is not square or below the baseline; DataError where it is not finite.
/// Source: Zheng et al., AAAI 2020, Eq. 6 and 7.
/// Deviation: the paper leaves the empty set's value open. With a baseline no larger than any similarity, every
/// nonempty set has exactly Eq. 7's value and the function is monotone from the empty set on; -1 serves the cosine.
class FacilityLocation {
public:
  using Options = FacilityLocationOptions;
  static constexpr std::string_view name = "facility_location";

  explicit FacilityLocation(Array2<float> similarity, const Options& options = {})
      : similarity_(std::move(similarity)), represented_(similarity_.shape(0), options.baseline) {
    check_shape();
    check_values(options.baseline);
  }

  [[nodiscard]] std::size_t size() const noexcept { return represented_.size(); }

  /// Never grows as items are added, rounding included: each term is the same or smaller, and rounding is monotone.
  [[nodiscard]] double gain(std::size_t item) const noexcept {
    const std::span<const float> offered = row(item);
    double sum = 0;
    for (std::size_t j = 0; j < size(); ++j)
      sum += std::max(0.0, static_cast<double>(offered[j]) - represented_[j]);
    return sum;
  }

  void add(std::size_t item) noexcept {
    const std::span<const float> offered = row(item);
    for (std::size_t j = 0; j < size(); ++j)
      represented_[j] = std::max(represented_[j], static_cast<double>(offered[j]));
  }

  /// Eq. 7's value of the items added so far: N * baseline plus the gains of all of them.
  [[nodiscard]] double coverage() const noexcept {
    return std::accumulate(represented_.begin(), represented_.end(), 0.0);
  }

private:
  [[nodiscard]] std::span<const float> row(std::size_t item) const noexcept {
    return elements(similarity_).subspan(item * size(), size());
  }

  void check_shape() const {
    if (similarity_.shape(0) == 0 || similarity_.shape(0) != similarity_.shape(1))
      throw InvalidArgument("similarity", "a square matrix of at least one item",
                            fmt::format("{} x {}", similarity_.shape(0), similarity_.shape(1)));
  }

  void check_values(double baseline) const {
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < size(); ++j) {
        if (!std::isfinite(similarity_(i, j)))
          throw DataError("similarity", "finite numbers",
                          fmt::format("{} in row {}, column {}", similarity_(i, j), i, j));
        if (!(static_cast<double>(similarity_(i, j)) >= baseline))
          throw InvalidArgument(
              "baseline",
              fmt::format("a number of at most {}, the similarity in row {}, column {}", similarity_(i, j), i, j),
              fmt::format("{}", baseline));
      }
  }

  Array2<float> similarity_;
  std::vector<double> represented_;
};

/// Facility location is submodular: Cornuejols, Fisher, Nemhauser, "Location of bank accounts to optimize float",
/// Management Science 23(8), 1977; with a baseline it is facility location with one facility open from the start.
template <> inline constexpr bool enable_submodular<FacilityLocation> = true;

} // namespace sparseann
