#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/loss/per_sample_cross_entropy.hpp"
#include "sparseann/meta/fit_strategy.hpp"

namespace sparseann {

/// Where the model's output is compared with the pseudo-label sets: on the patch of the step, or on its whole volume.
enum class FitDistance { patch, volume };
constexpr std::array<std::string_view, 2> names_of(FitDistance) { return {"patch", "volume"}; }

struct NearestFitOptions {
  FitDistance distance = FitDistance::patch;
  std::int64_t volume_interval = 100;

  friend void visit(NearestFitOptions& options, auto&& visitor) {
    visitor(field("distance", options.distance, "where outputs and pseudo-labels are compared: patch or volume"));
    visitor(field("volume_interval", options.volume_interval,
                  "iterations after which the distances of a volume are computed anew", at_least(1)));
  }
};

/// Each sample fits the pseudo-label set nearest to the model's current output.
///
/// Formula: argmin over s of the mean over voxels of -log softmax(logits)[set s]; ties go to the lower set.
/// Cost: on the patch S cross-entropies of logits that are there anyway; on the volume one prediction of every training
/// volume per `volume_interval` iterations.
/// Throws: InvalidArgument where distances of volumes are asked for and the candidates have none.
/// Source: "we use cross-entropy to measure the distance between a meta-model's output and a PL". Whether the paper
/// measures it on a patch or a volume is not said; the default is the patch.
struct NearestFit {
  static constexpr std::string_view name = "nearest_fit";

  NearestFitOptions options;

  [[nodiscard]] std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&,
                                                    Generator&) const {
    const torch::Tensor distance = distances(candidates); // (N, S)
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

private:
  [[nodiscard]] torch::Tensor distances(const FitCandidates& candidates) const {
    if (options.distance == FitDistance::patch)
      return patch_distances(candidates);
    if (!candidates.volume_distances)
      throw InvalidArgument("nearest_fit.distance", "patch, as these candidates know no volumes", "volume");
    return candidates.volume_distances(options.volume_interval);
  }

  [[nodiscard]] static torch::Tensor patch_distances(const FitCandidates& candidates) {
    const torch::NoGradGuard no_gradient;
    std::vector<torch::Tensor> distances;
    for (std::int64_t set = 0; set < candidates.sets.size(1); ++set)
      distances.push_back(per_sample_cross_entropy(candidates.logits, candidates.sets.select(1, set), candidates.mask));
    return torch::stack(distances, 1).to(torch::kCPU, torch::kDouble).contiguous();
  }
};

} // namespace sparseann
