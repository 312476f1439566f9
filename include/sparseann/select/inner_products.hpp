#pragma once

#include <algorithm>
#include <array>
#include <cstddef>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/select/packed_rows.hpp"

namespace sparseann {

/// Rows of a packed table: `count` from row `first` on, which begins a panel.
struct RowRange {
  std::size_t first;
  std::size_t count;
};

namespace detail {

/// Components whose products are summed in one chain. Part of the result: chains are added in order.
inline constexpr std::size_t chain = 256;

using Lanes = PackedRows::Lanes;

/// What a kernel multiplies: `depth` components of some rows of a panel, from `row` on, with neighbouring panels.
struct KernelInput {
  const Lanes* rows;
  std::size_t row;
  const Lanes* columns;
  std::size_t columns_stride; ///< from one panel of columns to the next
  std::size_t depth;
};

struct KernelOutput {
  float* values;
  std::size_t stride;
  bool add; ///< to what is there
};

/// Each product rounded to double exactly, each sum to float: where there is no fused multiply-add.
struct GenericKernel {
  static constexpr std::size_t rows = 4;
  static constexpr std::size_t fewer_rows = rows;
  static constexpr std::size_t panels = 1;

  template <std::size_t Rows, std::size_t> static void run(const KernelInput& in, const KernelOutput& out) noexcept {
    std::array<std::array<float, PackedRows::width>, Rows> sums{};
    for (std::size_t k = 0; k < in.depth; ++k)
      for (std::size_t i = 0; i < Rows; ++i)
        for (std::size_t j = 0; j < PackedRows::width; ++j)
          sums[i][j] = static_cast<float>(static_cast<double>(in.rows[k].values[in.row + i]) *
                                              static_cast<double>(in.columns[k].values[j]) +
                                          static_cast<double>(sums[i][j]));
    for (std::size_t i = 0; i < Rows; ++i)
      for (std::size_t j = 0; j < PackedRows::width; ++j) {
        float& value = out.values[i * out.stride + j];
        value = out.add ? value + sums[i][j] : sums[i][j];
      }
  }
};

#if defined(__x86_64__)
// Every loop over registers is unrolled, or the compiler keeps the sums in memory.

/// 6 rows x 16 columns: twelve sums, which hide the latency of two multipliers, beside three registers for factors.
struct Avx2Kernel {
  static constexpr std::size_t rows = 6;
  static constexpr std::size_t fewer_rows = 4; ///< so that panels of sixteen are 6, 6 and 4
  static constexpr std::size_t panels = 1;

  template <std::size_t Rows, std::size_t>
  [[gnu::target("avx2,fma")]] static void run(const KernelInput& in, const KernelOutput& out) noexcept {
    __m256 sums[Rows][2];
#pragma GCC unroll 6
    for (auto& sum : sums)
      sum[0] = sum[1] = _mm256_setzero_ps();
    for (std::size_t k = 0; k < in.depth; ++k) {
      const __m256 low = _mm256_load_ps(in.columns[k].values.data());
      const __m256 high = _mm256_load_ps(in.columns[k].values.data() + 8);
#pragma GCC unroll 6
      for (std::size_t i = 0; i < Rows; ++i) {
        const __m256 row = _mm256_broadcast_ss(in.rows[k].values.data() + in.row + i);
        sums[i][0] = _mm256_fmadd_ps(row, low, sums[i][0]);
        sums[i][1] = _mm256_fmadd_ps(row, high, sums[i][1]);
      }
    }
#pragma GCC unroll 6
    for (std::size_t i = 0; i < Rows; ++i)
#pragma GCC unroll 2
      for (std::size_t j = 0; j < 2; ++j) {
        float* const to = out.values + i * out.stride + 8 * j;
        _mm256_storeu_ps(to, out.add ? _mm256_add_ps(_mm256_loadu_ps(to), sums[i][j]) : sums[i][j]);
      }
  }
};

/// 8 rows x 48 columns: 24 sums, and 11 loads for their 24 multiplications.
struct Avx512Kernel {
  static constexpr std::size_t rows = 8;
  static constexpr std::size_t fewer_rows = rows;
  static constexpr std::size_t panels = 3;

  template <std::size_t Rows, std::size_t Panels>
  [[gnu::target("avx512f,fma")]] static void run(const KernelInput& in, const KernelOutput& out) noexcept {
    __m512 sums[Rows][Panels];
#pragma GCC unroll 8
    for (auto& row : sums)
#pragma GCC unroll 3
      for (__m512& sum : row)
        sum = _mm512_setzero_ps();
    for (std::size_t k = 0; k < in.depth; ++k) {
      __m512 columns[Panels];
#pragma GCC unroll 3
      for (std::size_t j = 0; j < Panels; ++j)
        columns[j] = _mm512_load_ps(in.columns[j * in.columns_stride + k].values.data());
#pragma GCC unroll 8
      for (std::size_t i = 0; i < Rows; ++i) {
        const __m512 row = _mm512_set1_ps(in.rows[k].values[in.row + i]);
#pragma GCC unroll 3
        for (std::size_t j = 0; j < Panels; ++j)
          sums[i][j] = _mm512_fmadd_ps(row, columns[j], sums[i][j]);
      }
    }
#pragma GCC unroll 8
    for (std::size_t i = 0; i < Rows; ++i)
#pragma GCC unroll 3
      for (std::size_t j = 0; j < Panels; ++j) {
        float* const to = out.values + i * out.stride + PackedRows::width * j;
        _mm512_storeu_ps(to, out.add ? _mm512_add_ps(_mm512_loadu_ps(to), sums[i][j]) : sums[i][j]);
      }
  }
};
#endif

/// Rows that a kernel takes at a time where `left` are left of a panel: fewer only where that wastes less.
template <class Kernel> [[nodiscard]] constexpr std::size_t rows_at_a_time(std::size_t left) noexcept {
  const bool fewer_do = left <= Kernel::fewer_rows || (left > Kernel::rows && left <= 2 * Kernel::fewer_rows);
  return fewer_do ? Kernel::fewer_rows : Kernel::rows;
}

template <class Kernel, std::size_t Rows>
void run_kernel(std::size_t panels, const KernelInput& in, const KernelOutput& out) noexcept {
  if (panels == 1)
    return Kernel::template run<Rows, 1>(in, out);
  if constexpr (Kernel::panels > 1) {
    if (panels == 2)
      Kernel::template run<Rows, 2>(in, out);
    else
      Kernel::template run<Rows, 3>(in, out);
  }
}

template <class Kernel>
void multiply(const PackedRows& a, RowRange rows, const PackedRows& b, RowRange columns, float* out,
              std::size_t stride) noexcept {
  constexpr std::size_t width = PackedRows::width;
  const std::size_t first_panel = columns.first / width;
  const std::size_t panels = (columns.count + width - 1) / width;
  for (std::size_t k = 0; k < a.depth(); k += chain)
    for (std::size_t panel = 0; panel < panels; panel += Kernel::panels)
      for (std::size_t i = 0, step = 0; i < rows.count; i += step) {
        const std::size_t row = rows.first + i;
        step = rows_at_a_time<Kernel>(std::min(rows.count - i, width - row % width));
        const std::size_t taken = std::min(Kernel::panels, panels - panel);
        const KernelInput in{.rows = a.panel(row / width).data() + k,
                             .row = row % width,
                             .columns = b.panel(first_panel + panel).data() + k,
                             .columns_stride = b.depth(),
                             .depth = std::min(chain, a.depth() - k)};
        const KernelOutput to{.values = out + i * stride + panel * width, .stride = stride, .add = k > 0};
        if (step == Kernel::rows)
          run_kernel<Kernel, Kernel::rows>(taken, in, to);
        else
          run_kernel<Kernel, Kernel::fewer_rows>(taken, in, to);
      }
}

} // namespace detail

/// Inner products of rows of one packed table with rows of another of the same depth.
///
/// Formula: out(i, j) = <a_i, b_j> in float32: fused multiply-adds in the order of the components, in chains of 256
/// that are added in order. So the result is symmetric to the bit, and no matter of the tiling, of the number of
/// threads, or of avx2 or avx512. The generic kernel rounds twice, and differs in the last bit now and then. Shapes:
/// out has a row of `stride` for each of a's rows, rounded up to a multiple of 8, and as many columns as b's rows
/// rounded up to a multiple of 16. Ranges begin at multiples of 16. Cost: 2 * rows * columns * depth operations; see
/// docs/performance.md.
inline void inner_products(const PackedRows& a, RowRange rows, const PackedRows& b, RowRange columns, float* out,
                           std::size_t stride, InstructionSet set) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return detail::multiply<detail::Avx512Kernel>(a, rows, b, columns, out, stride);
  if (set == InstructionSet::avx2)
    return detail::multiply<detail::Avx2Kernel>(a, rows, b, columns, out, stride);
#endif
  detail::multiply<detail::GenericKernel>(a, rows, b, columns, out, stride);
}

} // namespace sparseann
