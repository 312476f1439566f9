#include "sparseann/train/working_grid.hpp"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>
#include <vector>

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// A scan whose intensities are what `value` says of a voxel.
template <class Value> Image scan_of(const Shape3& shape, const std::array<double, 3>& spacing_mm, const Value& value) {
  Image image{.voxels = Array4<float>::from_shape({1, shape[0], shape[1], shape[2]}),
              .geometry = {.shape = shape, .spacing_mm = spacing_mm}};
  for (std::size_t z = 0; z < shape[0]; ++z)
    for (std::size_t y = 0; y < shape[1]; ++y)
      for (std::size_t x = 0; x < shape[2]; ++x)
        image.voxels(0, z, y, x) = static_cast<float>(value(z, y, x));
  return image;
}

/// The place of a voxel's centre in mm, from the volume's edge.
double centre(std::size_t index, double spacing) { return (static_cast<double>(index) + 0.5) * spacing; }

SparseLabels random_labels(const Shape3& shape, Generator generator) {
  auto voxels = Array3<std::uint8_t>::from_shape({shape[0], shape[1], shape[2]});
  for (std::uint8_t& label : elements(voxels))
    label = generator.coin(0.5) ? 3 : static_cast<std::uint8_t>(generator.uniform_index(3));
  return {std::move(voxels), 3, {.shape = shape}};
}

/// By the definition: of every scan voxel, which working voxels' boxes hold its centre.
std::uint8_t expected_label(const SparseLabels& labels, const Shape3& grid, const Shape3& voxel) {
  const Shape3& shape = labels.shape();
  std::array<std::vector<std::size_t>, 3> covered;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double size = static_cast<double>(shape[axis]) / static_cast<double>(grid[axis]);
    for (std::size_t i = 0; i < shape[axis]; ++i)
      if (std::floor((static_cast<double>(i) + 0.5) / size + 1e-9) == static_cast<double>(voxel[axis]))
        covered[axis].push_back(i);
    if (covered[axis].empty())
      covered[axis].push_back(static_cast<std::size_t>((static_cast<double>(voxel[axis]) + 0.5) * size));
  }
  std::map<std::uint8_t, int> votes;
  for (const std::size_t z : covered[0])
    for (const std::size_t y : covered[1])
      for (const std::size_t x : covered[2])
        if (labels.annotated({z, y, x}))
          ++votes[labels.voxels()(z, y, x)];
  std::uint8_t best = labels.unlabelled();
  for (const auto& [label, count] : votes) // ascending labels: the first of equals stays
    if (best == labels.unlabelled() || count > votes[best])
      best = label;
  return best;
}

} // namespace

TEST_CASE("as scanned, nothing changes, and cases are the very same") {
  const Image scan = scan_of({3, 4, 5}, {2, 1, 1}, [](auto z, auto y, auto x) { return z * 20 + y * 5 + x; });
  const WorkingGrid grid(scan, {});
  CHECK(grid.geometry().shape == scan.shape());
  CHECK(grid.geometry().spacing_mm == scan.geometry.spacing_mm);
  CHECK((grid.from_scan(scan).voxels == scan.voxels));
  CHECK(torch::equal(grid.to_scan(from_array(scan.voxels)), from_array(scan.voxels)));
  const std::vector<Case> cases{{.name = "one", .image = scan}};
  const std::vector<SparseLabels> labels{random_labels({3, 4, 5}, Generator(1))};
  const WorkingCases working({cases, labels, {}, 3}, {});
  CHECK(working.data().cases.data() == cases.data());
  CHECK(working.data().labels.data() == labels.data());
}

TEST_CASE("the spacing of the scan itself changes nothing") {
  const Image scan = scan_of({3, 4, 5}, {2, 1, 0.7}, [](auto z, auto y, auto x) { return z * 20 + y * 5 + x; });
  const WorkingGrid grid(scan, {.spacing_mm = {2, 1, 0.7}});
  CHECK((grid.from_scan(scan).voxels == scan.voxels));
}

TEST_CASE("what is linear in space is linear on any grid, away from the borders") {
  const Image scan = scan_of({20, 24, 30}, {1.5, 1.0, 0.8}, [](auto z, auto y, auto x) {
    return 3 * centre(z, 1.5) - 2 * centre(y, 1.0) + centre(x, 0.8);
  });
  // Antialiasing over a share of a voxel moves centres a little: by less than a hundredth of the coarser spacing.
  const auto [spacing, tolerance] =
      GENERATE(std::pair(std::vector{3.0, 1.0, 0.4}, 1e-3), std::pair(std::vector{0.5, 3.0, 0.8}, 1e-3),
               std::pair(std::vector{1.0, 2.4, 1.6}, 2 * 0.024), std::pair(std::vector{0.75, 0.5, 2.0}, 0.02));
  const WorkingGrid grid(scan, {.spacing_mm = spacing});
  const Geometry& geometry = grid.geometry();
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const double length = static_cast<double>(scan.shape()[axis]) * scan.geometry.spacing_mm[axis];
    CHECK(geometry.shape[axis] == static_cast<std::size_t>(std::round(length / spacing[axis])));
    CHECK(static_cast<double>(geometry.shape[axis]) * geometry.spacing_mm[axis] == Approx(length));
  }
  const Image there = grid.from_scan(scan);
  const auto is_inside = [&](std::size_t index, std::size_t axis) {
    const double coarser = std::max(geometry.spacing_mm[axis], scan.geometry.spacing_mm[axis]);
    const double place = centre(index, geometry.spacing_mm[axis]);
    return place > 2 * coarser &&
           place < static_cast<double>(geometry.shape[axis]) * geometry.spacing_mm[axis] - 2 * coarser;
  };
  double furthest = 0;
  std::size_t looked_at = 0;
  for (std::size_t z = 0; z < geometry.shape[0]; ++z)
    for (std::size_t y = 0; y < geometry.shape[1]; ++y)
      for (std::size_t x = 0; x < geometry.shape[2]; ++x)
        if (is_inside(z, 0) && is_inside(y, 1) && is_inside(x, 2)) {
          const double expected = 3 * centre(z, geometry.spacing_mm[0]) - 2 * centre(y, geometry.spacing_mm[1]) +
                                  centre(x, geometry.spacing_mm[2]);
          furthest = std::max(furthest, std::abs(there.voxels(0, z, y, x) - expected));
          ++looked_at;
        }
  CHECK(looked_at > 100);
  CHECK(furthest < tolerance);
}

TEST_CASE("probabilities come back to the scan's voxels, and still sum to one") {
  const Image scan = scan_of({7, 9, 10}, {1, 1, 1}, [](auto z, auto, auto) { return z; });
  const WorkingGrid grid(scan, {.spacing_mm = {2, 0.7, 1.3}});
  torch::manual_seed(1);
  const Shape3& shape = grid.geometry().shape;
  const torch::Tensor there = torch::randn({3, static_cast<std::int64_t>(shape[0]), static_cast<std::int64_t>(shape[1]),
                                            static_cast<std::int64_t>(shape[2])})
                                  .softmax(0);
  const torch::Tensor here = grid.to_scan(there);
  CHECK(here.sizes() == torch::IntArrayRef({3, 7, 9, 10}));
  CHECK(torch::allclose(here.sum(0), torch::ones({7, 9, 10}), 1e-5, 1e-5));
  CHECK(here.min().item<float>() >= 0);
}

TEST_CASE("the foreground is cut out, and what surrounds it is background for certain") {
  const Image scan = scan_of({8, 9, 10}, {1, 1, 1}, [](auto z, auto y, auto x) {
    return z >= 2 && z < 6 && y >= 1 && y < 9 && x >= 3 && x < 5 ? static_cast<double>(z + y + x) : -4.0;
  });
  const WorkingGrid grid(scan, {.crop_foreground = true});
  CHECK(grid.geometry().shape == Shape3{4, 8, 2});
  const Image there = grid.from_scan(scan);
  CHECK(there.voxels(0, 0, 0, 0) == 6.0F);
  CHECK(there.voxels(0, 3, 7, 1) == 17.0F);
  const SparseLabels labels = random_labels({8, 9, 10}, Generator(3));
  CHECK(grid.from_scan(labels).voxels()(1, 2, 1) == labels.voxels()(3, 3, 4));
  const torch::Tensor here = grid.to_scan(torch::full({2, 4, 8, 2}, 0.5));
  CHECK(here[0][0][0][0].item<float>() == 1.0F);
  CHECK(here[1][0][0][0].item<float>() == 0.0F);
  CHECK(here[1].sum().item<float>() == 0.5F * 4 * 8 * 2);
  CHECK(here[1][2][1][3].item<float>() == 0.5F);
  const Image constant = scan_of({2, 2, 2}, {1, 1, 1}, [](auto, auto, auto) { return 1; });
  CHECK_THROWS_AS(WorkingGrid(constant, {.crop_foreground = true}), DataError);
}

TEST_CASE("labels follow their voxels' centres on random grids") {
  Generator generator(5);
  for (int trial = 0; trial < 40; ++trial) {
    Shape3 shape{};
    std::vector<double> spacing;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      shape[axis] = 1 + generator.uniform_index(9);
      spacing.push_back(generator.uniform(0.3, 3));
    }
    const Image scan = scan_of(shape, {1, 1, 1}, [](auto z, auto y, auto x) { return z + y + x; });
    const SparseLabels labels = random_labels(shape, generator.split(static_cast<std::uint64_t>(trial)));
    const WorkingGrid grid(scan, {.spacing_mm = spacing});
    const SparseLabels there = grid.from_scan(labels);
    REQUIRE(there.shape() == grid.geometry().shape);
    for (std::size_t z = 0; z < there.shape()[0]; ++z)
      for (std::size_t y = 0; y < there.shape()[1]; ++y)
        for (std::size_t x = 0; x < there.shape()[2]; ++x)
          REQUIRE(there.voxels()(z, y, x) == expected_label(labels, there.shape(), {z, y, x}));
  }
}

TEST_CASE("an annotated slice is still one, on a coarser grid and on a finer one") {
  const Shape3 shape{11, 6, 7};
  const Image scan = scan_of(shape, {1, 1, 1}, [](auto z, auto y, auto x) { return z + y + x; });
  for (const double spacing : {0.5, 1.7, 3.0})
    for (std::size_t slice = 0; slice < shape[0]; ++slice) {
      Array3<std::uint8_t> voxels = 2 * xt::ones<std::uint8_t>({shape[0], shape[1], shape[2]});
      xt::view(voxels, slice, xt::all(), xt::all()) = 1;
      const SparseLabels there = WorkingGrid(scan, {.spacing_mm = {spacing, spacing, spacing}})
                                     .from_scan(SparseLabels(voxels, 2, {.shape = shape}));
      std::size_t whole = 0;
      for (std::size_t z = 0; z < there.shape()[0]; ++z) {
        const auto count =
            static_cast<std::size_t>(xt::sum(xt::equal(xt::view(there.voxels(), z, xt::all(), xt::all()), 1))());
        CHECK((count == 0 || count == there.shape()[1] * there.shape()[2]));
        whole += count > 0 ? 1U : 0U;
      }
      CHECK(whole >= 1);
    }
}

TEST_CASE("a working grid's spacing is three numbers above zero, or none") {
  CHECK_THROWS_WITH(validate(WorkingGridOptions{.spacing_mm = {1, 1}}, "grid"),
                    "grid.spacing_mm: expected three numbers, along z, y and x, or none, got 1,1");
  CHECK_THROWS_AS(validate(WorkingGridOptions{.spacing_mm = {1, 1, 0}}, "grid"), InvalidArgument);
  CHECK_NOTHROW(validate(WorkingGridOptions{}, "grid"));
}
