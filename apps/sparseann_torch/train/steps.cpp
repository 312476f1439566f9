#include "apps/sparseann_torch/train/steps.hpp"

#include <algorithm>
#include <filesystem>
#include <utility>

#include <fmt/format.h>

#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"

namespace sparseann::app {

std::vector<Predictions> train_steps(const TrainedOptions& options, const AnnotatedCases& annotated,
                                     std::span<const Case> test, RunDirectory& run, const StageContext& context) {
  const std::size_t classes = annotated.class_names.size();
  const LabelledCases data{
      .cases = annotated.cases, .labels = annotated.labels, .planes = annotated.planes, .classes = classes};
  const std::vector<PseudoLabelSet> sets = make_pseudo_labels(
      configured<BaseNetworks>(options.base), data, test, MaskedCrossEntropy{}, options.pseudo_labels, run, context);
  const EnsembleTask task{.cases = annotated.cases, .labels = annotated.labels, .sets = sets, .classes = classes};
  std::vector<Predictions> predictions{ensemble(configured<MetaNetworks>(options.meta), task, test, run, context)};
  predictions.push_back(ensemble(AverageVote{}, task, test, run, context));
  for (const PseudoLabelSet& set : sets)
    predictions.push_back(predictions_of(set, test, run));
  return predictions;
}

namespace {

void score_fold(const AnnotatedCases& held_out, const std::vector<Predictions>& predictions, std::size_t fold,
                std::vector<SparseScore>& scores) {
  for (const Predictions& method : predictions)
    for (std::size_t c = 0; c < held_out.cases.size(); ++c)
      std::ranges::move(
          score_on_annotated(method.test.at(c), held_out.labels[c], method.method, fold, held_out.cases[c].name),
          std::back_inserter(scores));
}

} // namespace

std::vector<SparseScore> cross_validate(const TrainedOptions& options, const AnnotatedCases& annotated,
                                        std::size_t folds, RunDirectory& run, const StageContext& context) {
  std::vector<SparseScore> scores;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const std::string name = fmt::format("validation/{}-fold/fold_{}", folds, fold);
    const AnnotatedCases held_out = annotated.of_fold(fold, folds, true);
    RunDirectory part(run.path() / name, Json::object(), {{"fold", fold}, {"folds", folds}});
    StageContext inner = context;
    inner.generator = context.generator.split(name);
    inner.log = [&](const Json& event) { run.log({{"part", name}, {"event", event}}); };
    context.progress.say(fmt::format("{} of {} folds: {} cases, scored on {}", fold + 1, folds,
                                     annotated.cases.size() - held_out.cases.size(), held_out.cases.size()));
    score_fold(held_out, train_steps(options, annotated.of_fold(fold, folds, false), held_out.cases, part, inner), fold,
               scores);
  }
  return scores;
}

} // namespace sparseann::app
