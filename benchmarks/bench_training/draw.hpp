#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/slice_sampler.hpp"

namespace sparseann::benchmarks {

/// Two scans of 88 x 150 x 150 voxels of noise, one slice in ten of each plane annotated.
struct DrawnFrom {
  std::vector<Case> cases;
  std::vector<SparseLabels> labels;

  DrawnFrom() {
    const Geometry geometry = isotropic_geometry({88, 150, 150});
    Generator generator(1);
    for (const char* const name : {"first", "second"}) {
      Case scan{.name = name, .image = {.voxels = xt::zeros<float>({1, 88, 150, 150}), .geometry = geometry}};
      for (float& value : elements(scan.image.voxels))
        value = static_cast<float>(generator.normal());
      Array3<std::uint8_t> voxels = 3 * xt::ones<std::uint8_t>({88, 150, 150});
      for (std::size_t z = 0; z < 88; ++z)
        for (std::size_t y = 0; y < 150; ++y)
          for (std::size_t x = 0; x < 150; ++x)
            if (z % 10 == 5 || y % 10 == 5 || x % 10 == 5)
              voxels(z, y, x) = static_cast<std::uint8_t>(generator.uniform_index(3));
      cases.push_back(std::move(scan));
      labels.emplace_back(std::move(voxels), 3, geometry);
    }
  }
};

/// Registers how long a batch takes to draw: draw/patches/batch:N/patch:E and draw/slices/batch:N/patch:E.
inline void add_draws() {
  const auto add = [](const std::string& name, std::size_t batch, auto make_sampler) {
    benchmark::RegisterBenchmark(name.c_str(),
                                 [=](benchmark::State& state) {
                                   const DrawnFrom data;
                                   const auto sampler = make_sampler(data);
                                   const Generator generator(2);
                                   std::uint64_t iteration = 0;
                                   for (auto _ : state)
                                     benchmark::DoNotOptimize(
                                         sampler.draw({.count = batch}, generator.split(iteration++)));
                                 })
        ->UseRealTime()
        ->Unit(benchmark::kMillisecond);
  };
  for (const std::size_t patch : {32U, 64U})
    add(fmt::format("draw/patches/batch:4/patch:{}", patch), 4,
        [=](const DrawnFrom& data) { return PatchSampler(data.cases, data.labels, patch, {}); });
  add("draw/slices/batch:32/patch:32", 32, [](const DrawnFrom& data) {
    return SliceSampler({.cases = data.cases, .labels = data.labels, .planes = all_planes, .classes = 3}, 32, {});
  });
}

} // namespace sparseann::benchmarks
