#pragma once

#include <cstdint>

#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"

namespace sparseann {

/// Networks and schedules that two CPU cores train in one to two minutes each, where the paper's take a GPU for hours.
///
/// DenseVoxNet's topology with growth 8, layers 4 + 4 and decoder 32, 16 (0.28 M parameters), He initialisation, Adam
/// 5e-3, patches of 32^3, no dropout; a 2D network of four scales (0.24 M). The defaults of the options themselves are
/// the paper's where TrainingOptions and the networks say so.
namespace cpu_sized {

[[nodiscard]] inline DenseVoxNetOptions densevoxnet() {
  return {.growth = 8,
          .layers = {4, 4},
          .decoder_channels = {32, 16},
          .dropout = 0.0,
          .initialisation = Initialisation::he};
}

[[nodiscard]] inline TrainingOptions training_3d() {
  return {.iterations = 400, .batch = 4, .patch = 32, .learning_rate = 5e-3, .precision = Precision::automatic};
}

[[nodiscard]] inline SlidingWindowOptions windows() { return {.window = 32, .rule = WindowRule::overlap, .batch = 8}; }

[[nodiscard]] inline Sparse3dOptions<DenseVoxNet> sparse3d() {
  return {.network = densevoxnet(), .training = training_3d(), .inference = windows()};
}

[[nodiscard]] inline Planes2dOptions<Fcn2d> planes2d() {
  return {.network = {.widths = {32, 64, 96, 128}, .scale_channels = 16, .head_channels = 32},
          .training = {.iterations = 350,
                       .batch = 32,
                       .patch = 32,
                       .learning_rate = 3e-3,
                       .schedule = {.kind = ScheduleKind::step},
                       .precision = Precision::automatic}};
}

template <FitStrategy Fit> [[nodiscard]] TrainedMetaOptions<Fit, YDenseVoxNet> meta() {
  return {.network = {.densevoxnet = densevoxnet(), .pseudo_label_layers = 2},
          .training = training_3d(),
          .inference = windows()};
}

} // namespace cpu_sized

} // namespace sparseann
