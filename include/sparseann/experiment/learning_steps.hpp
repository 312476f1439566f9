#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/scale.hpp"
#include "sparseann/pipeline/pseudo_labelling.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"

namespace sparseann {

template <class Loss, class Models, class... Ensembles> struct LearningStepsOptions {
  OptionsOf<Loss> loss;
  OptionsOf<Models> base;
  PseudoLabellingOptions pseudo_labels;
  std::tuple<OptionsOf<Ensembles>...> ensembles;

  friend void visit(LearningStepsOptions& options, auto&& visitor) {
    visitor(field("loss", options.loss, "of the base models"));
    visitor(field("base", options.base, "base models"));
    visitor(field("pseudo_labels", options.pseudo_labels, "which cases a base model labels"));
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visitor(field(std::tuple_element_t<I, std::tuple<Ensembles...>>::name, std::get<I>(options.ensembles),
                     "pseudo-labels to segmentation")),
       ...);
    }(std::index_sequence_for<Ensembles...>{});
  }
};

template <class Loss, class Models, class... Ensembles>
void set_scale(LearningStepsOptions<Loss, Models, Ensembles...>& options, Scale scale) {
  options.base = at_scale<OptionsOf<Models>>(scale);
  std::apply([&](auto&... each) { ((each = at_scale<std::remove_cvref_t<decltype(each)>>(scale)), ...); },
             options.ensembles);
}

/// Steps II and III for several ensemblers, which must differ in name: all work on the same pseudo-labels.
///
/// Predictions: every pseudo-label set's own; where there are several, their votes; each ensembler's.
template <SegmentationLoss Loss, class Models, Ensembler... Ensembles> struct LearningSteps {
  LearningStepsOptions<Loss, Models, Ensembles...> options;

  [[nodiscard]] std::vector<Predictions> run(const TrialTask& task, std::span<const SparseLabels> labels,
                                             RunDirectory& run, const StageContext& context) const {
    if (task.kept == KeptPredictions::probabilities) // before anything is trained
      (detail::check_gives_probabilities<Ensembles>(), ...);
    const Cohort& cohort = task.data.cohort;
    const LabelledCases data{
        .cases = cohort.training, .labels = labels, .planes = task.planes, .classes = cohort.classes()};
    const std::vector<PseudoLabelSet> sets =
        make_pseudo_labels(configured<Models>(options.base), data, cohort.test, configured<Loss>(options.loss),
                           options.pseudo_labels, run, context);
    const EnsembleTask ensemble_task{
        .cases = cohort.training, .labels = labels, .sets = sets, .classes = cohort.classes()};
    std::vector<Predictions> methods;
    const auto add = [&](auto ensembler) {
      methods.push_back(ensemble(std::move(ensembler), ensemble_task, cohort.test, run, context, task.kept));
    };
    for (const PseudoLabelSet& set : sets)
      methods.push_back(predictions_of(set, cohort.test, run, task.kept));
    if (sets.size() > 1) {
      add(AverageVote{});
      add(MajorityVote{});
    }
    std::apply([&](const auto&... each) { (add(configured<Ensembles>(each)), ...); }, options.ensembles);
    return methods;
  }
};

} // namespace sparseann
