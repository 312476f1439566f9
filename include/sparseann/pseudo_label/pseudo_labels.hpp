#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

/// Class probabilities of one volume in 8 bits, 255 = certain. Shape: (classes, z, y, x).
///
/// What is kept on disk is what is computed with, so that a resumed run equals an uninterrupted one.
using ClassProbabilities = Array4<std::uint8_t>;

/// The predictions of one base model (or one plane of it) for every case of a cohort.
struct PseudoLabelSet {
  std::string name;                         ///< as the base model declares it: xy, xz, yz, 3d
  std::vector<ClassProbabilities> training; ///< parallel to Cohort::training
  std::vector<ClassProbabilities> test;     ///< parallel to Cohort::test
};

/// Rounds probabilities (classes, z, y, x) to 8 bits.
[[nodiscard]] inline ClassProbabilities quantise(std::span<const float> probabilities,
                                                 const std::array<std::size_t, 4>& shape) {
  ClassProbabilities result = xt::empty<std::uint8_t>({shape[0], shape[1], shape[2], shape[3]});
  const auto out = elements(result);
  if (out.size() != probabilities.size())
    throw InvalidArgument("probabilities", fmt::format("{} values", out.size()),
                          fmt::format("{}", probabilities.size()));
  for (std::size_t i = 0; i < out.size(); ++i)
    out[i] = static_cast<std::uint8_t>(std::lround(255.0F * probabilities[i]));
  return result;
}

/// The most probable class of every voxel; ties go to the lower label. Shape: (classes, z, y, x) -> (z, y, x).
[[nodiscard]] inline Array3<std::uint8_t> most_probable_labels(const ClassProbabilities& probabilities) {
  const std::size_t classes = probabilities.shape(0);
  Array3<std::uint8_t> labels =
      xt::zeros<std::uint8_t>({probabilities.shape(1), probabilities.shape(2), probabilities.shape(3)});
  const auto out = elements(labels);
  const auto in = elements(probabilities);
  for (std::size_t voxel = 0; voxel < out.size(); ++voxel)
    for (std::size_t label = 1; label < classes; ++label)
      if (in[label * out.size() + voxel] > in[out[voxel] * out.size() + voxel])
        out[voxel] = static_cast<std::uint8_t>(label);
  return labels;
}

/// A(.): the mean over the pseudo-label sets of their one-hot labels, the second input of the meta-model.
///
/// Shapes: S label volumes (z, y, x) -> (classes, z, y, x), values 0, 1/S, ..., 1.
/// Source: Zheng et al. 2019; that the mean is over one-hot labels and not over probabilities is inferred.
[[nodiscard]] inline Array4<float> average_of_one_hots(std::span<const Array3<std::uint8_t>> sets,
                                                       std::size_t classes) {
  if (sets.empty())
    throw InvalidArgument("pseudo-label sets", "at least one", "none");
  const Shape3 shape = shape_of(sets.front());
  Array4<float> average = xt::zeros<float>({classes, shape[0], shape[1], shape[2]});
  const std::size_t voxels = voxel_count(shape);
  const float share = 1.0F / static_cast<float>(sets.size());
  const auto out = elements(average);
  for (const Array3<std::uint8_t>& set : sets) {
    const auto labels = elements(set);
    for (std::size_t voxel = 0; voxel < voxels; ++voxel)
      out[labels[voxel] * voxels + voxel] += share;
  }
  return average;
}

/// The mean over the pseudo-label sets of their class probabilities.
///
/// Shapes: S volumes (classes, z, y, x) -> (classes, z, y, x), values in [0, 1].
[[nodiscard]] inline Array4<float> average_of_probabilities(std::span<const ClassProbabilities> sets) {
  if (sets.empty())
    throw InvalidArgument("pseudo-label sets", "at least one", "none");
  Array4<float> average = xt::zeros<float>(sets.front().shape());
  const float share = 1.0F / (255.0F * static_cast<float>(sets.size()));
  const auto out = elements(average);
  for (const ClassProbabilities& set : sets) {
    const auto in = elements(set);
    for (std::size_t i = 0; i < out.size(); ++i)
      out[i] += share * static_cast<float>(in[i]);
  }
  return average;
}

} // namespace sparseann
