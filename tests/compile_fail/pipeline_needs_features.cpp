// expect: no operand of the disjunction is satisfied|needs_features<.*evaluated to false
// needs: torch
// A selector that reads features cannot stand behind an encoder that makes none.
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/pipeline/pipeline.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"

using Wrong = sparseann::Pipeline<sparseann::NoEncoder, sparseann::PerStack<sparseann::MaxCover<>>,
                                  sparseann::MaskedCrossEntropy, sparseann::BaseModels<>, sparseann::AverageVote>;
