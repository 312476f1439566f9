#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/random.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann::test {

/// A cohort that a tiny network learns in seconds: per case a bright ball (label 1) around a dark core (label 2) at a
/// random place in noise.
[[nodiscard]] inline LabelledCohort toy_cohort(std::size_t training, std::size_t test, std::size_t edge = 16,
                                               std::uint64_t seed = 1) {
  LabelledCohort data;
  data.cohort.name = "toy";
  data.cohort.class_names = {"background", "shell", "core"};
  const auto add = [&](std::size_t count, std::string_view set, std::vector<Case>& cases,
                       std::vector<LabelVolume>& labels) {
    for (std::size_t i = 0; i < count; ++i) {
      Generator generator = Generator(seed).split(set).split(i);
      const Geometry geometry = isotropic_geometry({edge, edge + 1, edge + 2});
      Image image{.voxels = xt::zeros<float>({std::size_t{1}, edge, edge + 1, edge + 2}), .geometry = geometry};
      LabelVolume label = zeros_on<std::uint8_t>(geometry);
      const double half = static_cast<double>(edge) / 2;
      const double cz = half + generator.uniform(-2, 2);
      const double cy = half + generator.uniform(-2, 2);
      const double cx = half + generator.uniform(-2, 2);
      for (std::size_t z = 0; z < edge; ++z)
        for (std::size_t y = 0; y < edge + 1; ++y)
          for (std::size_t x = 0; x < edge + 2; ++x) {
            const double r =
                std::hypot(static_cast<double>(z) - cz, static_cast<double>(y) - cy, static_cast<double>(x) - cx);
            const int kind = r < 0.2 * static_cast<double>(edge) ? 2 : r < 0.35 * static_cast<double>(edge) ? 1 : 0;
            label.voxels(z, y, x) = static_cast<std::uint8_t>(kind);
            const double mean = kind == 1 ? 2.0 : kind == 2 ? -2.0 : 0.0;
            image.voxels(0, z, y, x) = static_cast<float>(mean + generator.normal(0, 0.3));
          }
      cases.push_back({.name = fmt::format("{}_{}", set, i), .image = std::move(image)});
      labels.push_back(std::move(label));
    }
  };
  add(training, "training", data.cohort.training, data.training_labels);
  add(test, "test", data.cohort.test, data.test_labels);
  return data;
}

/// The same cohort, with images that are the labels: whoever cuts patches must keep them so.
[[nodiscard]] inline LabelledCohort images_of_labels(LabelledCohort data) {
  const auto paint = [](std::vector<Case>& cases, const std::vector<LabelVolume>& labels) {
    for (std::size_t c = 0; c < cases.size(); ++c)
      std::ranges::copy(elements(labels[c].voxels), elements(cases[c].image.voxels).begin());
  };
  paint(data.cohort.training, data.training_labels);
  paint(data.cohort.test, data.test_labels);
  return data;
}

} // namespace sparseann::test
