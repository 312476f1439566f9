#include "sparseann/data/crop.hpp"

#include "support/catch.hpp"
#include "support/numbered.hpp"

#include <map>

using namespace sparseann;
using sparseann::test::numbered;

namespace {

/// Walks back and forth between the first and the last voxel: slow and obvious.
std::size_t bounce(std::ptrdiff_t place, std::size_t extent) {
  std::ptrdiff_t at = 0;
  std::ptrdiff_t step = 1;
  for (std::ptrdiff_t walked = 0; walked < std::abs(place) && extent > 1; ++walked) {
    if (at + step < 0 || at + step >= static_cast<std::ptrdiff_t>(extent))
      step = -step;
    at += step;
  }
  return static_cast<std::size_t>(at);
}

bool holds(std::ptrdiff_t place, std::size_t extent) {
  return place >= 0 && place < static_cast<std::ptrdiff_t>(extent);
}

std::vector<float> row(const std::vector<float>& values, std::ptrdiff_t origin, std::size_t extent) {
  Array3<float> slice({1, 1, values.size()});
  std::ranges::copy(values, slice.data());
  const Array3<float> crop = extract_crop(slice, {0, origin}, {1, extent});
  return {crop.data(), crop.data() + crop.size()};
}

} // namespace

TEST_CASE("reflection repeats no border and goes back and forth in small volumes") {
  using Row = std::vector<float>;
  CHECK(row({1, 2, 3}, -2, 7) == Row{3, 2, 1, 2, 3, 2, 1});
  CHECK(row({1, 2, 3}, -6, 4) == Row{3, 2, 1, 2});
  CHECK(row({1, 2}, -3, 8) == Row{2, 1, 2, 1, 2, 1, 2, 1});
  CHECK(row({5}, -2, 4) == Row{5, 5, 5, 5});
  CHECK(row({1, 2, 3}, 5, 3) == Row{2, 3, 2});
}

TEST_CASE("crops of volumes equal voxel-by-voxel look-up wherever they lie") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    CropExtent<3> shape;
    CropExtent<3> extent;
    CropOrigin<3> origin;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      shape[axis] = 1 + generator.uniform_index(6);
      extent[axis] = 1 + generator.uniform_index(8);
      origin[axis] = static_cast<std::ptrdiff_t>(generator.uniform_index(25)) - 12;
    }
    const Array4<float> image = numbered<float, 4>({2, shape[0], shape[1], shape[2]});
    const Array3<std::uint8_t> labels = numbered<std::uint8_t, 3>(shape);
    const Array4<float> image_crop = extract_crop(image, origin, extent);
    const Array3<std::uint8_t> label_crop = extract_crop(labels, origin, extent, 255);
    std::size_t wrong = 0;
    for (std::size_t z = 0; z < extent[0]; ++z)
      for (std::size_t y = 0; y < extent[1]; ++y)
        for (std::size_t x = 0; x < extent[2]; ++x) {
          const CropOrigin<3> place{origin[0] + static_cast<std::ptrdiff_t>(z),
                                    origin[1] + static_cast<std::ptrdiff_t>(y),
                                    origin[2] + static_cast<std::ptrdiff_t>(x)};
          for (std::size_t channel = 0; channel < 2; ++channel)
            if (image_crop(channel, z, y, x) !=
                image(channel, bounce(place[0], shape[0]), bounce(place[1], shape[1]), bounce(place[2], shape[2])))
              ++wrong;
          const bool inside = holds(place[0], shape[0]) && holds(place[1], shape[1]) && holds(place[2], shape[2]);
          const std::uint8_t expected =
              inside ? labels(bounce(place[0], shape[0]), bounce(place[1], shape[1]), bounce(place[2], shape[2])) : 255;
          if (label_crop(z, y, x) != expected)
            ++wrong;
        }
    CHECK(wrong == 0);
  }
}

TEST_CASE("crops of slices") {
  const Array3<float> image = numbered<float, 3>({2, 3, 4});
  const Array2<std::uint8_t> labels = numbered<std::uint8_t, 2>({3, 4});
  const Array3<float> image_crop = extract_crop(image, {1, -1}, {3, 3});
  const Array2<std::uint8_t> label_crop = extract_crop(labels, {1, -1}, {3, 3}, 9);
  CHECK((image_crop == Array3<float>{{{5, 4, 5}, {9, 8, 9}, {5, 4, 5}}, {{17, 16, 17}, {21, 20, 21}, {17, 16, 17}}}));
  CHECK((label_crop == Array2<std::uint8_t>{{9, 4, 5}, {9, 8, 9}, {9, 9, 9}}));
}

TEST_CASE("a drawn origin keeps the crop inside a volume that holds it, each place alike") {
  Generator generator(3);
  std::map<CropOrigin<2>, std::size_t> seen;
  constexpr std::size_t draws = 6000;
  for (std::size_t i = 0; i < draws; ++i)
    ++seen[draw_origin<2>({5, 4}, {3, 3}, generator)];
  CHECK(seen.size() == 3 * 2);
  for (const auto& [origin, count] : seen) {
    CHECK((origin[0] >= 0 && origin[0] <= 2 && origin[1] >= 0 && origin[1] <= 1));
    CHECK(std::abs(static_cast<double>(count) - 1000.0) < 150.0); // five standard deviations
  }
}

TEST_CASE("a drawn crop contains a volume that is smaller") {
  Generator generator(4);
  std::map<std::ptrdiff_t, std::size_t> seen;
  for (std::size_t i = 0; i < 400; ++i) {
    const CropOrigin<3> origin = draw_origin<3>({2, 8, 8}, {5, 8, 4}, generator);
    ++seen[origin[0]];
    CHECK(origin[1] == 0);
    CHECK((origin[2] >= 0 && origin[2] <= 4));
  }
  CHECK(seen.size() == 4);
  CHECK(seen.begin()->first == -3);
  CHECK(seen.rbegin()->first == 0);
}

TEST_CASE("a crop drawn around a voxel is valid and contains it, whatever the place") {
  Generator generator(5);
  for (const std::size_t crop : {std::size_t{1}, std::size_t{3}, std::size_t{6}, std::size_t{9}})
    for (std::size_t voxel = 0; voxel < 6; ++voxel) {
      std::map<std::ptrdiff_t, std::size_t> seen;
      for (std::size_t i = 0; i < 200; ++i)
        ++seen[draw_origin_around<2>({0, voxel}, {1, 6}, {1, crop}, generator)[1]];
      std::vector<std::ptrdiff_t> expected;
      for (std::ptrdiff_t origin = -10; origin < 10; ++origin) {
        const std::ptrdiff_t end = origin + static_cast<std::ptrdiff_t>(crop);
        const bool valid = crop <= 6 ? origin >= 0 && end <= 6 : origin <= 0 && end >= 6;
        const auto place = static_cast<std::ptrdiff_t>(voxel);
        if (valid && origin <= place && place < end)
          expected.push_back(origin);
      }
      std::vector<std::ptrdiff_t> drawn;
      for (const auto& [origin, count] : seen)
        drawn.push_back(origin);
      CAPTURE(crop, voxel);
      CHECK(drawn == expected);
    }
}

TEST_CASE("crops refuse what has no voxels and voxels that do not exist") {
  Generator generator(6);
  CHECK_THROWS_AS(draw_origin<3>({4, 0, 4}, {2, 2, 2}, generator), InvalidArgument);
  CHECK_THROWS_WITH(draw_origin<3>({4, 4, 4}, {2, 2, 0}, generator),
                    "extent: expected at least one voxel along every axis, got 0 along axis 2");
  CHECK_THROWS_WITH(draw_origin_around<2>({4, 0}, {4, 4}, {2, 2}, generator),
                    "voxel: expected an index below 4 along axis 0, got 4");
  CHECK_THROWS_AS(extract_crop(Array4<float>({1, 2, 2, 2}), CropOrigin<3>{}, CropExtent<3>{0, 1, 1}), InvalidArgument);
  CHECK_THROWS_AS(extract_crop(Array2<std::uint8_t>({0, 2}), CropOrigin<2>{}, CropExtent<2>{1, 1}, 0), InvalidArgument);
}
