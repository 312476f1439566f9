#pragma once

#include "sparseann/pipeline/presets.hpp"

namespace sparseann::test {

/// Networks and trainings that take a second, for tests of what surrounds them.
[[nodiscard]] inline Sparse3dOptions<DenseVoxNet> tiny_sparse3d(std::int64_t iterations = 20) {
  auto options = cpu_sized::sparse3d();
  options.network.stem_channels = 8;
  options.network.growth = 4;
  options.network.layers = {2, 2};
  options.network.decoder_channels = {16, 8};
  options.training.iterations = iterations;
  options.training.batch = 2;
  options.training.patch = 16;
  options.inference.window = 16;
  return options;
}

[[nodiscard]] inline Planes2dOptions<Fcn2d> tiny_planes2d(std::int64_t iterations = 20) {
  auto options = cpu_sized::planes2d();
  options.network.widths = {8, 16};
  options.network.scale_channels = 8;
  options.network.head_channels = 8;
  options.training.iterations = iterations;
  options.training.batch = 4;
  options.training.patch = 16;
  return options;
}

template <FitStrategy Fit> [[nodiscard]] TrainedMetaOptions<Fit, YDenseVoxNet> tiny_meta(std::int64_t iterations = 20) {
  const auto base = tiny_sparse3d(iterations);
  TrainedMetaOptions<Fit, YDenseVoxNet> options;
  options.network = {.densevoxnet = base.network, .pseudo_label_layers = 1};
  options.training = base.training;
  options.inference = base.inference;
  return options;
}

} // namespace sparseann::test
