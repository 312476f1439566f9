#include "steps.hpp"

#include "baselines.hpp"
#include "sparseann/annotate/oracle.hpp"
#include "sparseann/pipeline/model_file.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"

namespace sparseann::three_steps {

namespace {

/// One file that `sparseann predict` reads.
void keep_model(const Arguments& arguments, const Cohort& cohort, std::span<const Plane> planes,
                const AnnotationPlan& plan, RunDirectory& run) {
  const auto& steps = arguments.options.steps;
  run.stage("model", [&] {
    const ModelFacts facts{.channels = cohort.channels(),
                           .class_names = cohort.class_names,
                           .planes = {planes.begin(), planes.end()},
                           .card = {{"data", cohort.name},
                                    {"training_cases", cohort.training.size()},
                                    {"labelled_slices", plan.slices.size()},
                                    {"seed", arguments.call.seed},
                                    {"intended_use", "research"}}};
    keep_model_file(configured<BaseNetworks>(steps.base), RandomThenNearest::name, steps.meta, facts, run);
  });
}

} // namespace

Results run_steps(const Arguments& arguments, const LabelledCohort& data, std::span<const Plane> planes,
                  RunDirectory& run, const StageContext& context) {
  const Cohort& cohort = data.cohort;
  const Oracle oracle(data.training_labels, cohort.classes());
  const ThreeSteps steps{.options = arguments.options.steps};
  Results results{.steps = steps.run(cohort, planes, oracle, run, context), .methods = {}};
  keep_model(arguments, cohort, planes, results.steps.plan, run);
  const EnsembleTask task{.cases = cohort.training,
                          .labels = results.steps.labels,
                          .sets = results.steps.sets,
                          .classes = cohort.classes()};
  results.methods.push_back(results.steps.predictions);
  for (const PseudoLabelSet& set : results.steps.sets)
    results.methods.push_back(predictions_of(set, cohort.test, run));
  results.methods.push_back(ensemble(AverageVote{}, task, cohort.test, run, context));
  results.methods.push_back(ensemble(MajorityVote{}, task, cohort.test, run, context));
  if (arguments.options.baselines) {
    add_baselines(arguments, data, oracle, task, planes, run, context, results.methods);
    examine_inputs(arguments, data, task, run, context);
  }
  return results;
}

} // namespace sparseann::three_steps
