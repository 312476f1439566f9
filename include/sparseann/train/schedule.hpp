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
  double restart_at = 1.0;

  friend void visit(ScheduleOptions& options, auto&& visitor) {
    visitor(field("kind", options.kind, "how the learning rate falls: constant, poly or step"));
    visitor(field("power", options.power, "exponent of poly", above(0)));
    visitor(
        field("step_at", options.step_at, "share of the iterations after which step drops the rate", between(0, 1)));
    visitor(field("step_factor", options.step_factor, "factor by which step drops the rate", above(0)));
    visitor(field("restart_at", options.restart_at,
                  "share of the iterations after which the schedule begins anew; 1: never", between(0, 1)));
  }
};

/// Factor on the initial learning rate at `iteration` (from 0) of `iterations`.
///
/// poly: (1 - iteration / iterations)^power. step: 1, then step_factor from iteration >= step_at * iterations.
/// With a restart, the iterations before and from floor(restart_at * iterations) each have a whole schedule.
/// Source: poly as in DenseVoxNet (Yu et al. 2017); the paper's 2D models step from 5e-4 to 5e-5 after 10 k
/// iterations of a total that it does not state, so the place of the step is a share here.
[[nodiscard]] inline double schedule_factor(const ScheduleOptions& options, std::int64_t iteration,
                                            std::int64_t iterations) {
  const auto restart = static_cast<std::int64_t>(std::floor(options.restart_at * static_cast<double>(iterations)));
  const bool restarted = iteration >= restart;
  const auto first = static_cast<double>(restarted ? restart : 0);
  const auto last = static_cast<double>(restarted ? iterations : restart);
  const double share = (static_cast<double>(iteration) - first) / (last - first);
  switch (options.kind) {
  case ScheduleKind::poly: return std::pow(1.0 - share, options.power);
  case ScheduleKind::step: return share >= options.step_at ? options.step_factor : 1.0;
  case ScheduleKind::constant: break;
  }
  return 1.0;
}

} // namespace sparseann
