// Fig. 5: representative annotation (RA) against equal intervals (EIA) and random slices, with self-training (ST) and
// without, at several budgets, beside full annotation.
#include "experiment_main.hpp"
#include "paper_arms.hpp"

using namespace sparseann;

const Experiment experiment{.name = "fig5_ra_eia_st",
                            .title =
                                "Fig. 5: representative or equal-interval annotation, with and without self-training",
                            .question = "Does self-training help, and does it matter which slices are labelled?",
                            .rows = {{"RA + ST", "ra", "random_fit_then_nearest_fit"},
                                     {"RA", "ra", "3d"},
                                     {"EIA + ST", "eia", "random_fit_then_nearest_fit"},
                                     {"EIA", "eia", "3d"},
                                     {"random + ST", "random", "random_fit_then_nearest_fit"},
                                     {"random", "random", "3d"},
                                     {"full annotation", "full", "3d"},
                                     {"full annotation + ST", "full", "random_fit_then_nearest_fit"}},
                            .contrasts = {{"RA + ST", "RA", true},
                                          {"RA + ST", "EIA + ST", true},
                                          {"RA + ST", "random + ST", true},
                                          {"RA", "EIA"},
                                          {"EIA + ST", "EIA"},
                                          {"random + ST", "random"},
                                          {"RA + ST", "full annotation"},
                                          {"full annotation + ST", "full annotation"}},
                            .budgets = {5, 10, 20, 40, 80},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<Representative<PaperLearning>>("ra", settings),
                                      arm_of<EqualIntervals<PaperLearning>>("eia", settings),
                                      arm_of<RandomAnnotation<PaperLearning>>("random", settings),
                                      arm_of<FullAnnotation<PaperLearning>>("full", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
