// How long metrics take: names are TASK/EXTENT. Two threads unless SPARSEANN_BENCHMARK_THREADS says otherwise.
//
// evaluate/256: Dice, ADB, Hausdorff distance, HD95 and more of two ellipsoids of radius 70 to 90 in 256^3 voxels;
// evaluate_elements/256: the same between surface elements;
// distance_transform/256: of every voxel of that volume to the first ellipsoid's boundary; components/512/MASK: of
// 512^3 voxels, 26-connected: noise of a density in percent, blobs, all foreground; rand/SWEEP: V^Rand by components of
// 170 slices of 512 x 512, 8 bit, at the thresholds of the refined sweep, or at all 99.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "benchmarks/resident.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/metric/boundary.hpp"
#include "sparseann/metric/components.hpp"
#include "sparseann/metric/distance_transform.hpp"
#include "sparseann/metric/evaluation.hpp"
#include "sparseann/metric/threshold_scores.hpp"
#include "sparseann/metric/threshold_sweep.hpp"

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

/// As benchmarks/peers/metrics.py draws it, too: evenly distributed, different for every place.
std::uint32_t hash_of(std::uint32_t place) {
  place *= 0x9e3779b1U;
  place ^= place >> 15U;
  place *= 0x85ebca77U;
  return place ^ place >> 13U;
}

Array3<std::uint8_t> noise(double density) {
  Array3<std::uint8_t> mask({512, 512, 512});
  const auto below = static_cast<std::uint32_t>(density * 4294967296.0);
  for (std::uint32_t i = 0; i < mask.size(); ++i)
    mask.data()[i] = hash_of(i) < below ? 1 : 0;
  return mask;
}

Array3<std::uint8_t> blobs() {
  Array3<std::uint8_t> mask({512, 512, 512});
  std::array<std::array<double, 512>, 3> waves{};
  for (std::size_t i = 0; i < 512; ++i)
    for (std::size_t axis = 0; axis < 3; ++axis)
      waves[axis][i] = std::sin(static_cast<double>(i) / std::array{9.0, 13.0, 11.0}[axis]);
  std::size_t voxel = 0;
  for (const double z : waves[0])
    for (const double y : waves[1])
      for (const double x : waves[2])
        mask.data()[voxel++] = z + y + x > 0.7 ? 1 : 0;
  return mask;
}

void label_components(benchmark::State& state, const std::string& kind) {
  const Array3<std::uint8_t> mask = kind == "blobs" ? blobs()
                                    : kind == "foreground"
                                        ? Array3<std::uint8_t>(xt::ones<std::uint8_t>({512, 512, 512}))
                                        : noise(std::stod(kind) / 100);
  for (auto _ : state)
    benchmark::DoNotOptimize(connected_components(mask, Connectivity::corners, {.threads = threads()}));
  state.counters["voxels_per_second"] =
      benchmark::Counter(static_cast<double>(mask.size()), benchmark::Counter::kIsIterationInvariantRate);
}

/// Some 400 cells per slice that drift from slice to slice, with noise.
struct CellStack {
  Array3<std::uint8_t> probability{{170, 512, 512}};
  Array3<std::uint8_t> cells{{170, 512, 512}};

  CellStack() {
    std::uint32_t voxel = 0;
    for (int z = 0; z < 170; ++z)
      for (int y = 0; y < 512; ++y)
        for (int x = 0; x < 512; ++x, ++voxel) {
          const double depth = std::abs(std::sin((x + 9 * std::sin(z / 15.0) + 6 * std::sin(y / 40.0)) * 0.13) *
                                        std::sin((y + 9 * std::cos(z / 12.0)) * 0.11));
          const double drawn = hash_of(voxel) / 4294967296.0;
          probability.data()[voxel] =
              static_cast<std::uint8_t>(255 * std::clamp(2.5 * depth + 0.2 * (drawn - 0.5), 0.0, 1.0));
          cells.data()[voxel] = depth > 0.15 ? 1 : 0;
        }
  }
};

void sweep_thresholds(benchmark::State& state, bool is_refined) {
  const CellStack stack;
  const Execution execution{.threads = threads()};
  for (auto _ : state) {
    const Components reference = slice_components(stack.cells, Connectivity::faces, execution);
    const PercentSweep sums(stack.probability, reference.labels, std::nullopt, execution);
    const auto score = [&](int percent) {
      return threshold_score(percent / 100.0, sums.at(percent / 100.0), SingletonRule::divided);
    };
    if (is_refined) {
      benchmark::DoNotOptimize(refined_sweep(score));
      continue;
    }
    for (int percent = 1; percent < 100; ++percent)
      benchmark::DoNotOptimize(score(percent));
  }
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
    for (const std::string kind : {"30", "40", "50", "blobs", "foreground"})
      benchmark::RegisterBenchmark(("components/512/" + kind).c_str(), &label_components, kind)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    for (const bool is_refined : {true, false})
      benchmark::RegisterBenchmark(is_refined ? "rand/refined" : "rand/all", &sweep_thresholds, is_refined)
          ->UseRealTime()
          ->Unit(benchmark::kMillisecond);
    benchmark::Initialize(&argc, argv);
    benchmark::RunSpecifiedBenchmarks();
  } catch (const std::exception& error) {
    fmt::print(stderr, "{}\n", error.what());
    return exit_code(error);
  }
}
