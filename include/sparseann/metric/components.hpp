#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/metric/component_runs.hpp"
#include "sparseann/metric/connectivity.hpp"
#include "sparseann/metric/disjoint_sets.hpp"

namespace sparseann {

/// Connected components of a mask, numbered from 1 by their first voxel in memory order; 0 is outside the mask.
struct Components {
  Array3<std::uint32_t> labels;   ///< (z, y, x)
  std::vector<std::size_t> sizes; ///< sizes[i]: voxels of component i + 1
};

namespace detail {

/// A run of a component that has no number yet, by its first voxel in memory.
struct UnnumberedRun {
  std::size_t first_voxel;
  std::uint32_t component;
};

[[nodiscard]] inline std::size_t first_voxel_of(const component_runs::Runs& runs, std::size_t layer, std::size_t bundle,
                                                std::size_t begin, std::size_t end, const Array3<std::uint8_t>& mask) {
  for (std::size_t row = 0; row < runs.rows_per_bundle(); ++row) {
    const std::size_t offset = runs.offset_of(layer, bundle, row);
    const auto voxels = elements(mask).subspan(offset, offset == mask.size() ? 0 : runs.shape()[2]);
    for (std::size_t x = begin; x < std::min(end, voxels.size()); ++x)
      if (voxels[x] != 0)
        return offset + x;
  }
  return mask.size();
}

/// Numbers components by their first voxel in memory. Within a layer that is not the order of its runs.
[[nodiscard]] inline std::vector<std::uint32_t> numbers_of(const component_runs::Runs& runs,
                                                           std::span<const std::uint32_t> representatives,
                                                           const Array3<std::uint8_t>& mask) {
  std::vector<std::uint32_t> numbers(representatives.size(), 0);
  std::uint32_t count = 0;
  std::vector<UnnumberedRun> unnumbered;
  for (std::size_t layer = 0; layer < runs.layers(); ++layer) {
    unnumbered.clear();
    for (std::size_t bundle = 0; bundle < runs.bundles(); ++bundle) {
      const auto of_bundle = representatives.first(runs.past_of(layer, bundle)).subspan(runs.first_of(layer, bundle));
      if (std::ranges::all_of(of_bundle, [&](std::uint32_t component) { return numbers[component] != 0; }))
        continue;
      runs.for_each_run(layer, bundle, [&](std::uint32_t run, std::size_t begin, std::size_t end) {
        if (numbers[representatives[run]] == 0)
          unnumbered.push_back({first_voxel_of(runs, layer, bundle, begin, end, mask), representatives[run]});
      });
    }
    std::ranges::sort(unnumbered, {}, &UnnumberedRun::first_voxel);
    for (const UnnumberedRun& run : unnumbered)
      if (numbers[run.component] == 0)
        numbers[run.component] = ++count;
  }
  for (std::size_t run = 0; run < numbers.size(); ++run)
    numbers[run] = numbers[representatives[run]]; // a representative is never after its runs
  return numbers;
}

[[nodiscard]] inline Components components_of(const Array3<std::uint8_t>& mask,
                                              const component_runs::Neighbourhood& neighbourhood,
                                              const component_runs::Work& work) {
  const component_runs::Runs runs = component_runs::runs_of(mask, neighbourhood, work);
  DisjointSets sets = component_runs::joined(runs, neighbourhood, work);
  const std::vector<std::uint32_t> numbers = numbers_of(runs, sets.representatives(), mask);
  Components components{.labels = component_runs::painted(runs, mask, numbers, work), .sizes = {}};
  const std::vector<std::uint32_t> voxels = component_runs::voxels_per_run(runs, work);
  components.sizes.resize(numbers.empty() ? 0 : *std::ranges::max_element(numbers));
  for (std::size_t run = 0; run < numbers.size(); ++run)
    components.sizes[numbers[run] - 1] += voxels[run];
  return components;
}

[[nodiscard]] inline component_runs::Work component_work(const Array3<std::uint8_t>& mask, const Execution& execution) {
  constexpr double seconds_per_voxel = 1e-9;
  return {.threads = worthwhile_threads(execution, seconds_per_voxel * static_cast<double>(mask.size())),
          .instructions = resolve(execution.instruction_set)};
}

} // namespace detail

/// Connected components of the voxels whose value is not 0.
///
/// Shapes: mask (z, y, x).
/// Cost: linear in the voxels but for joining runs of voxels; a bit for each voxel and four bytes for each run beside
/// the result.
/// Throws: InvalidArgument for a mask of 2^32 - 1 runs or more.
/// Source: union-find over runs, He, Chao, Suzuki, "A run-based two-scan labeling algorithm", IEEE TIP 17 (2008); ours
/// are of two rows or four at once, see component_runs.
[[nodiscard]] inline Components connected_components(const Array3<std::uint8_t>& mask,
                                                     Connectivity connectivity = Connectivity::faces,
                                                     const Execution& execution = {.threads = 1}) {
  return detail::components_of(mask, {.connectivity = connectivity, .within_slices = false},
                               detail::component_work(mask, execution));
}

/// Connected components of each slice by itself, by 4 neighbours (faces) or 8 (edges, corners); no number is in two
/// slices. Else as connected_components.
[[nodiscard]] inline Components slice_components(const Array3<std::uint8_t>& mask,
                                                 Connectivity connectivity = Connectivity::faces,
                                                 const Execution& execution = {.threads = 1}) {
  return detail::components_of(mask, {.connectivity = connectivity, .within_slices = true},
                               detail::component_work(mask, execution));
}

/// The component with the most voxels as a mask of 0 and 1; the lower number wins a tie; all 0 for an empty mask.
[[nodiscard]] inline Array3<std::uint8_t> largest_component(const Array3<std::uint8_t>& mask,
                                                            Connectivity connectivity = Connectivity::faces) {
  const Components components = connected_components(mask, connectivity);
  Array3<std::uint8_t> largest = xt::zeros<std::uint8_t>(mask.shape());
  if (components.sizes.empty())
    return largest;
  const auto position = std::ranges::max_element(components.sizes) - components.sizes.begin();
  const auto label = static_cast<std::uint32_t>(position + 1);
  std::ranges::transform(elements(components.labels), largest.data(),
                         [label](std::uint32_t voxel) { return static_cast<std::uint8_t>(voxel == label ? 1 : 0); });
  return largest;
}

} // namespace sparseann
