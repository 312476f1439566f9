#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "sparseann/core/instruction_set.hpp"

/// The loops over all items that the gains of facility location take. Sums are written once, on the compiler's vectors,
/// and compiled for each instruction set. An element goes to the same one of sixteen sums in each, so the bits agree.
namespace sparseann::gain_loops {

/// Items whose excess is summed at a time. Part of the result: the sums of the blocks are added in order.
inline constexpr std::size_t block = 1024;

namespace detail {
[[nodiscard]] inline double positive_part(double value) noexcept { return value > 0 ? value : 0; }
} // namespace detail

/// What `offered` has above `from`, up to `to`.
[[nodiscard]] inline double step_between(float offered, float from, float to) noexcept {
  return std::min(detail::positive_part(static_cast<double>(offered) - static_cast<double>(from)),
                  static_cast<double>(to) - static_cast<double>(from));
}

namespace detail {

inline constexpr std::size_t sums = 16;

using sparseann::detail::lanes;
using sparseann::detail::Vectors128;
using sparseann::detail::Vectors256;
using sparseann::detail::Vectors512;

template <class V>
[[nodiscard, gnu::always_inline]] inline double excess(const float* offered, const float* represented,
                                                       std::size_t count) noexcept {
  using Doubles = typename V::Doubles;
  using Floats = typename V::Floats;
  constexpr std::size_t vectors = sums / lanes<V>;
  Doubles parts[vectors];
#pragma GCC unroll 8
  for (std::size_t part = 0; part < vectors; ++part)
    parts[part] = Doubles{};
  const std::size_t whole = count / sums * sums;
  for (std::size_t j = 0; j < whole; j += sums)
#pragma GCC unroll 8
    for (std::size_t part = 0; part < vectors; ++part) {
      Floats high;
      Floats low;
      std::memcpy(&high, offered + j + lanes<V> * part, sizeof high);
      std::memcpy(&low, represented + j + lanes<V> * part, sizeof low);
      const Doubles difference = __builtin_convertvector(high, Doubles) - __builtin_convertvector(low, Doubles);
      parts[part] += difference > 0.0 ? difference : Doubles{};
    }
  std::array<double, sums> sum;
  std::memcpy(sum.data(), parts, sizeof sum);
  for (std::size_t j = whole; j < count; ++j)
    sum[j - whole] += positive_part(static_cast<double>(offered[j]) - static_cast<double>(represented[j]));
  for (std::size_t half = sums / 2; half > 0; half /= 2)
    for (std::size_t j = 0; j < half; ++j)
      sum[j] += sum[j + half];
  return sum[0];
}

template <class V>
[[gnu::always_inline]] inline void lower(double* gains, const float* offered, float from, float to,
                                         std::size_t count) noexcept {
  using Doubles = typename V::Doubles;
  using Floats = typename V::Floats;
  const Doubles zero{};
  const Doubles start = zero + static_cast<double>(from);
  const Doubles most = zero + (static_cast<double>(to) - static_cast<double>(from));
  const std::size_t whole = count / lanes<V> * lanes<V>;
  for (std::size_t i = 0; i < whole; i += lanes<V>) {
    Floats value;
    std::memcpy(&value, offered + i, sizeof value);
    Doubles step = __builtin_convertvector(value, Doubles) - start;
    step = step > 0.0 ? step : zero;
    step = step < most ? step : most;
    Doubles gain;
    std::memcpy(&gain, gains + i, sizeof gain);
    gain -= step;
    std::memcpy(gains + i, &gain, sizeof gain);
  }
  for (std::size_t i = whole; i < count; ++i)
    gains[i] -= step_between(offered[i], from, to);
}

#if defined(__x86_64__)
[[nodiscard, gnu::target("avx2")]] inline double excess_avx2(const float* offered, const float* represented,
                                                             std::size_t count) noexcept {
  return excess<Vectors256>(offered, represented, count);
}
[[nodiscard, gnu::target("avx512f")]] inline double excess_avx512(const float* offered, const float* represented,
                                                                  std::size_t count) noexcept {
  return excess<Vectors512>(offered, represented, count);
}
[[gnu::target("avx2")]] inline void lower_avx2(double* gains, const float* offered, float from, float to,
                                               std::size_t count) noexcept {
  lower<Vectors256>(gains, offered, from, to, count);
}
[[gnu::target("avx512f")]] inline void lower_avx512(double* gains, const float* offered, float from, float to,
                                                    std::size_t count) noexcept {
  lower<Vectors512>(gains, offered, from, to, count);
}
#endif

#if defined(__x86_64__)
/// For each mask of eight lanes the numbers of those that are set, in order, a byte each.
inline constexpr auto lanes_of_mask = [] {
  std::array<std::uint64_t, 256> table{};
  for (std::size_t mask = 0; mask < table.size(); ++mask)
    for (std::uint64_t lane = 0, place = 0; lane < 8; ++lane)
      if ((mask >> lane & 1U) != 0)
        table[mask] |= lane << (8 * place++);
  return table;
}();

[[nodiscard, gnu::target("avx2,popcnt")]] inline std::size_t above_avx2(const float* offered, const float* levels,
                                                                        std::size_t count, float level,
                                                                        std::uint32_t* items, float* values) noexcept {
  constexpr std::size_t lanes = 8;
  const __m256 highest = _mm256_set1_ps(level);
  const std::size_t whole = count / lanes * lanes;
  std::size_t found = 0;
  for (std::size_t i = 0; i < whole; i += lanes) {
    const __m256 value = _mm256_loadu_ps(offered + i);
    const __m256 lowest = levels == nullptr ? highest : _mm256_min_ps(highest, _mm256_loadu_ps(levels + i));
    const auto chosen = static_cast<unsigned>(_mm256_movemask_ps(_mm256_cmp_ps(value, lowest, _CMP_GT_OQ)));
    const __m256i order = _mm256_cvtepu8_epi32(_mm_cvtsi64_si128(static_cast<long long>(lanes_of_mask[chosen])));
    _mm256_storeu_ps(values + found, _mm256_permutevar8x32_ps(value, order));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(items + found),
                        _mm256_add_epi32(order, _mm256_set1_epi32(static_cast<int>(i))));
    found += static_cast<std::size_t>(__builtin_popcount(chosen));
  }
  return found;
}

[[nodiscard, gnu::target("avx512f")]] inline std::size_t above_avx512(const float* offered, const float* levels,
                                                                      std::size_t count, float level,
                                                                      std::uint32_t* items, float* values) noexcept {
  const __m512 highest = _mm512_set1_ps(level);
  __m512i numbers = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
  std::size_t found = 0;
  for (std::size_t i = 0; i < count; i += sums) {
    const auto valid = static_cast<__mmask16>(count - i < sums ? (1U << (count - i)) - 1 : 0xffffU);
    const __m512 value = _mm512_maskz_loadu_ps(valid, offered + i);
    const __m512 lowest =
        levels == nullptr ? highest : _mm512_maskz_min_ps(valid, highest, _mm512_maskz_loadu_ps(valid, levels + i));
    const __mmask16 chosen = _mm512_mask_cmp_ps_mask(valid, value, lowest, _CMP_GT_OQ);
    _mm512_storeu_ps(values + found, _mm512_maskz_compress_ps(chosen, value));
    _mm512_storeu_si512(items + found, _mm512_maskz_compress_epi32(chosen, numbers));
    found += static_cast<std::size_t>(__builtin_popcount(chosen));
    numbers = _mm512_add_epi32(numbers, _mm512_set1_epi32(static_cast<int>(sums)));
  }
  return found;
}
#endif

[[nodiscard]] inline double block_excess(const float* offered, const float* represented, std::size_t count,
                                         InstructionSet set) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return excess_avx512(offered, represented, count);
  if (set == InstructionSet::avx2)
    return excess_avx2(offered, represented, count);
#endif
  return excess<Vectors128>(offered, represented, count);
}

} // namespace detail

/// Sum over j of max(0, offered_j - represented_j), in double. The spans are equally long.
[[nodiscard]] inline double excess(std::span<const float> offered, std::span<const float> represented,
                                   InstructionSet set) noexcept {
  double sum = 0;
  for (std::size_t begin = 0; begin < offered.size(); begin += block)
    sum += detail::block_excess(offered.data() + begin, represented.data() + begin,
                                std::min(block, offered.size() - begin), set);
  return sum;
}

/// gains_i -= what item i lost as the client to which it offers offered_i became better represented, from `from` to
/// `to`.
inline void lower(std::span<double> gains, const float* offered, float from, float to, InstructionSet set) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return detail::lower_avx512(gains.data(), offered, from, to, gains.size());
  if (set == InstructionSet::avx2)
    return detail::lower_avx2(gains.data(), offered, from, to, gains.size());
#endif
  detail::lower<detail::Vectors128>(gains.data(), offered, from, to, gains.size());
}

/// Items that offer more than something, in order, and what they offer. Its memory serves one search after the other.
class Found {
public:
  [[nodiscard]] std::span<const std::uint32_t> items() const noexcept { return std::span(items_).first(count_); }
  [[nodiscard]] std::span<const float> values() const noexcept { return std::span(values_).first(count_); }

  /// Items that offer more than `level`.
  void above(std::span<const float> offered, float level, InstructionSet set) { search(offered, nullptr, level, set); }
  /// Items that offer more than `level`, or than their own of `levels`, which are as many as are offered.
  void above_either(std::span<const float> offered, float level, std::span<const float> levels, InstructionSet set) {
    search(offered, levels.data(), level, set);
  }

private:
  void search(std::span<const float> offered, const float* levels, float level, [[maybe_unused]] InstructionSet set) {
    items_.resize(std::max(items_.size(), offered.size() + detail::sums)); // whole vectors are written
    values_.resize(items_.size());
#if defined(__x86_64__)
    if (set == InstructionSet::avx512) {
      count_ = detail::above_avx512(offered.data(), levels, offered.size(), level, items_.data(), values_.data());
      return;
    }
#endif
    std::size_t item = 0;
    count_ = 0;
#if defined(__x86_64__)
    if (set == InstructionSet::avx2) {
      item = offered.size() / 8 * 8;
      count_ = detail::above_avx2(offered.data(), levels, offered.size(), level, items_.data(), values_.data());
    }
#endif
    for (; item < offered.size(); ++item) { // without a branch, which would be taken at random
      const float lowest = levels == nullptr ? level : std::min(level, levels[item]);
      items_[count_] = static_cast<std::uint32_t>(item);
      values_[count_] = offered[item];
      count_ += offered[item] > lowest ? 1U : 0U;
    }
  }

  std::vector<std::uint32_t> items_;
  std::vector<float> values_;
  std::size_t count_ = 0;
};

namespace detail {
inline constexpr std::size_t lanes_of_any = 16; ///< of loops that g++ vectorises at -O2, as it knows their length
} // namespace detail

/// represented_j = max(represented_j, offered_j); returns how many are then above `before`. The spans are equally long.
inline std::size_t raise(std::span<float> represented, std::span<const float> offered,
                         std::span<const float> before) noexcept {
  constexpr std::size_t lanes = detail::lanes_of_any;
  const std::size_t whole = represented.size() / lanes * lanes;
  std::array<std::uint32_t, lanes> higher{};
  for (std::size_t j = 0; j < whole; j += lanes) {
    std::array<float, lanes> values;
    std::copy_n(represented.data() + j, lanes, values.data());
    for (std::size_t lane = 0; lane < lanes; ++lane)
      values[lane] = offered[j + lane] > values[lane] ? offered[j + lane] : values[lane];
    for (std::size_t lane = 0; lane < lanes; ++lane)
      higher[lane] += values[lane] > before[j + lane] ? 1U : 0U;
    std::copy_n(values.data(), lanes, represented.data() + j);
  }
  for (std::size_t j = whole; j < represented.size(); ++j) {
    represented[j] = std::max(represented[j], offered[j]);
    higher[j - whole] += represented[j] > before[j] ? 1U : 0U;
  }
  return std::accumulate(higher.begin(), higher.end(), std::size_t{0});
}

/// bounds_i = min(bounds_i, gains_i + slack).
inline void lower_to(std::span<double> bounds, std::span<const double> gains, double slack) noexcept {
  constexpr std::size_t lanes = detail::lanes_of_any;
  const std::size_t whole = bounds.size() / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes) {
    std::array<double, lanes> values;
    std::copy_n(gains.data() + i, lanes, values.data());
    for (std::size_t lane = 0; lane < lanes; ++lane)
      values[lane] = values[lane] + slack < bounds[i + lane] ? values[lane] + slack : bounds[i + lane];
    std::copy_n(values.data(), lanes, bounds.data() + i);
  }
  for (std::size_t i = whole; i < bounds.size(); ++i)
    bounds[i] = std::min(bounds[i], gains[i] + slack);
}

/// The largest of value(0) to value(count - 1), none of them NaN; minus infinity where there is none.
template <class Value> [[nodiscard]] double largest(std::size_t count, const Value& value) noexcept {
  constexpr std::size_t lanes = detail::lanes_of_any;
  std::array<double, lanes> most;
  most.fill(-std::numeric_limits<double>::infinity());
  const std::size_t whole = count / lanes * lanes;
  for (std::size_t i = 0; i < whole; i += lanes)
    for (std::size_t lane = 0; lane < lanes; ++lane) {
      const double candidate = value(i + lane);
      most[lane] = candidate > most[lane] ? candidate : most[lane];
    }
  for (std::size_t i = whole; i < count; ++i)
    most[i - whole] = std::max(most[i - whole], value(i));
  return *std::ranges::max_element(most);
}

} // namespace sparseann::gain_loops
