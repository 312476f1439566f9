#pragma once

#include <algorithm>
#include <cstddef>
#include <numbers>
#include <string_view>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/data/heart_solids.hpp"

namespace sparseann::heart {

/// How much the generated hearts differ in shape.
struct AnatomyOptions {
  double shape_spread = 1.0;       ///< multiplies the case-to-case variation of sizes and courses
  double defect_probability = 0.4; ///< of each congenital abnormality

  friend void visit(AnatomyOptions& o, auto&& visitor) {
    visitor(field("shape_spread", o.shape_spread, "case-to-case variation of sizes and courses, 0 for none",
                  between(0, 2)));
    visitor(
        field("defect_probability", o.defect_probability, "probability of each congenital abnormality", between(0, 1)));
  }
};

/// Chambers, walls and vessels of one heart, in mm in the heart's frame.
struct HeartAnatomy {
  Ellipsoid left_cavity;
  Ellipsoid left_wall; ///< the left ventricle's outer surface
  Ellipsoid right_cavity;
  double right_wall_mm = 4.0;
  double base_mm = 10.0; ///< no myocardium above this height on the long axis
  Ellipsoid left_atrium;
  Ellipsoid right_atrium;
  std::vector<Tube> left_vessels;  ///< valve, aorta, pulmonary veins: signal of the left heart
  std::vector<Tube> right_vessels; ///< valve, pulmonary arteries, venae cavae: signal of the right heart
  std::vector<Tube> septal_defects;
  std::vector<Tube> papillary_muscles;
};

/// Draws sizes and courses around a typical value.
class Variation {
public:
  Variation(Generator generator, double spread) : generator_(generator), spread_(spread) {}

  /// A size that varies by `relative` times the spread, at most twice that.
  [[nodiscard]] double size(double typical, double relative = 0.1) {
    return typical * (1.0 + relative * spread_ * deviation());
  }
  [[nodiscard]] Point near(Point typical, double standard_deviation_mm = 3.0) {
    const double s = standard_deviation_mm * spread_;
    const Point offset{s * deviation(), s * deviation(), s * deviation()};
    return typical + offset;
  }
  [[nodiscard]] Frame tilt(double degrees = 8.0) {
    const double s = degrees * spread_ * std::numbers::pi / 180.0;
    const Point angles{s * deviation(), s * deviation(), s * deviation()};
    return turned(identity_frame, angles);
  }
  /// A tube near the given course, its radius varying as a whole.
  [[nodiscard]] Tube course(Tube typical, double relative_radius = 0.15, double standard_deviation_mm = 3.0) {
    const double factor = size(1.0, relative_radius);
    for (Knot& knot : typical)
      knot = {near(knot.position, standard_deviation_mm), knot.radius * factor};
    return typical;
  }
  [[nodiscard]] Generator& generator() noexcept { return generator_; }

private:
  [[nodiscard]] double deviation() { return std::clamp(generator_.normal(), -2.0, 2.0); }

  Generator generator_;
  double spread_;
};

namespace detail {

inline void draw_ventricles(HeartAnatomy& heart, Variation vary) {
  const double width = vary.size(21.0, 0.13);
  const double wall = vary.size(10.5, 0.15);
  heart.left_cavity = {.centre = vary.near({14, 0, -13}, 1.5),
                       .radii = {width, width * vary.size(1.0, 0.05), vary.size(42.0, 0.06)},
                       .axes = vary.tilt(4.0)};
  heart.left_wall = heart.left_cavity.grown(wall);
  heart.left_wall.centre = vary.near(heart.left_cavity.centre, 0.8);
  heart.right_cavity = {.centre = vary.near({-17, -2, -9}, 3.0),
                        .radii = {vary.size(30.0, 0.12), vary.size(32.0, 0.09), vary.size(44.0, 0.07)},
                        .axes = vary.tilt(8.0)};
  heart.right_wall_mm = vary.size(4.0, 0.15);
  heart.base_mm = vary.size(10.0, 0.2);
}

inline void draw_atria(HeartAnatomy& heart, Variation vary) {
  heart.left_atrium = {.centre = vary.near({17, 13, 30}, 2.0),
                       .radii = {vary.size(26.0), vary.size(19.0), vary.size(21.0)},
                       .axes = vary.tilt(15.0)};
  heart.right_atrium = {.centre = vary.near({-29, 13, 28}, 2.0),
                        .radii = {vary.size(22.0), vary.size(21.0), vary.size(25.0)},
                        .axes = vary.tilt(15.0)};
}

inline void draw_left_vessels(HeartAnatomy& heart, Variation vary) {
  heart.left_vessels.push_back({{{14, 2, -4}, 13.0}, {heart.left_atrium.centre, 13.0}});
  const double narrowing = vary.size(0.85, 0.15); // of the arch against the root
  heart.left_vessels.push_back(vary.course({{{10, -4, 0}, 9.5},
                                            {{3, -9, 16}, 12.5},
                                            {{-5, -24, 34}, 11.5},
                                            {{-3, -46, 48}, 11.0},
                                            {{18, -58, 54}, 10.0 * narrowing},
                                            {{44, -46, 50}, 10.0 * narrowing},
                                            {{56, -22, 36}, 9.5 * narrowing},
                                            {{58, 12, 12}, 9.0},
                                            {{58, 50, -16}, 9.0},
                                            {{58, 90, -44}, 8.5}}));
  const Point left_atrium = heart.left_atrium.centre;
  for (const Point end : {Point{58, 6, 40}, Point{52, 26, 24}, Point{-16, 34, 52}, Point{-8, 16, 60}})
    heart.left_vessels.push_back(
        vary.course({{left_atrium, 7.0}, {0.5 * (left_atrium + end), 6.0}, {end, 4.5}}, 0.2, 3.0));
}

inline void draw_right_vessels(HeartAnatomy& heart, Variation vary) {
  heart.right_vessels.push_back({{{-24, 4, -4}, 13.0}, {heart.right_atrium.centre, 13.0}});
  const Knot fork{vary.near({22, -30, 38}), 10.0};
  heart.right_vessels.push_back(
      vary.course({{{-16, -18, -6}, 14.0}, {{-9, -28, 10}, 13.0}, {{6, -36, 25}, 12.0}, fork}, 0.15, 2.0));
  heart.right_vessels.push_back(vary.course({fork, {{2, -12, 54}, 8.5}, {{-24, 2, 68}, 7.5}, {{-44, 14, 84}, 6.5}}));
  heart.right_vessels.push_back(vary.course({fork, {{40, -26, 46}, 8.5}, {{62, -12, 52}, 7.0}, {{80, 0, 60}, 5.5}}));
  const Point right_atrium = heart.right_atrium.centre;
  heart.right_vessels.push_back(
      vary.course({{right_atrium, 9.0}, {{-32, -10, 44}, 8.5}, {{-33, -36, 60}, 8.0}, {{-32, -70, 84}, 7.0}}));
  heart.right_vessels.push_back(
      vary.course({{right_atrium, 10.0}, {{-27, 32, 14}, 9.5}, {{-24, 60, -6}, 9.0}, {{-22, 95, -30}, 9.0}}));
}

inline void draw_papillary_muscles(HeartAnatomy& heart, Variation vary) {
  const Ellipsoid& cavity = heart.left_cavity;
  for (const double side : {-1.0, 1.0}) {
    const Point foot{0.55 * cavity.radii.x, side * 0.6 * cavity.radii.y, -0.45 * cavity.radii.z};
    const Point tip{0.4 * cavity.radii.x, side * 0.45 * cavity.radii.y, 0.1 * cavity.radii.z};
    heart.papillary_muscles.push_back(vary.course({{cavity.centre + foot, 3.6}, {cavity.centre + tip, 2.6}}, 0.2, 1.5));
  }
}

/// Abnormalities as in congenital heart disease, each with the same probability.
inline void draw_defects(HeartAnatomy& heart, double probability, Variation vary) {
  Generator& generator = vary.generator();
  if (generator.coin(probability)) // ventricular septal defect
    heart.septal_defects.push_back({{{16, -6, -8}, 6.0}, {{-24, -10, -12}, 6.0}});
  if (generator.coin(probability)) // atrial septal defect
    heart.septal_defects.push_back({{heart.left_atrium.centre, 7.0}, {heart.right_atrium.centre, 7.0}});
  if (generator.coin(probability)) { // dilated, hypertrophied right ventricle
    const double factor = generator.uniform(1.08, 1.2);
    heart.right_cavity.radii = factor * heart.right_cavity.radii;
    heart.right_wall_mm *= generator.uniform(1.2, 2.0);
  }
  if (generator.coin(probability)) { // dilated or narrow aorta
    const double factor = generator.coin() ? generator.uniform(1.2, 1.35) : generator.uniform(0.65, 0.8);
    for (Knot& knot : heart.left_vessels[1])
      knot.radius *= factor;
  }
  if (generator.coin(probability)) // missing branch of the pulmonary artery
    heart.right_vessels.erase(heart.right_vessels.begin() + (generator.coin() ? 2 : 3));
  if (generator.coin(probability)) // left superior vena cava
    heart.right_vessels.push_back(
        vary.course({{heart.right_atrium.centre, 6.0}, {{8, 34, 20}, 6.0}, {{44, 8, 22}, 6.0}, {{50, -60, 70}, 5.5}}));
}

} // namespace detail

/// A random short-axis heart: four chambers, great vessels, sometimes a congenital abnormality.
///
/// Units: mm in the heart's frame, of an adult heart. Sizes follow normal values of cardiac MR (Kawel-Boehm et al.
/// 2020) roughly; the abnormalities are those common in HVSMR 2016 (Pace et al. 2015).
[[nodiscard]] inline HeartAnatomy draw_heart_anatomy(const AnatomyOptions& options, const Generator& generator) {
  const auto vary = [&](std::string_view name) { return Variation(generator.split(name), options.shape_spread); };
  HeartAnatomy heart;
  detail::draw_ventricles(heart, vary("ventricles"));
  detail::draw_atria(heart, vary("atria"));
  detail::draw_left_vessels(heart, vary("left vessels"));
  detail::draw_right_vessels(heart, vary("right vessels"));
  detail::draw_papillary_muscles(heart, vary("papillary muscles"));
  detail::draw_defects(heart, options.defect_probability, vary("defects"));
  return heart;
}

} // namespace sparseann::heart
