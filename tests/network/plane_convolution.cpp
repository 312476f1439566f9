#include "sparseann/network/plane_convolution.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/tensor/precision.hpp"
#include "support/catch.hpp"

using sparseann::PaddedPlanes;
namespace plane_convolution = sparseann::plane_convolution;

namespace {

/// Channels of planes with zeros around them, and plain access to the voxels.
template <class T> struct Planes {
  PaddedPlanes grid;
  std::size_t planes; ///< without the zeros above and below
  std::vector<T> values;

  Planes(std::size_t channels, std::size_t count, PaddedPlanes shape)
      : grid(shape), planes(count), values(channels * (count + 2) * shape.size()) {}

  [[nodiscard]] std::size_t channel() const { return (planes + 2) * grid.size(); }
  [[nodiscard]] T& at(std::size_t c, std::size_t z, std::size_t y, std::size_t x) {
    return values[c * channel() + (z + 1) * grid.size() + grid.origin() + y * grid.pitch() + x];
  }
  /// The voxel, or zero beyond the volume.
  [[nodiscard]] T near(std::size_t c, std::ptrdiff_t z, std::ptrdiff_t y, std::ptrdiff_t x) {
    const auto inside = [](std::ptrdiff_t i, std::size_t extent) { return i >= 0 && i < std::ptrdiff_t(extent); };
    return inside(z, planes) && inside(y, grid.rows) && inside(x, grid.columns)
               ? at(c, std::size_t(z), std::size_t(y), std::size_t(x))
               : T{0};
  }

  void fill(std::size_t channels, sparseann::Generator generator) {
    for (std::size_t c = 0; c < channels; ++c)
      each([&](std::size_t z, std::size_t y, std::size_t x) {
        at(c, z, y, x) = static_cast<T>(generator.uniform(-1, 1));
      });
  }
  template <class Body> void each(const Body& body) const {
    for (std::size_t z = 0; z < planes; ++z)
      for (std::size_t y = 0; y < grid.rows; ++y)
        for (std::size_t x = 0; x < grid.columns; ++x)
          body(z, y, x);
  }
};

/// The numbers as the kernels want them: units of channels, and as they are multiplied.
template <class Numbers> typename Numbers::Value multiplied(typename Numbers::Value value) {
  if constexpr (std::same_as<Numbers, plane_convolution::Bfloat16>)
    return std::bit_cast<float>(std::uint32_t{Numbers::planar(value)} << 16U);
  else
    return value;
}

/// What a tap of the convolution at a voxel reads.
template <class Numbers>
double read_by(Planes<typename Numbers::Value>& planes, std::size_t c, std::size_t z, std::size_t y, std::size_t x,
               std::size_t tap) {
  return static_cast<double>(multiplied<Numbers>(planes.near(
      c, std::ptrdiff_t(z + tap / 9) - 1, std::ptrdiff_t(y + tap / 3 % 3) - 1, std::ptrdiff_t(x + tap % 3) - 1)));
}

template <class Numbers> std::vector<typename Numbers::Unit> units_of(const Planes<typename Numbers::Value>& planes) {
  const std::size_t channels = planes.values.size() / planes.channel();
  std::vector<typename Numbers::Unit> units(plane_convolution::units<Numbers>(channels) * planes.channel());
  for (std::size_t i = 0; i < planes.values.size(); ++i) {
    const std::size_t c = i / planes.channel();
    Numbers::put(units[c / Numbers::channels_per_unit * planes.channel() + i % planes.channel()], planes.values[i],
                 c % Numbers::channels_per_unit);
  }
  return units;
}

template <class Numbers>
std::vector<typename Numbers::Planar> planar_of(const Planes<typename Numbers::Value>& planes) {
  std::vector<typename Numbers::Planar> planar(planes.values.size());
  std::ranges::transform(planes.values, planar.begin(), &Numbers::planar);
  return planar;
}

template <class V> void check_convolution(PaddedPlanes grid, std::size_t channels) {
  using Numbers = typename V::Numbers;
  using T = typename Numbers::Value;
  const sparseann::Generator generator(1);
  Planes<T> input(channels, 3, grid);
  input.fill(channels, generator.split("input"));
  std::vector<T> weights(channels * plane_convolution::taps * plane_convolution::outputs);
  sparseann::Generator drawn = generator.split("weights");
  for (T& weight : weights)
    weight = static_cast<T>(drawn.uniform(-1, 1));
  const std::size_t units = plane_convolution::units<Numbers>(channels);
  constexpr std::size_t per_channel = plane_convolution::taps * plane_convolution::outputs;
  std::vector<typename Numbers::Unit> packed(units * per_channel);
  for (std::size_t i = 0; i < weights.size(); ++i) {
    const std::size_t c = i / per_channel;
    Numbers::put(packed[c / Numbers::channels_per_unit * per_channel + i % per_channel], weights[i],
                 c % Numbers::channels_per_unit);
  }
  const auto planes = units_of<Numbers>(input);
  for (std::size_t z = 0; z < input.planes; ++z) {
    std::vector<T> out(plane_convolution::outputs * grid.positions(), T{1});
    plane_convolution::add_plane<V>({planes.data() + z * grid.size(), units, input.channel()}, grid, packed.data(),
                                    out.data(), grid.positions());
    for (std::size_t o = 0; o < plane_convolution::outputs; ++o)
      for (std::size_t y = 0; y < grid.rows; ++y)
        for (std::size_t x = 0; x < grid.columns; ++x) {
          double expected = 1;
          for (std::size_t c = 0; c < channels; ++c)
            for (std::size_t tap = 0; tap < plane_convolution::taps; ++tap)
              expected += static_cast<double>(multiplied<Numbers>(
                              weights[(c * plane_convolution::taps + tap) * plane_convolution::outputs + o])) *
                          read_by<Numbers>(input, c, z, y, x, tap);
          REQUIRE(static_cast<double>(out[o * grid.positions() + y * grid.pitch() + x]) ==
                  Approx(expected).epsilon(1e-4).margin(1e-4));
        }
  }
}

template <class V> void check_weight_gradient(PaddedPlanes grid, std::size_t channels) {
  using Numbers = typename V::Numbers;
  using T = typename Numbers::Value;
  const sparseann::Generator generator(2);
  Planes<T> input(channels, 3, grid);
  input.fill(channels, generator.split("input"));
  Planes<T> output(plane_convolution::outputs, 3, grid);
  output.fill(plane_convolution::outputs, generator.split("output"));
  const auto inputs = planar_of<Numbers>(input);
  const auto outputs = planar_of<Numbers>(output);
  std::vector<T> gradient(channels * plane_convolution::taps * plane_convolution::outputs, T{1});
  plane_convolution::add_weight_gradient<V>({inputs.data(), channels, input.channel()}, outputs.data() + grid.size(),
                                            output.channel(), grid, input.planes, gradient.data());
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t tap = 0; tap < plane_convolution::taps; ++tap)
      for (std::size_t o = 0; o < plane_convolution::outputs; ++o) {
        double expected = 1;
        output.each([&](std::size_t z, std::size_t y, std::size_t x) {
          expected += static_cast<double>(multiplied<Numbers>(output.at(o, z, y, x))) *
                      read_by<Numbers>(input, c, z, y, x, tap);
        });
        REQUIRE(static_cast<double>(gradient[(c * plane_convolution::taps + tap) * plane_convolution::outputs + o]) ==
                Approx(expected).epsilon(1e-3).margin(1e-3));
      }
}

const std::vector<PaddedPlanes> grids{{1, 1}, {3, 2}, {5, 17}, {16, 16}, {6, 33}};

template <class V> bool runs_here() {
  return sparseann::is_supported(V::set) && (!std::same_as<typename V::Numbers, plane_convolution::Bfloat16> ||
                                             sparseann::has_fast_bfloat16(torch::Device(torch::kCPU)));
}

} // namespace

TEMPLATE_TEST_CASE("planes convolved in vectors are those convolved voxel by voxel", "",
                   plane_convolution::Avx512<plane_convolution::Same<float>>,
                   plane_convolution::Avx512<plane_convolution::Same<double>>,
                   plane_convolution::Avx512<plane_convolution::Bfloat16>,
                   plane_convolution::Avx2<plane_convolution::Same<float>>,
                   plane_convolution::Avx2<plane_convolution::Same<double>>) {
  if (!runs_here<TestType>())
    return;
  for (const PaddedPlanes& grid : grids)
    for (const std::size_t channels : {1U, 2U, 3U}) {
      CAPTURE(grid.rows, grid.columns, channels);
      check_convolution<TestType>(grid, channels);
      check_weight_gradient<TestType>(grid, channels);
    }
}

TEST_CASE("bfloat16 is rounded to the nearest, ties to even, and keeps what is not finite") {
  using plane_convolution::Bfloat16;
  for (const float value : {0.0F, -0.0F, 1.0F, 1.00390625F, 1.01171875F, 3.14159F, -1e30F, 1e-40F,
                            std::numeric_limits<float>::infinity(), std::nanf("")}) {
    CAPTURE(value);
    const c10::BFloat16 expected(value);
    CHECK(Bfloat16::planar(value) == expected.x);
  }
}
