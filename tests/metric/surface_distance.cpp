#include "sparseann/metric/surface_distance.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Spacing = std::array<double, 3>;
constexpr Spacing unit{1.0, 1.0, 1.0};

Array3<std::uint8_t> empty_labels(const Shape3& shape) { return xt::zeros<std::uint8_t>(shape); }

Array3<std::uint8_t> cuboid(const Shape3& shape, const Shape3& low, const Shape3& high, std::uint8_t label = 1) {
  Array3<std::uint8_t> labels = empty_labels(shape);
  for (std::size_t z = low[0]; z < high[0]; ++z)
    for (std::size_t y = low[1]; y < high[1]; ++y)
      for (std::size_t x = low[2]; x < high[2]; ++x)
        labels(z, y, x) = label;
  return labels;
}

std::vector<std::array<double, 3>> boundary_points(const Array3<std::uint8_t>& labels, std::uint8_t label,
                                                   const Spacing& spacing_mm) {
  const Shape3 shape = shape_of(labels);
  const auto has = [&](std::size_t z, std::size_t y, std::size_t x) { // unsigned wrap-around lies outside, too
    return z < shape[0] && y < shape[1] && x < shape[2] && labels(z, y, x) == label;
  };
  std::vector<std::array<double, 3>> points;
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x)
        if (has(z, y, x) && !(has(z - 1, y, x) && has(z + 1, y, x) && has(z, y - 1, x) && has(z, y + 1, x) &&
                              has(z, y, x - 1) && has(z, y, x + 1)))
          points.push_back({spacing_mm[0] * static_cast<double>(z), spacing_mm[1] * static_cast<double>(y),
                            spacing_mm[2] * static_cast<double>(x)});
  return points;
}

std::vector<double> brute_force(const std::vector<std::array<double, 3>>& from,
                                const std::vector<std::array<double, 3>>& to) {
  std::vector<double> distances;
  for (const auto& p : from) {
    double best = std::numeric_limits<double>::infinity();
    for (const auto& q : to)
      best = std::min(best, std::hypot(p[0] - q[0], p[1] - q[1], p[2] - q[2]));
    distances.push_back(best);
  }
  return distances;
}

double sum(const std::vector<double>& values) { return std::accumulate(values.begin(), values.end(), 0.0); }

void check_same(const std::vector<double>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  std::size_t wrong = 0;
  for (std::size_t i = 0; i < got.size(); ++i)
    if (!(std::abs(got[i] - expected[i]) <= 1e-6 * (1.0 + expected[i])))
      ++wrong;
  CHECK(wrong == 0);
}

/// Labels 0..2 in blocks of random size, so that both inner voxels and ragged boundaries occur.
Array3<std::uint8_t> random_labels(const Shape3& shape, Generator& generator) {
  Array3<std::uint8_t> labels = empty_labels(shape);
  const double noise = generator.uniform(0.0, 0.4);
  const std::size_t cut = generator.uniform_index(shape[2] + 1);
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const std::uint8_t smooth = i % shape[2] < cut ? 1 : 0;
    labels.data()[i] = generator.coin(noise) ? static_cast<std::uint8_t>(generator.uniform_index(3)) : smooth;
  }
  return labels;
}

} // namespace

TEST_CASE("boundary distances equal brute force on random volumes of random spacing") {
  for (std::uint64_t seed = 0; seed < 80; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(8), 1 + generator.uniform_index(8), 1 + generator.uniform_index(8)};
    const Spacing spacing_mm{generator.uniform(0.2, 5.0), generator.uniform(0.2, 5.0), generator.uniform(0.2, 5.0)};
    const Array3<std::uint8_t> prediction = random_labels(shape, generator);
    const Array3<std::uint8_t> reference = random_labels(shape, generator);
    for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{2}}) {
      const auto p = boundary_points(prediction, label, spacing_mm);
      const auto r = boundary_points(reference, label, spacing_mm);
      const BoundaryDistances distances = boundary_distances(prediction, reference, label, spacing_mm);
      CHECK(distances.prediction_empty == p.empty());
      CHECK(distances.reference_empty == r.empty());
      if (p.empty() || r.empty())
        continue;
      const std::vector<double> forth = brute_force(p, r);
      const std::vector<double> back = brute_force(r, p);
      check_same(distances.from_prediction_mm, forth);
      check_same(distances.from_reference_mm, back);
      const auto forth_count = static_cast<double>(forth.size());
      const auto back_count = static_cast<double>(back.size());
      CHECK(average_boundary_distance_mm(distances) == Approx((sum(forth) + sum(back)) / (forth_count + back_count)));
      CHECK(average_boundary_distance_mm(distances, BoundaryAverage::mean_of_directed) ==
            Approx((sum(forth) / forth_count + sum(back) / back_count) / 2.0));
      CHECK(hausdorff_mm(distances) == Approx(std::max(std::ranges::max(forth), std::ranges::max(back))));
      CHECK(hausdorff_percentile_mm(distances, 100) == Approx(hausdorff_mm(distances)));
      const double tolerance = generator.uniform(0.0, 3.0);
      const auto within = [tolerance](const std::vector<double>& values) {
        return static_cast<double>(std::ranges::count_if(values, [&](double value) { return value <= tolerance; }));
      };
      CHECK(normalised_surface_dice(distances, tolerance) ==
            Approx((within(forth) + within(back)) / (forth_count + back_count)));
    }
  }
}

TEST_CASE("percentiles lie on a line between distances, pooled or of the direction that is larger") {
  const BoundaryDistances distances{.from_prediction_mm = {4, 0, 2, 6}, .from_reference_mm = {10, 0}};
  CHECK(hausdorff_percentile_mm(distances, 50) == Approx(3.0)); // of 0, 0, 2, 4, 6, 10
  CHECK(hausdorff_percentile_mm(distances, 95) == Approx(9.0)); // at place 4.75
  CHECK(hausdorff_percentile_mm(distances, 50, BoundaryPercentile::larger_of_directed) == Approx(5.0));
  CHECK(hausdorff_percentile_mm({.prediction_empty = true, .empty_mm = 7}, 95) == 7.0);
  CHECK(hausdorff_percentile_mm({.prediction_empty = true, .reference_empty = true, .empty_mm = 7}, 95) == 0.0);
  CHECK(normalised_surface_dice({.prediction_empty = true}, 1) == 0.0);
  CHECK(normalised_surface_dice({.prediction_empty = true, .reference_empty = true}, 1) == 1.0);
}

TEST_CASE("two parallel planes are as far apart as the spacing says") {
  const Array3<std::uint8_t> prediction = cuboid({9, 6, 6}, {1, 0, 0}, {2, 6, 6});
  const Array3<std::uint8_t> reference = cuboid({9, 6, 6}, {6, 0, 0}, {7, 6, 6});
  const BoundaryDistances distances = boundary_distances(prediction, reference, 1, {2.5, 1.0, 1.0});
  CHECK(average_boundary_distance_mm(distances) == Approx(12.5));
  CHECK(average_boundary_distance_mm(distances, BoundaryAverage::mean_of_directed) == Approx(12.5));
  CHECK(hausdorff_mm(distances) == Approx(12.5));
}

TEST_CASE("a shifted cube's Hausdorff distance is the shift") {
  const Array3<std::uint8_t> reference = cuboid({12, 12, 12}, {2, 2, 2}, {8, 8, 8});
  CHECK(hausdorff_mm(boundary_distances(cuboid({12, 12, 12}, {2, 2, 5}, {8, 8, 11}), reference, 1, {1.0, 1.0, 0.7})) ==
        Approx(2.1));
  CHECK(hausdorff_mm(boundary_distances(cuboid({12, 12, 12}, {4, 3, 2}, {10, 9, 8}), reference, 1, {3.0, 2.0, 1.0})) ==
        Approx(std::hypot(6.0, 2.0)));
}

TEST_CASE("concentric balls are as far apart as their radii, up to the voxel size") {
  const auto ball = [](double radius) {
    Array3<std::uint8_t> labels = empty_labels({41, 41, 41});
    for (std::size_t z = 0; z < 41; ++z)
      for (std::size_t y = 0; y < 41; ++y)
        for (std::size_t x = 0; x < 41; ++x)
          if (std::hypot(static_cast<double>(z) - 20.0, static_cast<double>(y) - 20.0, static_cast<double>(x) - 20.0) <=
              radius)
            labels(z, y, x) = 1;
    return labels;
  };
  const BoundaryDistances distances = boundary_distances(ball(9.0), ball(15.0), 1, {0.8, 0.8, 0.8});
  CHECK(std::abs(average_boundary_distance_mm(distances) - 4.8) < 0.4);
  CHECK(std::abs(hausdorff_mm(distances) - 4.8) < 0.8);
}

TEST_CASE("pooled and directed averages differ where boundaries differ in size") {
  Array3<std::uint8_t> prediction = empty_labels({1, 1, 11});
  Array3<std::uint8_t> reference = prediction;
  prediction(0, 0, 0) = 1;
  for (const std::size_t x : {std::size_t{0}, std::size_t{5}, std::size_t{10}})
    reference(0, 0, x) = 1;
  const BoundaryDistances distances = boundary_distances(prediction, reference, 1, unit);
  CHECK(distances.from_prediction_mm == std::vector<double>{0.0});
  CHECK(distances.from_reference_mm == std::vector<double>{0.0, 5.0, 10.0});
  CHECK(average_boundary_distance_mm(distances) == Approx(15.0 / 4.0));
  CHECK(average_boundary_distance_mm(distances, BoundaryAverage::mean_of_directed) == Approx((0.0 + 5.0) / 2.0));
  CHECK(hausdorff_mm(distances) == Approx(10.0));
}

TEST_CASE("other labels do not count") {
  Array3<std::uint8_t> prediction = cuboid({4, 4, 4}, {0, 0, 0}, {4, 4, 4}, 2);
  Array3<std::uint8_t> reference = prediction;
  prediction(0, 0, 0) = 1;
  reference(0, 0, 3) = 1;
  CHECK(hausdorff_mm(boundary_distances(prediction, reference, 1, unit)) == Approx(3.0));
}

TEST_CASE("an empty side gives the diagonal, two give 0") {
  const Array3<std::uint8_t> none = empty_labels({2, 3, 6});
  const Array3<std::uint8_t> some = cuboid({2, 3, 6}, {0, 0, 0}, {1, 1, 1});
  const Spacing spacing_mm{1.0, 1.0, 1.0};
  const double diagonal = 7.0;
  const BoundaryDistances missed = boundary_distances(none, some, 1, spacing_mm);
  CHECK(missed.prediction_empty);
  CHECK_FALSE(missed.reference_empty);
  CHECK(average_boundary_distance_mm(missed) == Approx(diagonal));
  CHECK(hausdorff_mm(missed) == Approx(diagonal));
  const BoundaryDistances invented = boundary_distances(some, none, 1, spacing_mm);
  CHECK(invented.reference_empty);
  CHECK(hausdorff_mm(invented) == Approx(diagonal));
  const BoundaryDistances neither = boundary_distances(none, none, 1, spacing_mm);
  CHECK(neither.prediction_empty);
  CHECK(neither.reference_empty);
  CHECK(average_boundary_distance_mm(neither) == 0.0);
  CHECK(hausdorff_mm(neither) == 0.0);
}

TEST_CASE("boundary distances refuse different shapes and impossible spacing") {
  CHECK_THROWS_AS(boundary_distances(empty_labels({2, 2, 2}), empty_labels({2, 2, 3}), 1, unit), InvalidArgument);
  CHECK_THROWS_AS(boundary_distances(empty_labels({2, 2, 2}), empty_labels({2, 2, 2}), 1, {1.0, 0.0, 1.0}),
                  InvalidArgument);
}

TEST_CASE("a segmentation that fills an image whose border does not count has no boundary") {
  const Array3<std::uint8_t> whole = cuboid({4, 4, 4}, {0, 0, 0}, {4, 4, 4});
  const Array3<std::uint8_t> part = cuboid({4, 4, 4}, {0, 0, 0}, {2, 4, 4});
  const BoundaryDistances distances = boundary_distances(whole, part, 1, unit, {.image_border = false});
  CHECK(distances.prediction_empty);
  CHECK_FALSE(distances.reference_empty);
  CHECK(hausdorff_mm(distances) == Approx(std::sqrt(48.0)));
  CHECK_THROWS_AS(boundary_distances(whole, part, 0, unit), InvalidArgument);
}
