// Fig. 6: segmentations of test scans with their errors, and the slices that were chosen in the space of their
// features.
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

const std::string st = "random_fit_then_nearest_fit";

std::vector<ExperimentPicture> draw(const FinishedTrials& trials) {
  const std::vector<ShownPrediction> shown{{"2D, xy, RA", "ra", "xy"},
                                           {"3D, RA", "ra", "3d"},
                                           {"RA + ST", "ra", st},
                                           {"EIA + ST", "eia", st},
                                           {"3D, full annotation", "full", "3d"}};
  std::vector<ExperimentPicture> pictures;
  if (trials.done().empty())
    return pictures;
  const std::vector<Plane> planes = planes_of(trials.data().cohort);
  for (const Plane plane : planes) {
    std::vector<OverlayRow> rows;
    std::string cases;
    for (std::size_t c = 0; c < std::min<std::size_t>(3, trials.data().cohort.test.size()); ++c) {
      rows.push_back(trials.test_row(c, plane, shown));
      cases += (c > 0 ? ", " : "") + rows.back().case_name;
    }
    pictures.push_back(
        {.file = fmt::format("test_cases_{}.png", name_of(plane)),
         .caption = fmt::format("{} from top to bottom, plane {}; from left to right {}. Errors are magenta.", cases,
                                name_of(plane), captions_of(rows[0])),
         .bytes = result_picture(rows)});
  }
  if (const auto trial = trials.first_of("ra"))
    pictures.push_back({.file = "feature_space.svg",
                        .caption = fmt::format("The slices of a training scan's plane {} in the space of their "
                                               "features; those that RA chose at {} are marked.",
                                               name_of(planes.front()), trial->budget()),
                        .bytes = trials.feature_space_of(*trial, 0, planes.front())});
  return pictures;
}

const Experiment experiment{.name = "fig6_qualitative",
                            .title = "Fig. 6: what is right and wrong in single scans",
                            .question = "Where do the networks err, and which slices were annotated?",
                            .rows = {{"2D, xy, RA", "ra", "xy"},
                                     {"3D, RA", "ra", "3d"},
                                     {"RA + ST", "ra", st},
                                     {"EIA + ST", "eia", st},
                                     {"3D, full annotation", "full", "3d"}},
                            .contrasts = {{"RA + ST", "3D, RA", true}, {"RA + ST", "EIA + ST"}},
                            .budgets = {5},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<Representative<PaperLearning>>("ra", settings),
                                      arm_of<EqualIntervals<PaperLearning>>("eia", settings),
                                      arm_of<FullAnnotation<Alone<Sparse3d<DenseVoxNet>>>>("full", settings)};
                            },
                            .pictures = &draw};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
