#pragma once

#include <array>
#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/network/padded_planes.hpp"

/// Convolutions of 3^3 on padded planes, for any vector type: what they cost is the multiplications alone.
///
/// Volumes are (channels, planes, PaddedPlanes) with a plane of zeros before the first and after the last one. Four
/// outputs are computed at a time, of as many positions as leave no register unused; their weights lie together, as
/// (inputs, 27, 4).
namespace sparseann::plane_convolution {

inline constexpr std::size_t outputs = 4; ///< at a time
inline constexpr std::size_t taps = 27;

/// What is multiplied: the numbers of features and sums (`Value`), of planes whose channels are summed over (`Unit`,
/// which holds `channels_per_unit` of them), and of planes whose positions are summed over (`Planar`).
template <class T> struct Same {
  using Value = T;
  using Unit = T;
  using Planar = T;
  static constexpr std::size_t channels_per_unit = 1;

  static void put(Unit& unit, Value value, std::size_t) noexcept { unit = value; }
  [[nodiscard]] static Planar planar(Value value) noexcept { return value; }
};

/// Products of numbers rounded to bfloat16, to the nearest and ties to even, summed in float32.
struct Bfloat16 {
  using Value = float;
  using Unit = std::uint32_t;
  using Planar = std::uint16_t;
  static constexpr std::size_t channels_per_unit = 2;

  static void put(Unit& unit, Value value, std::size_t channel) noexcept {
    unit |= Unit{planar(value)} << (16 * channel);
  }
  [[nodiscard]] static Planar planar(Value value) noexcept {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    return static_cast<Planar>((bits + 0x7fffU + (bits >> 16U & 1U)) >> 16U);
  }
};

/// How many vectors of positions (`positions`) and how many channels of a gradient (`channels`) a kernel keeps in
/// registers.
struct Avx512Registers {
  static constexpr InstructionSet set = InstructionSet::avx512;
  static constexpr std::size_t positions = 6;
  static constexpr std::size_t channels = 2;
};
struct Avx2Registers {
  static constexpr InstructionSet set = InstructionSet::avx2;
  static constexpr std::size_t positions = 3;
  static constexpr std::size_t channels = 1;
};

/// The vectors of values that go with each kind of number.
template <class Kind> struct Avx512 : Avx512Registers {
  using Numbers = Kind;
  using Vector = float __attribute__((vector_size(64)));
};
template <> struct Avx512<Same<double>> : Avx512Registers {
  using Numbers = Same<double>;
  using Vector = double __attribute__((vector_size(64)));
};
template <class Kind> struct Avx2 : Avx2Registers {
  using Numbers = Kind;
  using Vector = float __attribute__((vector_size(32)));
};
template <> struct Avx2<Same<double>> : Avx2Registers {
  using Numbers = Same<double>;
  using Vector = double __attribute__((vector_size(32)));
};
template <class V> using Value = typename V::Numbers::Value;
template <class V> inline constexpr std::size_t lanes = sizeof(typename V::Vector) / sizeof(Value<V>);

/// Channels, or pairs of them, that hold so many.
template <class Numbers> [[nodiscard]] constexpr std::size_t units(std::size_t channels) noexcept {
  return (channels + Numbers::channels_per_unit - 1) / Numbers::channels_per_unit;
}

/// Planes that are read: of `channels` channels or units, each `channel` numbers after the one before.
template <class T> struct Input {
  const T* planes;
  std::size_t channels;
  std::size_t channel;
};

namespace detail {

/// sums += four outputs at `Count` vectors of positions from `position` on. `planes` is the plane above.
template <class V, std::size_t Count>
[[gnu::always_inline]] inline void add_tile(const Input<typename V::Numbers::Value>& input, const PaddedPlanes& grid,
                                            const Value<V>* weights, Value<V>* out, std::size_t out_channel,
                                            std::size_t position) noexcept {
  using Vector = typename V::Vector;
  using T = Value<V>;
  Vector sums[outputs][Count];
#pragma GCC unroll 4
  for (std::size_t o = 0; o < outputs; ++o)
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Count; ++j)
      sums[o][j] = Vector{};
  for (std::size_t c = 0; c < input.channels; ++c) {
    const T* const channel = input.planes + c * input.channel + grid.first_tap() + position;
    for (std::size_t z = 0; z < 3; ++z)
      for (std::size_t y = 0; y < 3; ++y) {
        const T* const row = channel + z * grid.size() + y * grid.pitch();
#pragma GCC unroll 3
        for (std::size_t x = 0; x < 3; ++x, weights += outputs) {
          Vector values[Count];
#pragma GCC unroll 6
          for (std::size_t j = 0; j < Count; ++j)
            std::memcpy(&values[j], row + x + j * lanes<V>, sizeof(Vector));
#pragma GCC unroll 4
          for (std::size_t o = 0; o < outputs; ++o) {
            const Vector weight = weights[o] - Vector{};
#pragma GCC unroll 6
            for (std::size_t j = 0; j < Count; ++j)
              sums[o][j] += weight * values[j];
          }
        }
      }
  }
#pragma GCC unroll 4
  for (std::size_t o = 0; o < outputs; ++o)
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Count; ++j) {
      Vector total;
      std::memcpy(&total, out + o * out_channel + position + j * lanes<V>, sizeof total);
      total += sums[o][j];
      std::memcpy(out + o * out_channel + position + j * lanes<V>, &total, sizeof total);
    }
}

/// gradient(c, row of taps, x, o) += sum over planes and positions of input(c, shifted) * output gradient(o).
template <class V, std::size_t Channels>
[[gnu::always_inline]] inline void add_taps(const Value<V>* input, std::size_t input_channel, const Value<V>* output,
                                            std::size_t output_channel, const PaddedPlanes& grid, std::size_t planes,
                                            Value<V>* gradient, std::size_t gradient_channel) noexcept {
  using Vector = typename V::Vector;
  Vector sums[Channels][3][outputs];
#pragma GCC unroll 2
  for (std::size_t c = 0; c < Channels; ++c)
#pragma GCC unroll 3
    for (std::size_t x = 0; x < 3; ++x)
#pragma GCC unroll 4
      for (std::size_t o = 0; o < outputs; ++o)
        sums[c][x][o] = Vector{};
  for (std::size_t z = 0; z < planes; ++z)
    for (std::size_t position = 0; position < grid.rows * grid.pitch(); position += lanes<V>) {
      Vector gradients[outputs];
#pragma GCC unroll 4
      for (std::size_t o = 0; o < outputs; ++o)
        std::memcpy(&gradients[o], output + o * output_channel + z * grid.size() + position, sizeof(Vector));
#pragma GCC unroll 2
      for (std::size_t c = 0; c < Channels; ++c)
#pragma GCC unroll 3
        for (std::size_t x = 0; x < 3; ++x) {
          Vector values;
          std::memcpy(&values, input + c * input_channel + z * grid.size() + position + x, sizeof(Vector));
#pragma GCC unroll 4
          for (std::size_t o = 0; o < outputs; ++o)
            sums[c][x][o] += values * gradients[o];
        }
    }
  for (std::size_t c = 0; c < Channels; ++c)
    for (std::size_t x = 0; x < 3; ++x)
      for (std::size_t o = 0; o < outputs; ++o)
        for (std::size_t lane = 0; lane < lanes<V>; ++lane)
          gradient[c * gradient_channel + x * outputs + o] += sums[c][x][o][lane];
}

#if defined(__x86_64__)
// The same as add_tile and add_taps, written out: compilers let no code that is compiled for every processor inline
// this instruction, and have no operator for it.

template <std::size_t Count>
[[gnu::target("avx512f,avx512bf16")]] void
add_tile_bfloat16(const Input<std::uint32_t>& input, const PaddedPlanes& grid, const std::uint32_t* weights, float* out,
                  std::size_t out_channel, std::size_t position) noexcept {
  __m512 sums[outputs][Count];
#pragma GCC unroll 4
  for (std::size_t o = 0; o < outputs; ++o)
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Count; ++j)
      sums[o][j] = _mm512_setzero_ps();
  for (std::size_t c = 0; c < input.channels; ++c) {
    const std::uint32_t* const channel = input.planes + c * input.channel + grid.first_tap() + position;
    for (std::size_t z = 0; z < 3; ++z)
      for (std::size_t y = 0; y < 3; ++y) {
        const std::uint32_t* const row = channel + z * grid.size() + y * grid.pitch();
#pragma GCC unroll 3
        for (std::size_t x = 0; x < 3; ++x, weights += outputs) {
          __m512i values[Count];
#pragma GCC unroll 6
          for (std::size_t j = 0; j < Count; ++j)
            values[j] = _mm512_loadu_si512(row + x + j * 16);
#pragma GCC unroll 4
          for (std::size_t o = 0; o < outputs; ++o) {
            const __m512i weight = _mm512_set1_epi32(static_cast<int>(weights[o]));
#pragma GCC unroll 6
            for (std::size_t j = 0; j < Count; ++j)
              sums[o][j] = _mm512_dpbf16_ps(sums[o][j], (__m512bh)values[j], (__m512bh)weight);
          }
        }
      }
  }
#pragma GCC unroll 4
  for (std::size_t o = 0; o < outputs; ++o)
#pragma GCC unroll 6
    for (std::size_t j = 0; j < Count; ++j) {
      float* const to = out + o * out_channel + position + j * 16;
      _mm512_storeu_ps(to, _mm512_add_ps(_mm512_loadu_ps(to), sums[o][j]));
    }
}

template <std::size_t Channels>
[[gnu::target("avx512f,avx512bf16")]] void add_taps_bfloat16(const std::uint16_t* input, std::size_t input_channel,
                                                             const std::uint16_t* output, std::size_t output_channel,
                                                             const PaddedPlanes& grid, std::size_t planes,
                                                             float* gradient, std::size_t gradient_channel) noexcept {
  constexpr std::size_t step = 32;
  __m512 sums[Channels][3][outputs];
#pragma GCC unroll 2
  for (std::size_t c = 0; c < Channels; ++c)
#pragma GCC unroll 3
    for (std::size_t x = 0; x < 3; ++x)
#pragma GCC unroll 4
      for (std::size_t o = 0; o < outputs; ++o)
        sums[c][x][o] = _mm512_setzero_ps();
  for (std::size_t z = 0; z < planes; ++z)
    for (std::size_t position = 0; position < grid.rows * grid.pitch(); position += step) {
      __m512i gradients[outputs];
#pragma GCC unroll 4
      for (std::size_t o = 0; o < outputs; ++o)
        gradients[o] = _mm512_loadu_si512(output + o * output_channel + z * grid.size() + position);
#pragma GCC unroll 2
      for (std::size_t c = 0; c < Channels; ++c)
#pragma GCC unroll 3
        for (std::size_t x = 0; x < 3; ++x) {
          const __m512i values = _mm512_loadu_si512(input + c * input_channel + z * grid.size() + position + x);
#pragma GCC unroll 4
          for (std::size_t o = 0; o < outputs; ++o)
            sums[c][x][o] = _mm512_dpbf16_ps(sums[c][x][o], (__m512bh)values, (__m512bh)gradients[o]);
        }
    }
  for (std::size_t c = 0; c < Channels; ++c)
    for (std::size_t x = 0; x < 3; ++x)
      for (std::size_t o = 0; o < outputs; ++o) {
        std::array<float, 16> parts;
        _mm512_storeu_ps(parts.data(), sums[c][x][o]);
        for (const float part : parts)
          gradient[c * gradient_channel + x * outputs + o] += part;
      }
}

// Functions of their own, not inlined: what surrounds a kernel would cost it registers.

template <class V, std::size_t Count>
[[gnu::noinline, gnu::target("avx512f,fma")]] void
add_tile_avx512(const Input<Value<V>>& input, const PaddedPlanes& grid, const Value<V>* weights, Value<V>* out,
                std::size_t out_channel, std::size_t position) noexcept {
  add_tile<V, Count>(input, grid, weights, out, out_channel, position);
}
template <class V, std::size_t Count>
[[gnu::noinline, gnu::target("avx2,fma")]] void add_tile_avx2(const Input<Value<V>>& input, const PaddedPlanes& grid,
                                                              const Value<V>* weights, Value<V>* out,
                                                              std::size_t out_channel, std::size_t position) noexcept {
  add_tile<V, Count>(input, grid, weights, out, out_channel, position);
}
template <class V, std::size_t Channels>
[[gnu::noinline, gnu::target("avx512f,fma")]] void
add_taps_avx512(const Value<V>* input, std::size_t input_channel, const Value<V>* output, std::size_t output_channel,
                const PaddedPlanes& grid, std::size_t planes, Value<V>* gradient,
                std::size_t gradient_channel) noexcept {
  add_taps<V, Channels>(input, input_channel, output, output_channel, grid, planes, gradient, gradient_channel);
}
template <class V, std::size_t Channels>
[[gnu::noinline, gnu::target("avx2,fma")]] void
add_taps_avx2(const Value<V>* input, std::size_t input_channel, const Value<V>* output, std::size_t output_channel,
              const PaddedPlanes& grid, std::size_t planes, Value<V>* gradient, std::size_t gradient_channel) noexcept {
  add_taps<V, Channels>(input, input_channel, output, output_channel, grid, planes, gradient, gradient_channel);
}

/// As add_tile and add_taps, by the vectors' own kind of number and instructions.
template <class V, std::size_t Count, class... Arguments> void add_tile_of(const Arguments&... arguments) noexcept {
  if constexpr (std::same_as<typename V::Numbers, Bfloat16>)
    add_tile_bfloat16<Count>(arguments...);
  else if constexpr (V::set == InstructionSet::avx512)
    add_tile_avx512<V, Count>(arguments...);
  else
    add_tile_avx2<V, Count>(arguments...);
}
template <class V, std::size_t Channels, class... Arguments> void add_taps_of(const Arguments&... arguments) noexcept {
  if constexpr (std::same_as<typename V::Numbers, Bfloat16>)
    add_taps_bfloat16<Channels>(arguments...);
  else if constexpr (V::set == InstructionSet::avx512)
    add_taps_avx512<V, Channels>(arguments...);
  else
    add_taps_avx2<V, Channels>(arguments...);
}
#endif

} // namespace detail

/// out += convolution of `input` with the weights of four outputs, at all positions of a plane.
///
/// Formula: out(o, p) += sum over c, z, y, x of weights(c, (z, y, x), o) * input(c, p + (z - 1, y - 1, x - 1)).
/// Shapes: `input.planes` is the plane above the one of `out`; out (4, positions), `out_channel` apart. The positions
/// between rows get a value that means nothing.
template <class V>
void add_plane(const Input<typename V::Numbers::Unit>& input, const PaddedPlanes& grid,
               const typename V::Numbers::Unit* weights, Value<V>* out, std::size_t out_channel) noexcept {
  std::size_t position = 0;
  for (; position + V::positions * lanes<V> <= grid.positions(); position += V::positions * lanes<V>)
    detail::add_tile_of<V, V::positions>(input, grid, weights, out, out_channel, position);
  for (; position < grid.positions(); position += lanes<V>)
    detail::add_tile_of<V, 1>(input, grid, weights, out, out_channel, position);
}

/// gradient += that of the weights of four outputs, from neighbouring planes.
///
/// Formula: gradient(c, (z, y, x), o) += sum over p of input(c, p + (z - 1, y - 1, x - 1)) * output(o, p).
/// Shapes: input.planes the plane above the first; output (4, planes, PaddedPlanes), `output_channel` apart, whose
/// padding is zero; gradient (channels, 27, 4).
template <class V>
void add_weight_gradient(const Input<typename V::Numbers::Planar>& input, const typename V::Numbers::Planar* output,
                         std::size_t output_channel, const PaddedPlanes& grid, std::size_t planes,
                         Value<V>* gradient) noexcept {
  const typename V::Numbers::Planar* const centre = output + grid.origin();
  for (std::size_t row = 0; row < taps / 3; ++row) {
    const typename V::Numbers::Planar* const shifted =
        input.planes + grid.first_tap() + row / 3 * grid.size() + row % 3 * grid.pitch();
    Value<V>* const sum = gradient + row * 3 * outputs;
    std::size_t c = 0;
    for (; c + V::channels <= input.channels; c += V::channels)
      detail::add_taps_of<V, V::channels>(shifted + c * input.channel, input.channel, centre, output_channel, grid,
                                          planes, sum + c * taps * outputs, taps * outputs);
    for (; c < input.channels; ++c)
      detail::add_taps_of<V, 1>(shifted + c * input.channel, input.channel, centre, output_channel, grid, planes,
                                sum + c * taps * outputs, taps * outputs);
  }
}

} // namespace sparseann::plane_convolution
