#pragma once

// The paper's networks, losses and ensembler, which most experiments share. They are compiled once, in
// paper_models.cpp.
#include "sparseann/experiment/learning_steps.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/pseudo_label/base_models.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"

namespace sparseann {

using PaperModels = BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>;
using PaperMeta = TrainedMeta<Then<RandomFit, NearestFit>>;
using PaperLearning = LearningSteps<MaskedCrossEntropy, PaperModels, PaperMeta>;

extern template struct LearningSteps<MaskedCrossEntropy, PaperModels, PaperMeta>;

} // namespace sparseann
