#pragma once

#include <array>
#include <cstddef>
#include <cstring>
#include <span>

#include "sparseann/core/instruction_set.hpp"

/// The loops over the components of rows of features. Written once, on the compiler's vectors, and compiled for each
/// instruction set, with the same bits: a product of two floats is exact in double, so fusing it with a sum changes
/// nothing.
namespace sparseann::row_loops {

namespace detail {

using sparseann::detail::lanes;
using sparseann::detail::Vectors128;
using sparseann::detail::Vectors256;
using sparseann::detail::Vectors512;

inline constexpr std::size_t sums = 8;

template <class V>
[[nodiscard, gnu::always_inline]] inline double dot(const float* a, const float* b, std::size_t count) noexcept {
  using Doubles = typename V::Doubles;
  using Floats = typename V::Floats;
  constexpr std::size_t vectors = sums / lanes<V>;
  Doubles parts[vectors];
#pragma GCC unroll 4
  for (std::size_t part = 0; part < vectors; ++part)
    parts[part] = Doubles{};
  const std::size_t whole = count / sums * sums;
  for (std::size_t k = 0; k < whole; k += sums)
#pragma GCC unroll 4
    for (std::size_t part = 0; part < vectors; ++part) {
      Floats left;
      Floats right;
      std::memcpy(&left, a + k + lanes<V> * part, sizeof left);
      std::memcpy(&right, b + k + lanes<V> * part, sizeof right);
      parts[part] += __builtin_convertvector(left, Doubles) * __builtin_convertvector(right, Doubles);
    }
  std::array<double, sums> each;
  std::memcpy(each.data(), parts, sizeof each);
  for (std::size_t k = whole; k < count; ++k)
    each[k - whole] += static_cast<double>(a[k]) * static_cast<double>(b[k]);
  double sum = 0;
  for (const double part : each)
    sum += part;
  return sum;
}

template <class V>
[[gnu::always_inline]] inline void scale(const float* row, double factor, float* scaled, std::size_t count) noexcept {
  using Doubles = typename V::Doubles;
  using Floats = typename V::Floats;
  const std::size_t whole = count / lanes<V> * lanes<V>;
  for (std::size_t k = 0; k < whole; k += lanes<V>) {
    Floats values;
    std::memcpy(&values, row + k, sizeof values);
    values = __builtin_convertvector(__builtin_convertvector(values, Doubles) * factor, Floats);
    std::memcpy(scaled + k, &values, sizeof values);
  }
  for (std::size_t k = whole; k < count; ++k)
    scaled[k] = static_cast<float>(static_cast<double>(row[k]) * factor);
}

#if defined(__x86_64__)
[[nodiscard, gnu::target("avx2,fma")]] inline double dot_avx2(const float* a, const float* b,
                                                              std::size_t count) noexcept {
  return dot<Vectors256>(a, b, count);
}
[[nodiscard, gnu::target("avx512f")]] inline double dot_avx512(const float* a, const float* b,
                                                               std::size_t count) noexcept {
  return dot<Vectors512>(a, b, count);
}
[[gnu::target("avx2")]] inline void scale_avx2(const float* row, double factor, float* scaled,
                                               std::size_t count) noexcept {
  scale<Vectors256>(row, factor, scaled, count);
}
[[gnu::target("avx512f")]] inline void scale_avx512(const float* row, double factor, float* scaled,
                                                    std::size_t count) noexcept {
  scale<Vectors512>(row, factor, scaled, count);
}
#endif

} // namespace detail

/// The inner product in double: eight partial sums, added in order. The spans are equally long; `set` is resolved.
[[nodiscard]] inline double dot(std::span<const float> a, std::span<const float> b,
                                InstructionSet set = InstructionSet::generic) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return detail::dot_avx512(a.data(), b.data(), a.size());
  if (set == InstructionSet::avx2)
    return detail::dot_avx2(a.data(), b.data(), a.size());
#endif
  return detail::dot<detail::Vectors128>(a.data(), b.data(), a.size());
}

/// scaled_k = row_k * factor, rounded once. The spans are equally long; `set` is resolved.
inline void scale(std::span<const float> row, double factor, std::span<float> scaled,
                  InstructionSet set = InstructionSet::generic) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return detail::scale_avx512(row.data(), factor, scaled.data(), row.size());
  if (set == InstructionSet::avx2)
    return detail::scale_avx2(row.data(), factor, scaled.data(), row.size());
#endif
  detail::scale<detail::Vectors128>(row.data(), factor, scaled.data(), row.size());
}

} // namespace sparseann::row_loops
