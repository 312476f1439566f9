// Fig. 3: what the base models make of a scan of which one slice in twenty is annotated.
#include <algorithm>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/annotate/planes.hpp"
#include "sparseann/experiment/finished_trials.hpp"
#include "sparseann/report/result_picture.hpp"

using namespace sparseann;

/// The first training cases of the first trial, on a slice of each plane.
std::vector<ExperimentPicture> draw(const FinishedTrials& trials) {
  const std::vector<std::string> sets{"xy", "xz", "yz", "3d"};
  std::vector<ExperimentPicture> pictures;
  const auto trial = trials.first_of("ra");
  if (!trial)
    return pictures;
  const std::size_t cases = std::min<std::size_t>(2, trials.training_cases(*trial).size());
  for (std::size_t c = 0; c < cases; ++c) {
    std::vector<OverlayRow> rows;
    for (const Plane plane : planes_of(trials.data().cohort))
      rows.push_back(trials.pseudo_label_row(*trial, c, plane, sets));
    pictures.push_back({.file = fmt::format("pseudo_labels_{}.png", rows[0].case_name),
                        .caption = fmt::format("{}, {}: a slice of each plane; from left to right {}. Errors "
                                               "are red.",
                                               rows[0].case_name, trial->budget(), captions_of(rows[0])),
                        .bytes = result_picture(rows)});
  }
  return pictures;
}

const Experiment experiment{.name = "fig3_pseudo_labels",
                            .title = "Fig. 3: pseudo-labels of the base models",
                            .question = "In what do the four pseudo-label sets of one scan differ?",
                            .rows = {{"xy", "ra", "xy"},
                                     {"xz", "ra", "xz"},
                                     {"yz", "ra", "yz"},
                                     {"3D", "ra", "3d"},
                                     {"mean of four", "ra", "average_vote"},
                                     {"majority of four", "ra", "majority_vote"}},
                            .contrasts = {{"mean of four", "3D", true}, {"mean of four", "majority of four"}},
                            .budgets = {20},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              using Learning = LearningSteps<MaskedCrossEntropy, PaperModels>;
                              return {arm_of<Representative<Learning>>("ra", settings)};
                            },
                            .pictures = &draw};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
