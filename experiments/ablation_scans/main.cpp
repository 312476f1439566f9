// The same number of slices, few of many scans or many of few: Zhang (MIDL 2025) finds that more scans are better.
#include "experiment_main.hpp"
#include "paper_arms.hpp"

using namespace sparseann;

/// Equal intervals on so many scans.
Arm on_scans(const char* name, std::size_t scans, std::size_t every, ArmSettings& settings) {
  Arm arm = arm_of<EqualIntervals<PaperLearning>>(name, settings);
  arm.every = every;
  arm.training_cases = scans;
  return arm;
}

const Experiment experiment{.name = "ablation_scans",
                            .title = "Few slices of many scans, or many of few",
                            .question = "At the same number of annotated slices, how should they be spread over scans?",
                            .rows = {{"40 scans at s40 + ST", "scans_40", "random_fit_then_nearest_fit"},
                                     {"20 scans at s20 + ST", "scans_20", "random_fit_then_nearest_fit"},
                                     {"8 scans at s8 + ST", "scans_8", "random_fit_then_nearest_fit"},
                                     {"4 scans at s4 + ST", "scans_4", "random_fit_then_nearest_fit"},
                                     {"40 scans at s40, 3D", "scans_40", "3d"},
                                     {"20 scans at s20, 3D", "scans_20", "3d"},
                                     {"8 scans at s8, 3D", "scans_8", "3d"},
                                     {"4 scans at s4, 3D", "scans_4", "3d"}},
                            .contrasts = {{"40 scans at s40 + ST", "4 scans at s4 + ST", true},
                                          {"20 scans at s20 + ST", "4 scans at s4 + ST"},
                                          {"8 scans at s8 + ST", "4 scans at s4 + ST"},
                                          {"40 scans at s40, 3D", "4 scans at s4, 3D"}},
                            .budgets = {},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {on_scans("scans_40", 40, 40, settings), on_scans("scans_20", 20, 20, settings),
                                      on_scans("scans_8", 8, 8, settings), on_scans("scans_4", 4, 4, settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
