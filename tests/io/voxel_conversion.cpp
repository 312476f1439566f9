#include "sparseann/io/voxel_conversion.hpp"

#include <vector>

#include "support/catch.hpp"

using sparseann::convert_voxels;
using sparseann::fits_voxel;

namespace {

constexpr auto not_a_number = std::numeric_limits<double>::quiet_NaN();
constexpr auto infinity = std::numeric_limits<double>::infinity();

template <class To, class From> std::vector<To> converted(const std::vector<From>& values) {
  std::vector<To> out(values.size());
  convert_voxels<To, From>("v", {1, 1, values.size()}, 0, values, out);
  return out;
}

} // namespace

TEST_CASE("integers fit integers that have them") {
  CHECK(fits_voxel<std::uint8_t>(std::uint64_t{255}));
  CHECK_FALSE(fits_voxel<std::uint8_t>(std::uint64_t{256}));
  CHECK_FALSE(fits_voxel<std::uint8_t>(std::int8_t{-1}));
  CHECK(fits_voxel<std::int8_t>(std::int64_t{-128}));
  CHECK_FALSE(fits_voxel<std::int64_t>(std::uint64_t{1} << 63U));
  CHECK_FALSE(fits_voxel<std::uint64_t>(std::int64_t{-1}));
}

TEST_CASE("reals fit integers where they are whole and in range, up to the last one") {
  CHECK(fits_voxel<std::uint8_t>(255.0));
  CHECK_FALSE(fits_voxel<std::uint8_t>(255.5));
  CHECK_FALSE(fits_voxel<std::uint8_t>(256.0));
  CHECK_FALSE(fits_voxel<std::uint8_t>(-1.0F));
  CHECK(fits_voxel<std::int8_t>(-128.0F));
  CHECK(fits_voxel<std::uint32_t>(4294967295.0));
  CHECK_FALSE(fits_voxel<std::uint32_t>(4294967296.0));
  CHECK(fits_voxel<std::int64_t>(-0x1p63));
  CHECK_FALSE(fits_voxel<std::int64_t>(0x1p63));
  CHECK(fits_voxel<std::int64_t>(0x1p63 - 1024));
  CHECK_FALSE(fits_voxel<std::uint64_t>(0x1p64F));
  CHECK_FALSE(fits_voxel<std::int32_t>(not_a_number));
  CHECK_FALSE(fits_voxel<std::int32_t>(infinity));
}

TEST_CASE("anything fits reals but a finite number beyond a float's range") {
  CHECK(fits_voxel<float>(std::uint64_t{18000000000000000000U}));
  CHECK(fits_voxel<float>(not_a_number));
  CHECK(fits_voxel<float>(-infinity));
  CHECK_FALSE(fits_voxel<float>(1e39));
  CHECK_FALSE(fits_voxel<float>(-1e39));
  CHECK(fits_voxel<double>(1e39));
}

TEST_CASE("convert_voxels converts, and names the first voxel that does not fit") {
  CHECK(converted<std::uint8_t>(std::vector<double>{0, 255, 3}) == std::vector<std::uint8_t>{0, 255, 3});
  CHECK(converted<float>(std::vector<std::int16_t>{-5, 7}) == std::vector<float>{-5, 7});
  CHECK(converted<float>(std::vector<double>{0.1}) == std::vector<float>{0.1F});

  const std::vector<std::int32_t> values{1, 2, 300, -4};
  std::vector<std::uint8_t> out(4);
  CHECK_THROWS_WITH((convert_voxels<std::uint8_t, std::int32_t>("v", {2, 3, 4}, 16, values, out)),
                    "v: expected voxels that are whole numbers of 0 to 255, got 300 at (z, y, x) = (1, 1, 2)");
  CHECK_THROWS_WITH(converted<std::int8_t>(std::vector<float>{0.5F}),
                    "v: expected voxels that are whole numbers of -128 to 127, got 0.5 at (z, y, x) = (0, 0, 0)");
  CHECK_THROWS_AS(converted<float>(std::vector<double>{1e300}), sparseann::DataError);
}
