// How long metrics take: names are TASK/EXTENT. Two threads unless SPARSEANN_BENCHMARK_THREADS says otherwise.
//
// evaluate/256: Dice, ADB, Hausdorff distance, HD95 and more of two ellipsoids of radius 70 to 90 in 256^3 voxels;
// evaluate_elements/256: the same between surface elements;
// distance_transform/256: of every voxel of that volume to the first ellipsoid's boundary.
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <string>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "benchmarks/resident.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/metric/boundary.hpp"
#include "sparseann/metric/distance_transform.hpp"
#include "sparseann/metric/evaluation.hpp"

namespace {

using namespace sparseann;

constexpr std::size_t extent = 256;

std::size_t threads() {
  const char* const text = std::getenv("SPARSEANN_BENCHMARK_THREADS");
  return text != nullptr ? static_cast<std::size_t>(std::stoul(text)) : 2;
}

/// As benchmarks/peers/metrics.py draws it.
LabelVolume ellipsoid(const std::array<std::int64_t, 3>& centre, const std::array<std::int64_t, 3>& radii) {
  LabelVolume volume = zeros_on<std::uint8_t>(isotropic_geometry({extent, extent, extent}));
  const auto square = [](std::int64_t value) { return value * value; };
  const std::int64_t all = square(radii[0] * radii[1] * radii[2]);
  std::size_t i = 0;
  for (std::int64_t z = 0; z < 256; ++z)
    for (std::int64_t y = 0; y < 256; ++y)
      for (std::int64_t x = 0; x < 256; ++x, ++i)
        elements(volume.voxels)[i] = square(z - centre[0]) * (all / square(radii[0])) +
                                                 square(y - centre[1]) * (all / square(radii[1])) +
                                                 square(x - centre[2]) * (all / square(radii[2])) <=
                                             all
                                         ? 1
                                         : 0;
  return volume;
}

void evaluate_ellipsoids(benchmark::State& state, Surface surface) {
  const LabelVolume prediction = ellipsoid({124, 128, 128}, {70, 80, 90});
  const LabelVolume reference = ellipsoid({128, 128, 128}, {78, 72, 85});
  const std::int64_t before = benchmarks::resident_bytes();
  for (auto _ : state)
    benchmark::DoNotOptimize(evaluate(prediction, reference, 2, {.surface = surface}, "", {.threads = threads()}));
  state.counters["memory"] = static_cast<double>(benchmarks::peak_bytes() - before);
}

void transform_distances(benchmark::State& state) {
  const Array3<std::uint8_t> boundary = boundary_of(ellipsoid({128, 128, 128}, {78, 72, 85}).voxels);
  for (auto _ : state)
    benchmark::DoNotOptimize(squared_distance_transform(boundary, {1, 1, 1}, {.threads = threads()}));
}

} // namespace

int main(int argc, char** argv) {
  try {
    benchmark::RegisterBenchmark("evaluate/256", &evaluate_ellipsoids, Surface::voxels)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("evaluate_elements/256", &evaluate_ellipsoids, Surface::elements)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::RegisterBenchmark("distance_transform/256", &transform_distances)
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
