#include "machine.hpp"

#include <cstddef>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/gain_loops.hpp"

namespace {

using sparseann::InstructionSet;

constexpr std::size_t rounds = 20'000'000;

#if defined(__x86_64__)
/// Twelve sums, more than hide the latency of two multipliers; nothing is read from memory.
[[gnu::target("avx512f")]] float multiply_add_avx512() {
  __m512 sums[12];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < 12; ++i)
    sums[i] = _mm512_set1_ps(static_cast<float>(i));
  const __m512 factor = _mm512_set1_ps(0.999F);
  for (std::size_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
    for (std::size_t i = 0; i < 12; ++i)
      sums[i] = _mm512_fmadd_ps(sums[i], factor, factor);
  __m512 sum = sums[0];
#pragma GCC unroll 12
  for (std::size_t i = 1; i < 12; ++i)
    sum = _mm512_add_ps(sum, sums[i]);
  return _mm512_reduce_add_ps(sum);
}

[[gnu::target("avx2,fma")]] float multiply_add_avx2() {
  __m256 sums[12];
#pragma GCC unroll 12
  for (std::size_t i = 0; i < 12; ++i)
    sums[i] = _mm256_set1_ps(static_cast<float>(i));
  const __m256 factor = _mm256_set1_ps(0.999F);
  for (std::size_t round = 0; round < rounds; ++round)
#pragma GCC unroll 12
    for (std::size_t i = 0; i < 12; ++i)
      sums[i] = _mm256_fmadd_ps(sums[i], factor, factor);
  __m256 sum = sums[0];
#pragma GCC unroll 12
  for (std::size_t i = 1; i < 12; ++i)
    sum = _mm256_add_ps(sum, sums[i]);
  return sum[0] + sum[7];
}

void add_multiply_add(InstructionSet set, std::size_t threads) {
  if (!sparseann::is_supported(set))
    return;
  benchmark::RegisterBenchmark(
      fmt::format("machine_multiply_add_{}", name_of_value(set)).c_str(),
      [=](benchmark::State& state) {
        for (auto _ : state)
          sparseann::parallel_for(threads, threads, [&](std::size_t) {
            benchmark::DoNotOptimize(set == InstructionSet::avx512 ? multiply_add_avx512() : multiply_add_avx2());
          });
        const double lanes = set == InstructionSet::avx512 ? 16 : 8;
        state.counters["operations"] = benchmark::Counter(2 * 12 * lanes * static_cast<double>(rounds * threads),
                                                          benchmark::Counter::kIsIterationInvariantRate);
      })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}
#endif

/// Reads 800 MB, as a gain reads a row of similarities.
void add_reading(std::size_t threads) {
  benchmark::RegisterBenchmark("machine_reading",
                               [=](benchmark::State& state) {
                                 const std::vector<float> values(200'000'000, 0.5F);
                                 const std::vector<float> zeros(10'000, 0.0F);
                                 const InstructionSet set = sparseann::resolve(InstructionSet::automatic);
                                 for (auto _ : state)
                                   sparseann::parallel_for(values.size() / zeros.size(), threads, [&](std::size_t row) {
                                     benchmark::DoNotOptimize(sparseann::gain_loops::excess(
                                         std::span(values).subspan(row * zeros.size(), zeros.size()), zeros, set));
                                   });
                                 state.counters["bytes"] =
                                     benchmark::Counter(static_cast<double>(values.size() * sizeof(float)),
                                                        benchmark::Counter::kIsIterationInvariantRate);
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

} // namespace

void bench::add_machine(unsigned long threads) {
#if defined(__x86_64__)
  add_multiply_add(InstructionSet::avx512, threads);
  add_multiply_add(InstructionSet::avx2, threads);
#endif
  add_reading(threads);
}
