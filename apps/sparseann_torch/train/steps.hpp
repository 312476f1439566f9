#pragma once

#include <cstddef>
#include <vector>

#include "apps/sparseann_torch/train/annotated_cases.hpp"
#include "apps/sparseann_torch/train/arguments.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pipeline/sparse_validation.hpp"

namespace sparseann::app {

/// Steps II and III on what is annotated; the test cases' labels by the meta-model first, then by each base model.
[[nodiscard]] std::vector<Predictions> train_steps(const TrainedOptions& options, const AnnotatedCases& annotated,
                                                   std::span<const Case> test, RunDirectory& run,
                                                   const StageContext& context);

/// Trains without every `folds`-th case and scores on these, fold by fold, in RUN/validation/K-fold/fold_F.
[[nodiscard]] std::vector<SparseScore> cross_validate(const TrainedOptions& options, const AnnotatedCases& annotated,
                                                      std::size_t folds, RunDirectory& run,
                                                      const StageContext& context);

} // namespace sparseann::app
