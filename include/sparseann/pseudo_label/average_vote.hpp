#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/volume.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"

namespace sparseann {

/// The class of largest mean probability over the sets, per voxel; ties go to the lower label.
///
/// Cost: one pass over the probabilities.
[[nodiscard]] inline Array3<std::uint8_t> mean_probability_labels(std::span<const ClassProbabilities> sets) {
  if (sets.empty())
    throw InvalidArgument("pseudo-label sets", "at least one", "none");
  const auto& first = sets.front();
  Array3<std::uint8_t> labels = xt::zeros<std::uint8_t>({first.shape(1), first.shape(2), first.shape(3)});
  const auto out = elements(labels);
  std::vector<unsigned> sums(first.shape(0));
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel) {
    for (std::size_t label = 0; label < sums.size(); ++label) {
      sums[label] = 0;
      for (const ClassProbabilities& set : sets)
        sums[label] += set.data()[label * out.size() + voxel];
      if (sums[label] > sums[out[voxel]])
        out[voxel] = static_cast<std::uint8_t>(label);
    }
  }
  return labels;
}

/// Labels each voxel with the class of largest mean probability over the sets. Learns nothing.
struct AverageVote {
  static constexpr std::string_view name = "average_vote";

  NoOptions options;

  void fit(const EnsembleTask&, const StageContext&) {}

  [[nodiscard]] Array3<std::uint8_t> predict(const Image&, std::span<const ClassProbabilities> sets,
                                             const StageContext&) const {
    return mean_probability_labels(sets);
  }

  /// The mean probabilities, rounded to 8 bits; labels are chosen before the rounding.
  [[nodiscard]] LabelsAndProbabilities segment(const Image& image, std::span<const ClassProbabilities> sets,
                                               const StageContext& context) const {
    const Array4<float> mean = average_of_probabilities(sets);
    return {.labels = predict(image, sets, context),
            .probabilities = quantise(elements(mean), {mean.shape(0), mean.shape(1), mean.shape(2), mean.shape(3)})};
  }
};

} // namespace sparseann
