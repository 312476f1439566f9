#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/loss/per_sample_cross_entropy.hpp"
#include "sparseann/meta/fit_strategy.hpp"

namespace sparseann {

/// Each sample fits the pseudo-label set nearest to the model's current output.
///
/// Formula: argmin over s of the mean over the sample's voxels of -log softmax(logits)[set s]; ties go to the lower
/// set. Cost: S cross-entropies of logits that are there anyway; no extra forward pass.
/// Source: "we use cross-entropy to measure the distance between a meta-model's output and a PL". Whether the paper
/// measures it on a patch or a volume is not said; here it is the patch in training.
struct NearestFit {
  static constexpr std::string_view name = "nearest_fit";

  NoOptions options;

  [[nodiscard]] std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&,
                                                    Generator&) const {
    const torch::NoGradGuard no_gradient;
    std::vector<torch::Tensor> distances;
    for (std::int64_t set = 0; set < candidates.sets.size(1); ++set)
      distances.push_back(per_sample_cross_entropy(candidates.logits, candidates.sets.select(1, set), candidates.mask));
    const torch::Tensor distance = torch::stack(distances, 1).to(torch::kCPU, torch::kDouble).contiguous(); // (N, S)
    std::vector<std::size_t> chosen(static_cast<std::size_t>(distance.size(0)), 0);
    const auto access = distance.accessor<double, 2>();
    for (std::size_t sample = 0; sample < chosen.size(); ++sample)
      for (std::int64_t set = 1; set < distance.size(1); ++set) {
        const auto row = access[static_cast<std::int64_t>(sample)];
        if (row[set] < row[static_cast<std::int64_t>(chosen[sample])])
          chosen[sample] = static_cast<std::size_t>(set);
      }
    return chosen;
  }
};

} // namespace sparseann
