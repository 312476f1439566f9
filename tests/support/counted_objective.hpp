#pragma once

#include <cstddef>
#include <memory>
#include <span>

#include "sparseann/select/facility_location.hpp"

namespace sparseann::test {

/// Facility location that offers neither bounds nor batches, and counts the gains that it is asked for.
struct CountedObjective {
  FacilityLocation objective;
  std::shared_ptr<std::size_t> evaluations = std::make_shared<std::size_t>(0);

  [[nodiscard]] std::size_t size() const { return objective.size(); }
  [[nodiscard]] double value() const { return objective.value(); }
  [[nodiscard]] double gain(std::size_t item) const {
    ++*evaluations;
    return objective.gain(item);
  }
  void add(std::size_t item) { objective.add(item); }
};

/// With bounds.
struct CountedBoundedObjective : CountedObjective {
  bool tighten(std::span<double> bounds, std::size_t count) { return objective.tighten(bounds, count); }
};

} // namespace sparseann::test

namespace sparseann {

template <> inline constexpr bool enable_submodular<test::CountedObjective> = true;
template <> inline constexpr bool enable_submodular<test::CountedBoundedObjective> = true;

} // namespace sparseann
