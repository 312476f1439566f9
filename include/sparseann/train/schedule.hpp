#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <string_view>

#include "sparseann/core/options.hpp"

namespace sparseann {

enum class ScheduleKind { constant, poly, step };
constexpr std::array<std::string_view, 3> names_of(ScheduleKind) { return {"constant", "poly", "step"}; }

struct ScheduleOptions {
  ScheduleKind kind = ScheduleKind::poly;
  double power = 0.9;
  double step_at = 2.0 / 3.0;
  double step_factor = 0.1;

  friend void visit(ScheduleOptions& options, auto&& visitor) {
    visitor(field("kind", options.kind, "how the learning rate falls: constant, poly or step"));
    visitor(field("power", options.power, "exponent of poly", above(0)));
    visitor(
        field("step_at", options.step_at, "share of the iterations after which step drops the rate", between(0, 1)));
    visitor(field("step_factor", options.step_factor, "factor by which step drops the rate", above(0)));
  }
};

/// Factor on the initial learning rate at `iteration` (from 0) of `iterations`.
///
/// poly: (1 - iteration / iterations)^power. step: 1, then step_factor from iteration >= step_at * iterations.
/// Source: poly as in DenseVoxNet (Yu et al. 2017); the paper's 2D models step from 5e-4 to 5e-5 after 10 k
/// iterations of a total that it does not state, so the place of the step is a share here.
[[nodiscard]] inline double schedule_factor(const ScheduleOptions& options, std::int64_t iteration,
                                            std::int64_t iterations) {
  const double share = static_cast<double>(iteration) / static_cast<double>(iterations);
  switch (options.kind) {
  case ScheduleKind::poly: return std::pow(1.0 - share, options.power);
  case ScheduleKind::step: return share >= options.step_at ? options.step_factor : 1.0;
  case ScheduleKind::constant: break;
  }
  return 1.0;
}

} // namespace sparseann
