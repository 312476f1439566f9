#pragma once

#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/pipeline/three_step_model.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"

namespace sparseann::app {

using BaseNetworks = BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>;

/// What quickstart and `sparseann train` train. Which sets the meta-model fitted makes no difference here.
using Model = ThreeStepModel<BaseNetworks, TrainedMeta<RandomFit>>;

} // namespace sparseann::app
