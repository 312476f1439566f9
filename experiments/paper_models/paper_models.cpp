#include "paper_models.hpp"

template struct sparseann::LearningSteps<sparseann::MaskedCrossEntropy, sparseann::PaperModels, sparseann::PaperMeta>;
