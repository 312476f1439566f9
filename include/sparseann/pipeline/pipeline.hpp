#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/pipeline/annotation.hpp"
#include "sparseann/pipeline/ensembling.hpp"
#include "sparseann/pipeline/pseudo_labelling.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

template <class Encoder, class Selector, class Loss, class Models, class Ensemble> struct PipelineOptions {
  Budget budget;
  OptionsOf<Encoder> encoder;
  OptionsOf<Selector> selector;
  OptionsOf<Loss> loss;
  OptionsOf<Models> base;
  PseudoLabellingOptions pseudo_labels;
  OptionsOf<Ensemble> meta;

  friend void visit(PipelineOptions& options, auto&& visitor) {
    visitor(field("budget", options.budget, "how many slices to label"));
    visitor(field("encoder", options.encoder, "slices to features"));
    visitor(field("selector", options.selector, "features to ranked slices"));
    visitor(field("loss", options.loss, "of the base models"));
    visitor(field("base", options.base, "base models"));
    visitor(field("pseudo_labels", options.pseudo_labels, "which cases a base model labels"));
    visitor(field("meta", options.meta, "pseudo-labels to segmentation"));
  }
};

/// What a pipeline leaves in memory; the same is in the run directory.
struct PipelineResult {
  AnnotationPlan plan;
  std::vector<SparseLabels> labels;
  std::vector<PseudoLabelSet> sets;
  Predictions predictions;
};

/// The paper's three steps, each choice a policy: which slices to label, what base models learn from them, and how the
/// meta-model joins their pseudo-labels.
///
///     using RaSt = Pipeline<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy,
///                           BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>, TrainedMeta<Then<RandomFit,
///                           NearestFit>>>;
///
/// The steps are joined by values and can be called one by one: select_slices, annotate, make_pseudo_labels, ensemble.
template <Policy Encoder, Policy Selector, Policy Loss, Policy Models, Ensembler Ensemble>
  requires EncoderSlot<Encoder> && CohortSelector<Selector> && SegmentationLoss<Loss> &&
           (FeatureEncoder<Encoder> || !needs_features<Selector>) && (ImageScorer<Selector> || !needs_scores<Selector>)
struct Pipeline {
  PipelineOptions<Encoder, Selector, Loss, Models, Ensemble> options;

  template <Annotator A>
  [[nodiscard]] PipelineResult run(const Cohort& cohort, std::span<const Plane> planes, const A& annotator,
                                   RunDirectory& run, const StageContext& context) const {
    PipelineResult result;
    result.plan = select_slices(configured<Encoder>(options.encoder), configured<Selector>(options.selector),
                                cohort.training, planes, options.budget, run, context);
    result.labels = annotate(annotator, result.plan, cohort.training, run);
    const LabelledCases data{
        .cases = cohort.training, .labels = result.labels, .planes = planes, .classes = cohort.classes()};
    result.sets = make_pseudo_labels(configured<Models>(options.base), data, cohort.test,
                                     configured<Loss>(options.loss), options.pseudo_labels, run, context);
    const EnsembleTask task{
        .cases = cohort.training, .labels = result.labels, .sets = result.sets, .classes = cohort.classes()};
    result.predictions = ensemble(configured<Ensemble>(options.meta), task, cohort.test, run, context);
    return result;
  }
};

} // namespace sparseann
