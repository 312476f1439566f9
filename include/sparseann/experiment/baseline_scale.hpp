#pragma once

#include "sparseann/experiment/scale.hpp"
#include "sparseann/network/dilated_fcn2d.hpp"
#include "sparseann/network/m2fcn.hpp"
#include "sparseann/network/n4.hpp"
#include "sparseann/network/unet3d.hpp"
#include "sparseann/network/vd2d.hpp"
#include "sparseann/network/vd2d3d.hpp"
#include "sparseann/network/voxresnet.hpp"

namespace sparseann {

// Sizes of the baselines' networks, see at_scale: about as many operations as the paper's own at that scale.

inline void set_scale(Unet3dOptions& options, Scale scale) {
  // Valid convolutions need a margin of 88 voxels, which is more than small volumes have to reflect.
  if (scale == Scale::cpu)
    options = {.first_channels = 6, .levels = 3, .valid_convolutions = false};
  if (scale == Scale::toy)
    options = {.first_channels = 2, .levels = 2, .valid_convolutions = false};
}

inline void set_scale(VoxResNetOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.first_channels = 8, .channels = 16};
  if (scale == Scale::toy)
    options = {.first_channels = 2, .channels = 2, .stages = 2, .modules_per_stage = 1};
}

inline void set_scale(DilatedFcn2dOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.channels = 16, .dilations = {1, 1, 2, 4, 8, 1}, .last_channels = 48};
  if (scale == Scale::toy)
    options = {.channels = 2, .dilations = {1, 2}, .last_channels = 4};
}

inline void set_scale(N4Options& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.channels = {16, 16, 16, 16}, .last_channels = 64};
  if (scale == Scale::toy)
    options = {.channels = {2, 2, 2, 2}, .last_channels = 4};
}

inline void set_scale(Vd2dOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.channels = {8, 12, 16, 20}, .last_channels = 64, .dropout = 0.5};
  if (scale == Scale::toy)
    options = {.channels = {2, 2, 2, 2}, .last_channels = 4, .dropout = 0.0};
}

inline void set_scale(Vd2d3dOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.channels = {8, 12, 16, 20}, .last_channels = 32};
  if (scale == Scale::toy)
    options = {.channels = {2, 2, 2, 2}, .last_channels = 4, .dropout = 0.0};
}

inline void set_scale(M2FcnOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = {.channels = {8, 12, 16, 24, 24}};
  if (scale == Scale::toy)
    options = {.channels = {2, 2, 2}, .convolutions = {1, 1, 1}, .stages = 2};
}

} // namespace sparseann
