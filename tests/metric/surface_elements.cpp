#include "sparseann/metric/surface_elements.hpp"

#include <map>

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Spacing = std::array<double, 3>;
using Mask = Array3<std::uint8_t>;

/// The areas of a mask's elements by where they are, in halves of a voxel from the volume's corner; one by one.
std::map<std::array<double, 3>, double> elements_of(const Mask& mask, std::uint8_t label, const Spacing& spacing) {
  const Shape3 shape = shape_of(mask);
  const auto areas = element_areas_mm2(spacing);
  std::map<std::array<double, 3>, double> found;
  for (std::size_t z = 0; z <= shape[0]; ++z)
    for (std::size_t y = 0; y <= shape[1]; ++y)
      for (std::size_t x = 0; x <= shape[2]; ++x) {
        std::size_t code = 0;
        for (std::size_t i = 0; i < 8; ++i) { // unsigned: before the first is beyond the last
          const std::size_t at[3]{z + i / 4 - 1, y + i / 2 % 2 - 1, x + i % 2 - 1};
          const bool in =
              at[0] < shape[0] && at[1] < shape[1] && at[2] < shape[2] && mask(at[0], at[1], at[2]) == label;
          code = 2 * code + (in ? 1 : 0);
        }
        if (code != 0 && code != 255)
          found[{spacing[0] * static_cast<double>(z), spacing[1] * static_cast<double>(y),
                 spacing[2] * static_cast<double>(x)}] = areas[code];
      }
  return found;
}

Mask random_mask(const Shape3& shape, Generator& generator) {
  Mask mask = xt::zeros<std::uint8_t>({shape[0], shape[1], shape[2]});
  const double share = generator.uniform(0.05, 0.95);
  for (std::uint8_t& voxel : elements(mask))
    voxel = generator.coin(share) ? 3 : 0;
  return mask;
}

void check_same(const std::vector<SurfaceElement>& found, const std::map<std::array<double, 3>, double>& from,
                const std::map<std::array<double, 3>, double>& to) {
  REQUIRE(found.size() == from.size());
  std::size_t i = 0;
  std::size_t wrong = 0;
  for (const auto& [place, area] : from) {
    double least = std::numeric_limits<double>::infinity();
    for (const auto& [other, unused] : to)
      least = std::min(least, std::hypot(place[0] - other[0], place[1] - other[1], place[2] - other[2]));
    wrong += std::abs(found[i].distance_mm - least) <= 1e-6 * (1 + least) && found[i].area_mm2 == area ? 0U : 1U;
    ++i;
  }
  CHECK(wrong == 0);
}

/// A ball of `radius` voxels around the middle of 32 x 32 x 32 voxels.
Mask ball(std::int64_t radius) {
  Mask mask = xt::zeros<std::uint8_t>({32, 32, 32});
  for (std::int64_t z = -15; z < 16; ++z)
    for (std::int64_t y = -15; y < 16; ++y)
      for (std::int64_t x = -15; x < 16; ++x)
        if (z * z + y * y + x * x <= radius * radius)
          mask(static_cast<std::size_t>(z + 16), static_cast<std::size_t>(y + 16), static_cast<std::size_t>(x + 16)) =
              1;
  return mask;
}

SurfaceElementDistances by_hand() {
  return {.from_prediction = {{.distance_mm = 1, .area_mm2 = 3}, {.distance_mm = 4, .area_mm2 = 1}},
          .from_reference = {{.distance_mm = 2, .area_mm2 = 5}, {.distance_mm = 0, .area_mm2 = 5}}};
}

} // namespace

TEST_CASE("surface elements equal brute force on random volumes of random spacing") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(9), 1 + generator.uniform_index(9), 1 + generator.uniform_index(20)};
    const Spacing spacing{generator.uniform(0.3, 4), generator.uniform(0.3, 4), generator.uniform(0.3, 4)};
    const Mask prediction = random_mask(shape, generator);
    const Mask reference = random_mask(shape, generator);
    const auto p = elements_of(prediction, 3, spacing);
    const auto r = elements_of(reference, 3, spacing);
    const SurfaceElementDistances distances =
        surface_element_distances(prediction, reference, 3, spacing, {}, {.threads = 1 + seed % 2});
    CHECK(distances.prediction_empty == p.empty());
    CHECK(distances.reference_empty == r.empty());
    if (distances.one_is_empty())
      continue;
    check_same(distances.from_prediction, p, r);
    check_same(distances.from_reference, r, p);
  }
}

TEST_CASE("numbers of surfaces weigh each element by its area") {
  const SurfaceElementDistances distances = by_hand();
  CHECK(directed_averages_mm(distances).from_prediction == Approx(7.0 / 4));
  CHECK(directed_averages_mm(distances).from_reference == Approx(1));
  CHECK(average_boundary_distance_mm(distances) == Approx(17.0 / 14));
  CHECK(average_boundary_distance_mm(distances, BoundaryAverage::mean_of_directed) == Approx(11.0 / 8));
  CHECK(hausdorff_mm(distances) == 4);
  CHECK(hausdorff_percentile_mm(distances, 100) == 4);
  CHECK(hausdorff_percentile_mm(distances, 75, BoundaryPercentile::larger_of_directed) == 2);
  CHECK(hausdorff_percentile_mm(distances, 76, BoundaryPercentile::larger_of_directed) == 4);
  CHECK(hausdorff_percentile_mm(distances, 57) == 1); // 5 + 3 of 14 mm^2 are 57.1 %
  CHECK(hausdorff_percentile_mm(distances, 58) == 2);
  CHECK(hausdorff_percentile_mm(distances, 93) == 4);
  CHECK(surface_overlap(distances, 1).from_prediction == Approx(0.75));
  CHECK(surface_overlap(distances, 1).from_reference == Approx(0.5));
  CHECK(normalised_surface_dice(distances, 1) == Approx(8.0 / 14));
  CHECK(normalised_surface_dice(distances, 4) == 1);
}

TEST_CASE("the area of a box is its faces' with its edges and corners cut off") {
  Mask box = xt::zeros<std::uint8_t>({8, 9, 10});
  xt::view(box, xt::range(2, 5), xt::range(1, 5), xt::range(3, 8)) = 1;
  const Spacing spacing{2, 1, 0.5};
  const auto same = surface_element_distances(box, box, 1, spacing);
  const double faces = 2 * (3 * 4 * 0.5 + 2 * 4 * 1 + 2 * 3 * 2); // between the centres of 3 x 4 x 5 voxels
  const double edges = 4 * (2 * 2 * std::hypot(0.5, 0.25) + 3 * 1 * std::hypot(1, 0.25) + 4 * 0.5 * std::hypot(1, 0.5));
  const double corners = std::hypot(1 * 0.5, 2 * 0.5, 2 * 1); // eight, each an eighth
  CHECK(detail::area_of(same.from_prediction) == Approx(faces + edges + corners));
  CHECK(average_boundary_distance_mm(same) == 0);
  CHECK(normalised_surface_dice(same, 0) == 1);
}

TEST_CASE("the area of a ball's elements is about a sphere's, which counting voxels' faces misses by half") {
  const double area = detail::area_of(surface_element_distances(ball(12), ball(9), 1, {1, 1, 1}).from_prediction);
  const double sphere = 4 * std::acos(-1.0) * 12 * 12;
  CHECK(std::abs(area - sphere) < 0.1 * sphere);
}

TEST_CASE("beyond the image is outside, or the image goes on as it ends") {
  const Mask full = xt::ones<std::uint8_t>({3, 4, 5});
  Mask half = full;
  xt::view(half, xt::all(), xt::all(), xt::range(2, 5)) = 0;
  const auto closed = surface_element_distances(full, half, 1, {1, 1, 1});
  CHECK_FALSE(closed.one_is_empty());
  const auto open = surface_element_distances(full, half, 1, {1, 1, 1}, {.image_border = false});
  CHECK(open.prediction_empty);
  CHECK_FALSE(open.reference_empty);
  CHECK(hausdorff_mm(open) == Approx(std::sqrt(50.0)));
  const auto plane = surface_element_distances(half, half, 1, {1, 1, 1}, {.image_border = false});
  CHECK(detail::area_of(plane.from_prediction) == Approx(4 * 5)); // a flat one, through every cube of its slice
}

TEST_CASE("an empty side has a stated distance") {
  const Mask nothing = xt::zeros<std::uint8_t>({3, 4, 5});
  Mask voxel = nothing;
  voxel(1, 1, 1) = 1;
  const auto one = surface_element_distances(nothing, voxel, 1, {1, 1, 1});
  CHECK(average_boundary_distance_mm(one) == Approx(std::sqrt(50.0)));
  CHECK(hausdorff_percentile_mm(one) == Approx(std::sqrt(50.0)));
  CHECK(normalised_surface_dice(one, 100) == 0);
  CHECK(surface_overlap(one, 100).from_reference == 0);
  const auto both = surface_element_distances(nothing, nothing, 1, {1, 1, 1});
  CHECK(average_boundary_distance_mm(both) == 0);
  CHECK(hausdorff_mm(both) == 0);
  CHECK(normalised_surface_dice(both, 0) == 1);
  CHECK(surface_overlap(both, 0).from_prediction == 1);
  CHECK_THROWS_AS(surface_element_distances(nothing, voxel, 0, {1, 1, 1}), InvalidArgument);
  CHECK_THROWS_AS(surface_element_distances(nothing, voxel, 1, {1, 1, -1}), InvalidArgument);
}
