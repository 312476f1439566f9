#pragma once

// The arms that several experiments have in common. They are compiled once, in paper_arms.cpp.
#include "paper_models.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/experiment/full_annotation.hpp"
#include "sparseann/experiment/self_training.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/random_slices.hpp"

namespace sparseann {

/// RA, EIA and random slices, whatever learns from them.
template <class Learning> using Representative = SelfTraining<ConvAutoencoder, PerStack<MaxCover<>>, Learning>;
template <class Learning> using EqualIntervals = SelfTraining<NoEncoder, PerStack<EqualInterval>, Learning>;
template <class Learning> using RandomAnnotation = SelfTraining<NoEncoder, PerStack<RandomSlices>, Learning>;

/// One base model by itself, without an ensembler.
template <class Model, class Loss = MaskedCrossEntropy> using Alone = LearningSteps<Loss, BaseModels<Model>>;

extern template struct SelfTraining<ConvAutoencoder, PerStack<MaxCover<>>, PaperLearning>;
extern template struct SelfTraining<NoEncoder, PerStack<EqualInterval>, PaperLearning>;
extern template struct SelfTraining<NoEncoder, PerStack<RandomSlices>, PaperLearning>;

} // namespace sparseann
