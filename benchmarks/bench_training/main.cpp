// How long a training step, the inference of one patch and that of a volume of 90 x 150 x 150 by windows that overlap
// by half take: names are NETWORK/train/PRECISION/batch:N/patch:E, NETWORK/infer/PRECISION/patch:E and
// NETWORK/slide/PRECISION/windows:N/patch:E, N windows at a time; and how long a batch takes to draw, see draw.hpp. Two
// threads unless SPARSEANN_BENCHMARK_THREADS says otherwise, and on the CPU unless SPARSEANN_BENCHMARK_DEVICE does.
// Where SPARSEANN_BENCHMARK_EXAMPLES names a folder that benchmarks/peers/training.py --write made, every network must
// first compute the losses and gradients that the peer computed from the same weights.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "benchmarks/resident.hpp"
#include "draw.hpp"
#include "example.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/freed_memory.hpp"
#include "workload.hpp"

namespace {

using namespace sparseann;
using namespace sparseann::benchmarks;

[[nodiscard]] torch::Device device() {
  const char* const name = std::getenv("SPARSEANN_BENCHMARK_DEVICE");
  return device_from_name(name != nullptr ? name : "cpu");
}

/// Runs `step` as long as Google Benchmark wants. `memory` is the most that all its calls took beyond what was there
/// before the first one: of use where nothing else ran in this program, which keeps freed memory.
template <class Step> void measure(benchmark::State& state, const Step& step) {
  static const std::int64_t before = resident_bytes();
  step();
  for (auto _ : state)
    step();
  state.counters["memory"] = static_cast<double>(peak_bytes() - before);
}

template <class Network> void add(const std::string& name, Precision precision, std::int64_t patch) {
  const std::string type = precision == Precision::bfloat16 ? "bf16" : "f32";
  for (const std::int64_t batch : {1, 2, 4})
    benchmark::RegisterBenchmark(fmt::format("{}/train/{}/batch:{}/patch:{}", name, type, batch, patch).c_str(),
                                 [=](benchmark::State& state) {
                                   Workload<Network> workload(batch, patch, precision, device());
                                   measure(state, [&] { workload.train(); });
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  benchmark::RegisterBenchmark(fmt::format("{}/infer/{}/patch:{}", name, type, patch).c_str(),
                               [=](benchmark::State& state) {
                                 Workload<Network> workload(1, patch, precision, device());
                                 measure(state, [&] { benchmark::DoNotOptimize(workload.infer()); });
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

template <class Network>
void add_slide(const std::string& name, Precision precision, std::size_t windows, std::int64_t patch) {
  const std::string type = precision == Precision::bfloat16 ? "bf16" : "f32";
  benchmark::RegisterBenchmark(fmt::format("{}/slide/{}/windows:{}/patch:{}", name, type, windows, patch).c_str(),
                               [=](benchmark::State& state) {
                                 Workload<Network> workload(1, patch, precision, device());
                                 const torch::Tensor volume = torch::randn({1, 90, 150, 150});
                                 const SlidingWindowOptions options{.window = static_cast<std::size_t>(patch),
                                                                    .rule = WindowRule::overlap,
                                                                    .overlap = 0.5,
                                                                    .batch = windows};
                                 measure(state, [&] { benchmark::DoNotOptimize(workload.slide(volume, options)); });
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

template <class Network> void add_all(const std::string& name, std::int64_t patch) {
  if (const char* const folder = std::getenv("SPARSEANN_BENCHMARK_EXAMPLES"))
    fmt::print("{}\n", compare_with_example<Network>(std::filesystem::path(folder) / (name + ".safetensors")));
  for (const Precision precision : {Precision::float32, Precision::bfloat16})
    add<Network>(name, precision, patch);
  if constexpr (SegmentationNetwork<Network> && Network::Impl::spatial_dimensions == 3)
    for (const Precision precision : {Precision::float32, Precision::bfloat16})
      for (const std::size_t windows : {1U, 4U})
        add_slide<Network>(name, precision, windows, patch);
}

} // namespace

int main(int argc, char** argv) {
  const char* const threads = std::getenv("SPARSEANN_BENCHMARK_THREADS");
  keep_freed_memory();
  try {
    use_threads(threads != nullptr ? std::stoi(threads) : 2);
    add_all<DenseVoxNet>("DenseVoxNet", 64);
    add_all<YDenseVoxNet>("YDenseVoxNet", 64);
    add_all<Fcn2d>("Fcn2d", 128);
    add_draws();
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
