#include "sparseann/train/schedule.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("poly falls as (1 - i / n)^power") {
  const ScheduleOptions poly{.kind = ScheduleKind::poly, .power = 0.9};
  CHECK(schedule_factor(poly, 0, 100) == 1.0);
  CHECK(schedule_factor(poly, 50, 100) == Approx(std::pow(0.5, 0.9)));
  CHECK(schedule_factor(poly, 99, 100) > 0.0);
}

TEST_CASE("step drops once, constant never") {
  const ScheduleOptions step{.kind = ScheduleKind::step, .step_at = 0.5, .step_factor = 0.1};
  CHECK(schedule_factor(step, 49, 100) == 1.0);
  CHECK(schedule_factor(step, 50, 100) == 0.1);
  CHECK(schedule_factor({.kind = ScheduleKind::constant}, 99, 100) == 1.0);
}

TEST_CASE("a restart gives each part a schedule of its own") {
  const ScheduleOptions twice{.kind = ScheduleKind::poly, .power = 1.0, .restart_at = 0.25};
  CHECK(schedule_factor(twice, 0, 100) == 1.0);
  CHECK(schedule_factor(twice, 24, 100) == Approx(1.0 / 25));
  CHECK(schedule_factor(twice, 25, 100) == 1.0);
  CHECK(schedule_factor(twice, 85, 100) == Approx(0.2));
  const ScheduleOptions at_once{.kind = ScheduleKind::poly, .power = 1.0, .restart_at = 0.0};
  CHECK(schedule_factor(at_once, 50, 100) == 0.5);
}
