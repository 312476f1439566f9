#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/heart_anatomy.hpp"
#include "sparseann/data/heart_chest.hpp"
#include "sparseann/data/heart_painter.hpp"

namespace sparseann::heart {

/// Contrast, artefacts and distractors of the generated scans. Signals are relative to the blood of the left heart.
struct AppearanceOptions {
  double noise = 0.085;        ///< standard deviation of each of the two channels of the Rician noise
  double bias = 0.6;           ///< largest relative deviation of the coil's sensitivity
  double signal_spread = 0.15; ///< relative standard deviation of every tissue's signal between cases
  double texture = 0.3;        ///< largest relative variation within a tissue; twice that in lungs
  double gain_spread = 0.25;   ///< standard deviation of the logarithm of a scan's overall gain
  double myocardium_signal = 0.5;
  double fat_signal = 0.97;
  double vessel_wall_signal = 0.35;    ///< of the thin wall that alone parts vessels and atria from fat
  std::size_t background_vessels = 32; ///< bright vessels that are no part of the heart, in the lungs and in the liver

  friend void visit(AppearanceOptions& o, auto&& visitor) {
    visitor(field("noise", o.noise, "standard deviation of the noise per channel, of blood's signal", between(0, 1)));
    visitor(field("bias", o.bias, "largest relative deviation of the coil's sensitivity", between(0, 0.9)));
    visitor(field("signal_spread", o.signal_spread, "relative standard deviation of a tissue's signal between cases",
                  between(0, 0.4)));
    visitor(field("texture", o.texture, "largest relative variation within a tissue", between(0, 0.5)));
    visitor(field("gain_spread", o.gain_spread, "standard deviation of the logarithm of a scan's gain", between(0, 2)));
    visitor(field("myocardium_signal", o.myocardium_signal, "signal of myocardium, of blood's", between(0.05, 1)));
    visitor(field("fat_signal", o.fat_signal, "signal of fat, of blood's", between(0.05, 2)));
    visitor(field("vessel_wall_signal", o.vessel_wall_signal, "signal of vessel walls, of blood's", between(0, 1)));
    visitor(field("background_vessels", o.background_vessels, "bright vessels in the lungs, and again in the liver",
                  between(0, 1000)));
  }
};

/// The tissues of one scan.
struct Tissues {
  Tissue left_blood, right_blood, myocardium, vessel_wall;
  Tissue fat, muscle, bone, lung, liver, spleen, stomach, vessel, canal;
};

/// Signals as in 3D balanced steady-state free precession: blood and fat bright, myocardium, liver and muscle alike.
[[nodiscard]] inline Tissues draw_tissues(const AppearanceOptions& options, const Generator& generator) {
  Generator g = generator;
  const auto tissue = [&](double signal, double texture, double spread = 1.0) {
    const double deviation = std::clamp(g.normal(), -2.0, 2.0);
    return Tissue{signal * (1.0 + spread * options.signal_spread * deviation), options.texture * texture};
  };
  const double myocardium = options.myocardium_signal;
  Tissues t;
  t.left_blood = tissue(1.0, 0.7, 0.5);
  t.right_blood = tissue(0.85, 1.0);
  t.myocardium = tissue(myocardium, 0.7);
  t.vessel_wall = tissue(options.vessel_wall_signal, 0.5);
  t.fat = tissue(options.fat_signal, 1.2, 0.5);
  t.muscle = tissue(0.9 * myocardium, 1.0);
  t.bone = tissue(1.3 * myocardium, 1.5);
  t.lung = tissue(0.12, 2.0);
  t.liver = tissue(1.05 * myocardium, 0.7);
  t.spleen = tissue(1.3 * myocardium, 0.7);
  t.stomach = g.coin() ? tissue(0.9, 1.5) : tissue(0.2, 1.5);
  t.vessel = tissue(0.95, 0.7);
  t.canal = tissue(1.1, 0.5);
  return t;
}

namespace detail {

/// Room for epicardial fat around the heart, and for irregular surfaces in the chest.
inline constexpr double heart_growth_mm = 9.0;
inline constexpr double chest_growth_mm = 6.0;

inline DistanceField tubes(const Grid& grid, const std::vector<Tube>& all, double growth_mm = 0.0) {
  DistanceField body(grid, growth_mm);
  for (const Tube& tube : all)
    body.unite(tube);
  return body;
}

/// Soft tissue scattered through the fat.
struct Patches {
  const Waves& waves;

  [[nodiscard]] double distance(Point p) const noexcept {
    constexpr double level = 0.2;
    constexpr double mm_per_unit = 12.0; // about the inverse of the waves' slope
    return mm_per_unit * (level - waves(p));
  }
  [[nodiscard]] Ball bounds() const noexcept { return {Point{}, std::numeric_limits<double>::infinity()}; }
};

inline void paint_chest(Canvas& canvas, const Grid& grid, const ChestAnatomy& chest, const Tissues& tissues,
                        const Waves& waves) {
  const auto body = [&](const auto&... solids) {
    DistanceField field(grid, chest_growth_mm);
    (field.unite(solids), ...);
    return field;
  };
  canvas.paint(body(chest.skin), tissues.fat);
  canvas.paint(body(chest.muscle), tissues.muscle);
  canvas.paint(tubes(grid, chest.ribs), tissues.bone);
  canvas.paint(body(chest.cavity), tissues.lung);
  canvas.paint(tubes(grid, chest.lung_vessels).clip(chest.cavity), tissues.vessel);
  DistanceField mediastinum = body(chest.mediastinum[0], chest.mediastinum[1]);
  mediastinum.grow([&](Point p) { return chest_growth_mm * waves(p); }).clip(chest.cavity);
  canvas.paint(mediastinum, tissues.fat);
  canvas.paint(mediastinum.clip(Patches{waves}), tissues.muscle);
  canvas.paint(body(chest.abdomen).clip(chest.cavity), tissues.fat);
  const DistanceField liver = body(chest.liver).grow([&](Point p) { return 3.0 * waves(p); }).clip(chest.cavity);
  canvas.paint(liver, tissues.liver);
  canvas.paint(body(chest.stomach).clip(chest.cavity), tissues.stomach);
  canvas.paint(body(chest.spleen).clip(chest.cavity), tissues.spleen);
  canvas.paint(tubes(grid, chest.liver_vessels).clip(chest.liver), tissues.vessel);
  canvas.paint(body(chest.spine), tissues.bone);
  canvas.paint(body(chest.spinal_canal), tissues.canal);
}

inline DistanceField left_blood(const Grid& grid, const HeartAnatomy& heart, const Waves& trabeculae) {
  DistanceField body(grid, heart_growth_mm);
  body.unite(heart.left_cavity).grow([&](Point p) { return 2.0 * trabeculae(p); });
  body.clip(HalfSpace{.height = heart.base_mm + 3.0}).unite(heart.left_atrium);
  return body.unite(tubes(grid, heart.left_vessels, heart_growth_mm));
}

inline DistanceField right_blood(const Grid& grid, const HeartAnatomy& heart, const DistanceField& left,
                                 const Waves& trabeculae) {
  constexpr double wall_mm = 1.8; // between the two sides of the heart where no myocardium parts them
  DistanceField body(grid, heart_growth_mm);
  body.unite(heart.right_cavity).grow([&](Point p) { return 3.0 * trabeculae(p) - 0.5; });
  body.clip(HalfSpace{.height = heart.base_mm + 3.0}).unite(heart.right_atrium);
  body.unite(tubes(grid, heart.right_vessels, heart_growth_mm));
  DistanceField septum(grid, heart_growth_mm);
  septum.unite(heart.left_wall).clip(HalfSpace{.height = heart.base_mm});
  return body.carve(septum).carve(left, wall_mm);
}

inline DistanceField myocardium(const Grid& grid, const HeartAnatomy& heart) {
  DistanceField body(grid, heart_growth_mm);
  body.unite(heart.left_wall).unite(heart.right_cavity.grown(heart.right_wall_mm));
  return body.clip(HalfSpace{.height = heart.base_mm});
}

inline void paint_heart(Canvas& canvas, const Grid& grid, const HeartAnatomy& heart, const Tissues& tissues,
                        const Waves& coarse, const Waves& trabeculae) {
  constexpr std::uint8_t myocardium_label = 1;
  constexpr std::uint8_t blood_label = 2;
  const DistanceField left = left_blood(grid, heart, trabeculae);
  const DistanceField right = right_blood(grid, heart, left, trabeculae);
  const DistanceField muscle = myocardium(grid, heart);
  DistanceField surroundings = muscle;
  surroundings.unite(left).unite(right);
  DistanceField walls = surroundings;
  canvas.paint(surroundings.grow([&](Point p) { return 4.0 + 5.0 * coarse(p); }), tissues.fat);
  canvas.paint(walls.grow([](Point) { return 1.4; }), tissues.vessel_wall);
  canvas.paint(muscle, tissues.myocardium, myocardium_label);
  canvas.paint(right, tissues.right_blood, blood_label);
  canvas.paint(left, tissues.left_blood, blood_label);
  canvas.paint(tubes(grid, heart.septal_defects), tissues.right_blood, blood_label);
  canvas.paint(tubes(grid, heart.papillary_muscles), tissues.myocardium, std::nullopt);
}

} // namespace detail

/// The coil's sensitivity: falls off with the distance from the front of the chest, and varies smoothly.
[[nodiscard]] inline double sensitivity(Point p, double bias, const Waves& waves) noexcept {
  constexpr double fall_off_mm = 70.0;
  const double front = std::clamp(dot(detail::body_axes[1], p) / fall_off_mm, -1.0, 1.0);
  return 1.0 + bias * (0.6 * front + 0.4 * waves(p));
}

/// Magnitude of a signal with independent normal noise in both channels (Rice 1944; Gudbjartsson and Patz 1995).
[[nodiscard]] inline double rician(double signal, double standard_deviation, Generator& generator) {
  const double real = signal + generator.normal(0.0, standard_deviation);
  const double imaginary = generator.normal(0.0, standard_deviation);
  return std::hypot(real, imaginary);
}

} // namespace sparseann::heart
