#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/data/heart_anatomy.hpp"
#include "sparseann/data/heart_appearance.hpp"
#include "sparseann/data/heart_chest.hpp"
#include "sparseann/data/heart_painter.hpp"

namespace sparseann {

namespace heart {

/// How much the generated hearts differ in their place in the scanner.
struct PoseOptions {
  double rotation_spread_degrees = 9.0; ///< standard deviation about each axis
  double shift_spread_mm = 3.0;         ///< standard deviation along each axis
  double scale_spread = 0.07;           ///< relative standard deviation of the size
  double warp_mm = 6.0;                 ///< largest displacement of the smooth random deformation

  friend void visit(PoseOptions& o, auto&& visitor) {
    visitor(field("rotation_spread_degrees", o.rotation_spread_degrees, "standard deviation about each axis",
                  between(0, 45)));
    visitor(field("shift_spread_mm", o.shift_spread_mm, "standard deviation along each axis", between(0, 10)));
    visitor(field("scale_spread", o.scale_spread, "relative standard deviation of the size", between(0, 0.2)));
    visitor(field("warp_mm", o.warp_mm, "largest displacement of the smooth deformation", between(0, 15)));
  }
};

[[nodiscard]] inline Pose draw_pose(const PoseOptions& options, const Generator& generator) {
  Variation angles(generator.split("rotation"), options.rotation_spread_degrees);
  Variation shift(generator.split("shift"), options.shift_spread_mm);
  Variation scale(generator.split("scale"), options.scale_spread);
  return {.rotation = angles.tilt(1.0), .scale = scale.size(1.0, 1.0), .shift_mm = shift.near({}, 1.0)};
}

[[nodiscard]] inline Warp draw_warp(const PoseOptions& options, const Generator& generator) {
  const auto waves = [&](std::uint64_t axis) { return Waves(generator.split(axis), 50, 110); };
  return {.waves = {waves(0), waves(1), waves(2)}, .amplitude_mm = options.warp_mm};
}

} // namespace heart

/// What `generate_heart_cohort` generates. Extents in voxels of (z, y, x).
struct HeartCohortOptions {
  std::size_t training_cases = 10;
  std::size_t test_cases = 10;
  std::size_t slices = 58;
  std::size_t rows = 58;
  std::size_t columns = 58;
  double spacing_mm = 2.35;
  heart::AnatomyOptions anatomy;
  heart::PoseOptions pose;
  heart::AppearanceOptions appearance;

  [[nodiscard]] Shape3 shape() const noexcept { return {slices, rows, columns}; }

  friend void visit(HeartCohortOptions& o, auto&& visitor) {
    visitor(field("training_cases", o.training_cases, "number of training cases", at_least(1)));
    visitor(field("test_cases", o.test_cases, "number of test cases", at_least(0)));
    visitor(field("slices", o.slices, "extent along z in voxels", between(8, 1024)));
    visitor(field("rows", o.rows, "extent along y in voxels", between(8, 1024)));
    visitor(field("columns", o.columns, "extent along x in voxels", between(8, 1024)));
    visitor(field("spacing_mm", o.spacing_mm, "edge of a voxel", between(0.2, 6)));
    visitor(field("anatomy", o.anatomy, "shapes of heart and chest"));
    visitor(field("pose", o.pose, "place in the scanner"));
    visitor(field("appearance", o.appearance, "contrast, artefacts and distractors"));
  }
};

/// One generated scan with its labels.
struct HeartCase {
  Image image;
  LabelVolume labels;
};

namespace detail {

/// Smallest field of view that holds ventricular cavity and wall whatever the pose.
inline constexpr double smallest_heart_view_mm = 80.0;

inline void check_heart_view(const HeartCohortOptions& options) {
  const Shape3 shape = options.shape();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double view_mm = static_cast<double>(shape[axis]) * options.spacing_mm;
    if (view_mm < smallest_heart_view_mm)
      throw InvalidArgument("heart cohort: extent times spacing_mm",
                            fmt::format("at least {} mm along every axis", smallest_heart_view_mm),
                            fmt::format("{} voxels of {} mm", to_string(shape), options.spacing_mm));
  }
}

} // namespace detail

namespace heart {

/// Paints chest and heart of one case. Cost: O(voxels).
[[nodiscard]] inline Canvas draw_scan(const HeartCohortOptions& options, const Grid& grid, const Generator& generator) {
  const Tissues tissues = draw_tissues(options.appearance, generator.split("tissues"));
  const Waves coarse(generator.split("coarse"), 20, 50);
  const Waves trabeculae(generator.split("trabeculae"), 7, 14);
  const std::size_t vessels = options.appearance.background_vessels;
  Canvas canvas(grid, Waves(generator.split("texture"), 12, 50));
  detail::paint_chest(canvas, grid, draw_chest_anatomy(options.anatomy, vessels, generator.split("chest")), tissues,
                      coarse);
  detail::paint_heart(canvas, grid, draw_heart_anatomy(options.anatomy, generator.split("heart")), tissues, coarse,
                      trabeculae);
  return canvas;
}

/// Turns a painted signal into a scan: sensitivity, gain and noise.
inline void acquire(std::span<float> voxels, const Canvas& canvas, const Grid& grid, const AppearanceOptions& options,
                    const Generator& generator) {
  const Waves waves(generator.split("bias"), 100, 250);
  const double gain = std::exp(options.gain_spread * generator.split("gain").normal());
  Generator noise = generator.split("noise");
  for (std::size_t i = 0; i < voxels.size(); ++i) {
    const double signal = canvas.signal()[i] * sensitivity(grid.points()[i], options.bias, waves);
    voxels[i] = static_cast<float>(gain * rician(signal, options.noise, noise));
  }
}

} // namespace heart

/// Generates one case from its own generator.
///
/// Chest, heart walls and blood are painted over one another by their signed distances, each voxel taking the share
/// that a body has in it; then come the coil's sensitivity, gain and Rician noise.
/// Shapes: image (1, z, y, x), labels (z, y, x) with 0 background, 1 myocardium, 2 blood pool.
/// Units: blood of the left heart has signal 1 times the scan's gain.
/// Cost: O(voxels), about 1 microsecond each.
/// Throws: InvalidArgument if an option is out of bounds or the field of view cannot hold a ventricle.
[[nodiscard]] inline HeartCase generate_heart_case(const HeartCohortOptions& options, const Generator& generator) {
  validate(options, "heart cohort");
  detail::check_heart_view(options);
  const Shape3 shape = options.shape();
  const Geometry geometry = isotropic_geometry(shape, options.spacing_mm);
  const heart::Grid grid(shape, options.spacing_mm, draw_pose(options.pose, generator.split("pose")),
                         heart::draw_warp(options.pose, generator.split("warp")));
  const heart::Canvas canvas = heart::draw_scan(options, grid, generator);

  HeartCase result{
      .image = {.voxels = xt::zeros<float>({std::size_t{1}, shape[0], shape[1], shape[2]}), .geometry = geometry},
      .labels = zeros_on<std::uint8_t>(geometry)};
  heart::acquire(elements(result.image.voxels), canvas, grid, options.appearance, generator);
  const std::span<std::uint8_t> labels = elements(result.labels.voxels);
  for (std::size_t i = 0; i < labels.size(); ++i)
    labels[i] = canvas.label(i);
  return result;
}

/// Generates a cohort of heart scans as in HVSMR 2016: congenital heart disease, 3D steady-state free precession.
///
/// Training case i draws from generator.split("training").split(i) alone, test case i from split("test"): cases do
/// not depend on how many there are, nor on `threads`.
/// Cost: that of `generate_heart_case` per case, on `threads` threads.
/// Throws: as `generate_heart_case`.
/// Source: the data that it stands for is described by Pace et al., "Interactive whole-heart segmentation in
/// congenital heart disease", MICCAI 2015. Deviates: the descending aorta is followed to the volume's border.
[[nodiscard]] inline LabelledCohort generate_heart_cohort(const HeartCohortOptions& options, Generator generator,
                                                          std::size_t threads = 1) {
  validate(options, "heart cohort");
  detail::check_heart_view(options);
  LabelledCohort result;
  result.cohort.name = "heart";
  result.cohort.class_names = {"background", "myocardium", "blood pool"};
  const auto fill = [&](std::string_view set, std::size_t count, std::vector<Case>& cases,
                        std::vector<LabelVolume>& labels) {
    cases.resize(count);
    labels.resize(count);
    const Generator stream = generator.split(set);
    parallel_for(count, threads, [&](std::size_t i) {
      HeartCase generated = generate_heart_case(options, stream.split(i));
      cases[i] = {.name = fmt::format("heart_{}_{:03}", set, i), .image = std::move(generated.image)};
      labels[i] = std::move(generated.labels);
    });
  };
  fill("training", options.training_cases, result.cohort.training, result.training_labels);
  fill("test", options.test_cases, result.cohort.test, result.test_labels);
  return result;
}

} // namespace sparseann
