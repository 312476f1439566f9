#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/drawing_order.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/nifti_header.hpp"

namespace sparseann {

/// Where a slice lies in the scanner. Units: mm; axes (x, y, z) point to the patient's right, front and head, as
/// NIfTI's do (RAS). Viewers that follow DICOM (LPS) show x and y with the other sign.
struct SlicePlace {
  std::array<double, 3> centre_mm{}; ///< of the slice's middle
  std::array<double, 3> step_mm{};   ///< from a slice to the next one
};

/// A slice's place by the affine that its image states; none where it states none.
///
/// Formula: A (i, j, k, 1) with the stacking axis' index the slice's and the others (extent - 1) / 2, which is between
/// two voxels where an extent is even. Throws: InvalidArgument for a slice that the volume does not have.
/// Source: nifti1.h, methods 2 and 3.
[[nodiscard]] inline std::optional<SlicePlace> place_of_slice(const Geometry& geometry, Plane plane,
                                                              std::size_t slice) {
  if (slice >= slice_count(geometry.shape, plane))
    throw InvalidArgument(
        "slice", fmt::format("an index below {} in plane {}", slice_count(geometry.shape, plane), name_of(plane)),
        fmt::format("{}", slice));
  const auto affine = stated_affine(geometry);
  if (!affine)
    return std::nullopt;
  const std::size_t stacking = 2 - stacking_axis(plane); // of (i, j, k)
  const double unit = detail::millimetres_per_unit(geometry.orientation.spatial_unit);
  SlicePlace place;
  for (std::size_t row = 0; row < 3; ++row) {
    double sum = (*affine)[row][3];
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const double middle = (static_cast<double>(geometry.shape[2 - axis]) - 1) / 2;
      sum += (*affine)[row][axis] * (axis == stacking ? static_cast<double>(slice) : middle);
    }
    place.centre_mm[row] = unit * sum;
    place.step_mm[row] = unit * (*affine)[row][stacking];
  }
  return place;
}

/// How people name the slices of a stack.
struct AnatomicalView {
  std::string_view name; ///< sagittal, coronal or axial
  char toward;           ///< R, L, A, P, S or I: where slices of a higher index lie
};

/// The view that is nearest to slices stacked along `step_mm`: by its largest component, in a tie the first.
[[nodiscard]] inline AnatomicalView view_along(const std::array<double, 3>& step_mm) {
  constexpr std::array<std::string_view, 3> names{"sagittal", "coronal", "axial"};
  constexpr std::array<std::string_view, 3> directions{"RL", "AP", "SI"};
  const auto largest = std::ranges::max_element(step_mm, {}, [](double component) { return std::abs(component); });
  const auto axis = static_cast<std::size_t>(largest - step_mm.begin());
  return {.name = names[axis], .toward = directions[axis][*largest < 0 ? 1 : 0]};
}

/// The axis of the image's array, as nibabel and viewers count its voxels (i, j, k), along which slices are stacked.
[[nodiscard]] constexpr char voxel_axis(Plane plane) noexcept {
  constexpr std::string_view axes = "kji";
  return axes[stacking_axis(plane)];
}

namespace detail {
/// To a tenth of a micrometre: an affine of single precision says no more.
[[nodiscard]] inline double rounded_mm(double value) { return std::round(value * 1e4) / 1e4 + 0.0; } // + 0.0: no -0
} // namespace detail

/// A plan in terms that a viewer shows, as CSV: case, plane, rank, slice, order (of drawing, from 1), voxel_axis, view,
/// toward, x_mm, y_mm, z_mm, step_x_mm, step_y_mm, step_z_mm. In the plan's order; cells from `view` on are empty where
/// the image states no affine.
///
/// Throws: InvalidArgument for a case or a slice that there is not.
[[nodiscard]] inline std::string slice_places_csv(const AnnotationPlan& plan, std::span<const Case> cases) {
  std::vector<std::size_t> turns(plan.slices.size());
  const std::vector<std::size_t> order = drawing_order(plan);
  for (std::size_t turn = 0; turn < order.size(); ++turn)
    turns[order[turn]] = turn + 1;
  CsvWriter table({"case", "plane", "rank", "slice", "order", "voxel_axis", "view", "toward", "x_mm", "y_mm", "z_mm",
                   "step_x_mm", "step_y_mm", "step_z_mm"});
  for (std::size_t position = 0; position < plan.slices.size(); ++position) {
    const PlannedSlice& planned = plan.slices[position];
    const auto& [case_index, plane, slice] = planned.slice;
    if (case_index >= cases.size())
      throw InvalidArgument("plan", fmt::format("cases below {}", cases.size()), fmt::format("{}", case_index));
    const auto place = place_of_slice(cases[case_index].image.geometry, plane, slice);
    std::optional<std::string> view;
    std::optional<std::string> toward;
    std::array<std::optional<double>, 6> mm;
    if (place) {
      view = view_along(place->step_mm).name;
      toward = std::string(1, view_along(place->step_mm).toward);
      std::ranges::transform(place->centre_mm, mm.begin(), detail::rounded_mm);
      std::ranges::transform(place->step_mm, mm.begin() + 3, detail::rounded_mm);
    }
    table.add_row(cases[case_index].name, name_of(plane), planned.rank, slice, turns[position],
                  std::string(1, voxel_axis(plane)), view, toward, mm[0], mm[1], mm[2], mm[3], mm[4], mm[5]);
  }
  return table.text();
}

} // namespace sparseann
