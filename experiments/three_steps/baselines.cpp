#include "baselines.hpp"

#include <string>
#include <utility>

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/pipeline/baselines.hpp"
#include "sparseann/pipeline/meta_inputs.hpp"

namespace sparseann::three_steps {

namespace {

/// The meta-model that goes on fitting random sets: the same network, iterations and schedule.
TrainedMeta<RandomFit> random_fit_alone(const OptionsOf<TrainedMeta<RandomThenNearest>>& ours) {
  TrainedMeta<RandomFit> meta;
  meta.options = ours.with_fit<RandomFit>({});
  return meta;
}

/// The 3D base model by itself, from as many slices at equal intervals and from all of them.
void add_single_models(const Arguments& arguments, const LabelledCohort& data, const Oracle& oracle,
                       std::span<const Plane> planes, RunDirectory& run, const StageContext& context,
                       std::vector<Predictions>& methods) {
  const Cohort& cohort = data.cohort;
  const auto& options = arguments.options.steps;
  const SelectionProblem problem = selection_problem(cohort.training, planes, options.budget);
  const AnnotationPlan plan = plan_from(problem, configured<EqualIntervals>(arguments.options.equal_interval)(
                                                     problem, context.generator.split("select")));
  std::vector<SparseLabels> equal_interval;
  std::vector<SparseLabels> full;
  for (std::size_t c = 0; c < cohort.training.size(); ++c) {
    equal_interval.push_back(oracle.label(c, plan));
    full.push_back(oracle.label_everything(c));
  }
  const auto model = configured<Model3d>(std::get<1>(options.base.models));
  for (const auto& [method, labels] : {std::pair("equal_interval_3d", &equal_interval), std::pair("full_3d", &full)})
    methods.push_back(segment_with(
        model, {.cases = cohort.training, .labels = *labels, .planes = planes, .classes = cohort.classes()},
        cohort.test, MaskedCrossEntropy{}, method, run, context));
}

} // namespace

void add_baselines(const Arguments& arguments, const LabelledCohort& data, const Oracle& oracle,
                   const EnsembleTask& task, std::span<const Plane> planes, RunDirectory& run,
                   const StageContext& context, std::vector<Predictions>& methods) {
  methods.push_back(ensemble(random_fit_alone(arguments.options.steps.meta), task, data.cohort.test, run, context));
  add_single_models(arguments, data, oracle, planes, run, context, methods);
}

void examine_inputs(const Arguments& arguments, const LabelledCohort& data, const EnsembleTask& task, RunDirectory& run,
                    const StageContext& context) {
  run.stage("meta/inputs", [&] {
    auto meta = configured<TrainedMeta<RandomThenNearest>>(arguments.options.steps.meta);
    meta.fit(task, ensembler_context(RandomThenNearest::name, run, context.alone())); // finished: reads it
    publish_atomically(run.path() / "meta_inputs.csv",
                       meta_inputs_csv(meta_input_effects(meta, data.cohort.test, task.sets, data.test_labels,
                                                          data.cohort.classes(), context)));
  });
}

} // namespace sparseann::three_steps
