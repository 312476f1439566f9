// How many slices VGG-19's convolutions take per second: names are vgg19/PRECISION/EDGE/BATCH. Two threads unless
// SPARSEANN_BENCHMARK_THREADS says otherwise, on the CPU unless SPARSEANN_BENCHMARK_DEVICE does.
//
//   SPARSEANN_VGG19=vgg19.safetensors bench_encoding
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "sparseann/encode/vgg19.hpp"
#include "sparseann/tensor/device.hpp"

namespace {

using namespace sparseann;

[[nodiscard]] torch::Device device() {
  const char* const name = std::getenv("SPARSEANN_BENCHMARK_DEVICE");
  return device_from_name(name != nullptr ? name : "cpu");
}

void add_vgg19(const std::string& weights, Precision precision, std::int64_t edge, std::int64_t batch) {
  const std::string name = fmt::format("vgg19/{}/{}/{}", name_of_value(precision), edge, batch);
  benchmark::RegisterBenchmark(name.c_str(),
                               [=](benchmark::State& state) {
                                 const torch::Device on = device();
                                 const Vgg19 network(SafetensorsFile(weights), precision, on);
                                 const torch::Tensor images = torch::randn({batch, 3, edge, edge}).to(on);
                                 const auto run = [&] {
                                   benchmark::DoNotOptimize(network(images));
                                   if (on.is_cuda())
                                     torch::cuda::synchronize();
                                 };
                                 run();
                                 for (auto _ : state)
                                   run();
                                 state.SetItemsProcessed(batch * static_cast<std::int64_t>(state.iterations()));
                               })
      ->UseRealTime()
      ->Unit(benchmark::kMillisecond);
}

} // namespace

int main(int argc, char** argv) {
  const char* const weights = std::getenv("SPARSEANN_VGG19");
  const char* const threads = std::getenv("SPARSEANN_BENCHMARK_THREADS");
  if (weights == nullptr) {
    fmt::print(stderr, "SPARSEANN_VGG19: expected a safetensors file of VGG-19's convolutions, got none\n");
    return 2;
  }
  try {
    use_threads(threads != nullptr ? std::stoi(threads) : 2);
    for (const Precision precision : {Precision::float32, Precision::bfloat16})
      for (const std::int64_t batch : {1, 16, 32, 128})
        add_vgg19(weights, precision, 128, batch);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
