// What each of the four pseudo-label sets is good for: the meta-model without one of them.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/pseudo_label/without_set.hpp"

using namespace sparseann;

inline constexpr std::string_view set_xy = "xy";
inline constexpr std::string_view set_xz = "xz";
inline constexpr std::string_view set_yz = "yz";
inline constexpr std::string_view set_3d = "3d";
using Learning =
    LearningSteps<MaskedCrossEntropy, PaperModels, PaperMeta, WithoutSet<PaperMeta, set_xy>,
                  WithoutSet<PaperMeta, set_xz>, WithoutSet<PaperMeta, set_yz>, WithoutSet<PaperMeta, set_3d>>;

const Experiment experiment{.name = "ablation_base_sets",
                            .title = "The meta-model without one of the pseudo-label sets",
                            .question = "Which of the base models does the ensemble need?",
                            .rows = {{"all four", "ra", "random_fit_then_nearest_fit"},
                                     {"without xy", "ra", "random_fit_then_nearest_fit_without_xy"},
                                     {"without xz", "ra", "random_fit_then_nearest_fit_without_xz"},
                                     {"without yz", "ra", "random_fit_then_nearest_fit_without_yz"},
                                     {"without 3D", "ra", "random_fit_then_nearest_fit_without_3d"}},
                            .contrasts = {{"without xy", "all four"},
                                          {"without xz", "all four"},
                                          {"without yz", "all four"},
                                          {"without 3D", "all four", true}},
                            .budgets = {10},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<Representative<Learning>>("ra", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
