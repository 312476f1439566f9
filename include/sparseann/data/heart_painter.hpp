#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "sparseann/core/geometry.hpp"
#include "sparseann/data/heart_solids.hpp"

namespace sparseann::heart {

/// How a heart lies in the scanner.
struct Pose {
  Frame rotation = identity_frame; ///< the heart's axes in the scanner's (x, y, z)
  double scale = 1.0;
  Point shift_mm; ///< of the heart's middle from the volume's
};

/// Smooth displacement that makes every surface irregular.
struct Warp {
  std::array<Waves, 3> waves;
  double amplitude_mm = 0.0; ///< largest displacement along an axis

  [[nodiscard]] Point operator()(Point p) const noexcept {
    return p + amplitude_mm * Point{waves[0](p), waves[1](p), waves[2](p)};
  }
};

/// A voxel grid with each voxel's place in the heart's frame.
class Grid {
public:
  /// Cost: O(voxels).
  Grid(const Shape3& shape, double spacing_mm, const Pose& pose, const Warp& warp)
      : shape_(shape), spacing_mm_(spacing_mm), pose_(pose) {
    points_.reserve(voxel_count(shape));
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x) {
          const Point rigid = to_heart({from_middle(x, 2), from_middle(y, 1), from_middle(z, 0)});
          points_.push_back(warp(rigid));
          displacement_mm_ = std::max(displacement_mm_, norm(points_.back() - rigid));
        }
  }

  [[nodiscard]] std::span<const Point> points() const noexcept { return points_; }
  /// Edge of a voxel in the heart's frame.
  [[nodiscard]] double voxel_mm() const noexcept { return spacing_mm_ / pose_.scale; }

  /// Voxel coordinates (z, y, x) of a point of the heart's frame, without the warp.
  [[nodiscard]] std::array<double, 3> voxel_of(Point p) const noexcept {
    const Point q = pose_.shift_mm + pose_.scale * combine(pose_.rotation, p - middle);
    return {to_index(q.z, 0), to_index(q.y, 1), to_index(q.x, 2)};
  }

  /// Calls visitor(i, point) for all voxels that may lie within `reach_mm` of `ball`.
  template <class Visitor> void near(const Ball& ball, double reach_mm, Visitor&& visitor) const {
    const std::array<double, 3> centre = voxel_of(ball.centre);
    const double radius = (ball.radius + reach_mm + displacement_mm_) / voxel_mm() + 1.0;
    std::array<std::size_t, 3> low{};
    std::array<std::size_t, 3> high{};
    for (std::size_t axis = 0; axis < 3; ++axis) {
      const auto extent = static_cast<double>(shape_[axis]);
      low[axis] = static_cast<std::size_t>(std::clamp(std::floor(centre[axis] - radius), 0.0, extent));
      high[axis] = static_cast<std::size_t>(std::clamp(std::ceil(centre[axis] + radius), 0.0, extent));
    }
    for (std::size_t z = low[0]; z < high[0]; ++z)
      for (std::size_t y = low[1]; y < high[1]; ++y)
        for (std::size_t x = low[2]; x < high[2]; ++x) {
          const std::size_t i = (z * shape_[1] + y) * shape_[2] + x;
          visitor(i, points_[i]);
        }
  }

private:
  /// The point of the heart's frame that an unshifted pose puts into the middle of the volume.
  static constexpr Point middle{3.0, -4.0, 2.0};

  [[nodiscard]] double from_middle(std::size_t index, std::size_t axis) const noexcept {
    return (static_cast<double>(index) + 0.5 - 0.5 * static_cast<double>(shape_[axis])) * spacing_mm_;
  }
  [[nodiscard]] double to_index(double mm, std::size_t axis) const noexcept {
    return mm / spacing_mm_ + 0.5 * static_cast<double>(shape_[axis]) - 0.5;
  }
  [[nodiscard]] Point to_heart(Point scanner) const noexcept {
    return (1.0 / pose_.scale) * coordinates(pose_.rotation, scanner - pose_.shift_mm) + middle;
  }

  Shape3 shape_;
  double spacing_mm_;
  Pose pose_;
  double displacement_mm_ = 0.0; ///< the warp's largest
  std::vector<Point> points_;
};

/// Signed distance of every voxel to a body made of solids, negative inside, right near its surface.
class DistanceField {
public:
  /// A body without solids, which may grow by up to `growth_mm` once it has some.
  explicit DistanceField(const Grid& grid, double growth_mm = 0.0)
      : grid_(&grid), reach_mm_(growth_mm + grid.voxel_mm()), values_(grid.points().size(), far_mm) {}

  /// Adds a solid to the body. Cost: O(voxels near the solid), as for `carve`.
  DistanceField& unite(const Solid auto& solid) {
    grid_->near(solid.bounds(), reach_mm_, [&](std::size_t i, Point p) {
      values_[i] = std::min(values_[i], static_cast<float>(solid.distance(p)));
    });
    return *this;
  }
  DistanceField& unite(const Tube& tube) {
    for (const Segment& segment : segments(tube))
      unite(segment);
    return *this;
  }
  DistanceField& unite(const DistanceField& other) {
    std::ranges::transform(values_, other.values_, values_.begin(), [](float a, float b) { return std::min(a, b); });
    return *this;
  }

  /// Takes a solid out of the body, and what lies within `gap_mm` of it.
  DistanceField& carve(const Solid auto& solid, double gap_mm = 0.0) {
    grid_->near(solid.bounds(), reach_mm_, [&](std::size_t i, Point p) {
      values_[i] = std::max(values_[i], static_cast<float>(gap_mm - solid.distance(p)));
    });
    return *this;
  }

  DistanceField& carve(const DistanceField& other, double gap_mm = 0.0) {
    const auto gap = static_cast<float>(gap_mm);
    std::ranges::transform(values_, other.values_, values_.begin(),
                           [&](float a, float b) { return std::max(a, gap - b); });
    return *this;
  }

  /// Keeps only what lies in the solid. Cost: O(voxels).
  DistanceField& clip(const Solid auto& solid) {
    const std::span<const Point> points = grid_->points();
    for (std::size_t i = 0; i < values_.size(); ++i)
      values_[i] = std::max(values_[i], static_cast<float>(solid.distance(points[i])));
    return *this;
  }

  /// Moves the surface outwards by offset_mm(point).
  template <class Offset> DistanceField& grow(Offset&& offset_mm) {
    const std::span<const Point> points = grid_->points();
    for (std::size_t i = 0; i < values_.size(); ++i)
      if (std::abs(values_[i]) < reach_mm_)
        values_[i] -= static_cast<float>(offset_mm(points[i]));
    return *this;
  }

  /// The share of voxel i that lies in the body, for a surface that is flat within the voxel.
  [[nodiscard]] float coverage(std::size_t i) const noexcept {
    return std::clamp(0.5F - values_[i] / static_cast<float>(grid_->voxel_mm()), 0.0F, 1.0F);
  }

private:
  static constexpr float far_mm = 1000.0F;

  const Grid* grid_;
  double reach_mm_;
  std::vector<float> values_;
};

/// Signal of a tissue, blood of the left heart having about 1, and how far it varies from place to place.
struct Tissue {
  double signal = 0.0;
  double texture = 0.0; ///< largest relative variation
};

/// The scan without noise: signal and class fractions per voxel, painted body over body with partial volume.
class Canvas {
public:
  Canvas(const Grid& grid, const Waves& texture)
      : signal_(grid.points().size()), texture_(grid.points().size()), fractions_(grid.points().size()) {
    std::ranges::transform(grid.points(), texture_.begin(), [&](Point p) { return static_cast<float>(texture(p)); });
  }

  /// Covers what lies in `body`. Without a class the classes stay as they are.
  void paint(const DistanceField& body, const Tissue& tissue, std::optional<std::uint8_t> label = 0) {
    for (std::size_t i = 0; i < signal_.size(); ++i) {
      const float alpha = body.coverage(i);
      if (alpha == 0.0F)
        continue;
      const float value = static_cast<float>(tissue.signal) * (1.0F + static_cast<float>(tissue.texture) * texture_[i]);
      signal_[i] += alpha * (value - signal_[i]);
      if (label)
        for (std::size_t c = 0; c < fractions_[i].size(); ++c)
          fractions_[i][c] += alpha * ((c + 1 == *label ? 1.0F : 0.0F) - fractions_[i][c]);
    }
  }

  [[nodiscard]] std::span<const float> signal() const noexcept { return signal_; }

  /// The class with the largest share of voxel i; ties go to the lower label.
  [[nodiscard]] std::uint8_t label(std::size_t i) const noexcept {
    const auto [myocardium, blood] = fractions_[i];
    const float background = 1.0F - myocardium - blood;
    if (background >= std::max(myocardium, blood))
      return 0;
    return myocardium >= blood ? 1 : 2;
  }

private:
  std::vector<float> signal_;
  std::vector<float> texture_;
  std::vector<std::array<float, 2>> fractions_; ///< myocardium, blood
};

} // namespace sparseann::heart
