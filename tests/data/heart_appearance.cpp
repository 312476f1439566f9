#include "sparseann/data/heart_appearance.hpp"

#include <numbers>

#include "support/catch.hpp"

using namespace sparseann;
using namespace sparseann::heart;

TEST_CASE("noise without signal is Rayleigh distributed, with signal its second moment is Rice's") {
  Generator generator(3);
  constexpr int draws = 40000;
  constexpr double sigma = 0.2;
  double sum = 0;
  for (int i = 0; i < draws; ++i)
    sum += rician(0.0, sigma, generator);
  const double deviation = sigma * std::sqrt((2.0 - std::numbers::pi / 2.0) / draws);
  CHECK(std::abs(sum / draws - sigma * std::sqrt(std::numbers::pi / 2.0)) < 4 * deviation);
  double squares = 0;
  for (int i = 0; i < draws; ++i) {
    const double value = rician(1.0, sigma, generator);
    squares += value * value;
  }
  const double variance = 4 * sigma * sigma * (1.0 + sigma * sigma); // of a non-central chi square, scaled
  CHECK(std::abs(squares / draws - (1.0 + 2 * sigma * sigma)) < 4 * std::sqrt(variance / draws));
  CHECK(rician(0.7, 0.0, generator) == Approx(0.7));
}

TEST_CASE("the sensitivity stays within its bound and is larger in front") {
  const Waves waves(Generator(1), 100, 250);
  Generator generator(2);
  double front = 0;
  double back = 0;
  for (int i = 0; i < 1000; ++i) {
    const Point p{generator.uniform(-90, 90), generator.uniform(-90, 90), generator.uniform(-90, 90)};
    const double value = sensitivity(p, 0.5, waves);
    CHECK(value >= 0.5 - 1e-6);
    CHECK(value <= 1.5 + 1e-6);
    CHECK(sensitivity(p, 0.0, waves) == 1.0);
    front += sensitivity(60.0 * heart::detail::body_axes[1], 0.5, waves);
    back += sensitivity(-60.0 * heart::detail::body_axes[1], 0.5, waves);
  }
  CHECK(front > back);
}

TEST_CASE("without spread tissues have their nominal signals, with it they differ") {
  const AppearanceOptions nominal{.signal_spread = 0.0, .texture = 0.0, .myocardium_signal = 0.4, .fat_signal = 0.9};
  const Tissues tissues = draw_tissues(nominal, Generator(1));
  CHECK(tissues.left_blood.signal == 1.0);
  CHECK(tissues.myocardium.signal == 0.4);
  CHECK(tissues.fat.signal == 0.9);
  CHECK(tissues.vessel_wall.signal == 0.35);
  CHECK(tissues.liver.texture == 0.0);
  const Tissues a = draw_tissues({}, Generator(1));
  const Tissues b = draw_tissues({}, Generator(2));
  CHECK(a.myocardium.signal != b.myocardium.signal);
  CHECK(a.left_blood.signal > a.myocardium.signal);
}
