#pragma once

#include <algorithm>
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

namespace detail {

[[nodiscard]] inline std::vector<Array3<std::uint8_t>> votes_of(std::span<const ClassProbabilities> sets) {
  if (sets.empty())
    throw InvalidArgument("pseudo-label sets", "at least one", "none");
  std::vector<Array3<std::uint8_t>> votes;
  for (const ClassProbabilities& set : sets)
    votes.push_back(most_probable_labels(set));
  return votes;
}

[[nodiscard]] inline Array3<std::uint8_t> majority_of(std::span<const Array3<std::uint8_t>> votes,
                                                      std::size_t classes) {
  Array3<std::uint8_t> labels = xt::zeros<std::uint8_t>(votes.front().shape());
  const auto out = elements(labels);
  std::vector<unsigned> counts(classes);
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel) {
    std::fill(counts.begin(), counts.end(), 0U);
    for (const Array3<std::uint8_t>& vote : votes)
      ++counts[vote.data()[voxel]];
    for (std::size_t label = 0; label < counts.size(); ++label)
      if (counts[label] > counts[out[voxel]])
        out[voxel] = static_cast<std::uint8_t>(label);
  }
  return labels;
}

} // namespace detail

/// The label that most sets give, per voxel; ties go to the lower label.
///
/// Cost: one pass over the probabilities. Throws: InvalidArgument for no sets.
[[nodiscard]] inline Array3<std::uint8_t> majority_labels(std::span<const ClassProbabilities> sets) {
  const std::vector<Array3<std::uint8_t>> votes = detail::votes_of(sets);
  return detail::majority_of(votes, sets.front().shape(0));
}

/// Labels each voxel with the label that most sets give it.
///
/// Learns nothing. A vote of labels is not the mean of probabilities: a hesitant set counts as much as a certain one.
struct MajorityVote {
  static constexpr std::string_view name = "majority_vote";

  NoOptions options;

  void fit(const EnsembleTask&, const StageContext&) {}

  [[nodiscard]] Array3<std::uint8_t> predict(const Image&, std::span<const ClassProbabilities> sets,
                                             const StageContext&) const {
    return majority_labels(sets);
  }

  /// A class's probability is the share of the sets that give it.
  [[nodiscard]] LabelsAndProbabilities segment(const Image&, std::span<const ClassProbabilities> sets,
                                               const StageContext&) const {
    const std::vector<Array3<std::uint8_t>> votes = detail::votes_of(sets);
    const Array4<float> shares = average_of_one_hots(votes, sets.front().shape(0));
    return {.labels = detail::majority_of(votes, sets.front().shape(0)),
            .probabilities =
                quantise(elements(shares), {shares.shape(0), shares.shape(1), shares.shape(2), shares.shape(3)})};
  }
};

} // namespace sparseann
