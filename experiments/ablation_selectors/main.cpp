// Every selector of the library, with the sparse 3D network alone and with self-training.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/select/cohort_cover.hpp"
#include "sparseann/select/cross_plane_cover.hpp"
#include "sparseann/select/foreground_aware.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/middle_biased.hpp"
#include "sparseann/select/probability_cover.hpp"
#include "sparseann/select/saturated_coverage.hpp"
#include "sparseann/select/staggered_interval.hpp"
#include "sparseann/select/typical_clusters.hpp"

using namespace sparseann;

template <class Selector> using WithFeatures = SelfTraining<ConvAutoencoder, Selector, PaperLearning>;
template <class Selector> using WithoutFeatures = SelfTraining<NoEncoder, Selector, PaperLearning>;
using Saturated = MaxCover<SaturatedCoverage, LazyGreedy, GaussianSimilarity>;

const Experiment experiment{.name = "ablation_selectors",
                            .title = "Which slices to label: all selectors",
                            .question = "Is any way to choose slices better than equal intervals?",
                            .rows = {{"maximum coverage (RA)", "max_cover", "random_fit_then_nearest_fit"},
                                     {"saturated coverage", "saturated_coverage", "random_fit_then_nearest_fit"},
                                     {"k-center", "k_center", "random_fit_then_nearest_fit"},
                                     {"typical clusters", "typical_clusters", "random_fit_then_nearest_fit"},
                                     {"probability cover", "probability_cover", "random_fit_then_nearest_fit"},
                                     {"cover across planes", "cross_plane_cover", "random_fit_then_nearest_fit"},
                                     {"cover across the cohort", "cohort_cover", "random_fit_then_nearest_fit"},
                                     {"equal intervals (EIA)", "equal_interval", "random_fit_then_nearest_fit"},
                                     {"staggered intervals", "staggered_interval", "random_fit_then_nearest_fit"},
                                     {"middle-biased", "middle_biased", "random_fit_then_nearest_fit"},
                                     {"foreground-aware", "foreground_aware", "random_fit_then_nearest_fit"},
                                     {"random", "random", "random_fit_then_nearest_fit"}},
                            .contrasts = {{"maximum coverage (RA)", "equal intervals (EIA)", true},
                                          {"maximum coverage (RA)", "random", true},
                                          {"saturated coverage", "equal intervals (EIA)"},
                                          {"k-center", "equal intervals (EIA)"},
                                          {"typical clusters", "equal intervals (EIA)"},
                                          {"probability cover", "equal intervals (EIA)"},
                                          {"cover across planes", "equal intervals (EIA)"},
                                          {"cover across the cohort", "equal intervals (EIA)"},
                                          {"staggered intervals", "equal intervals (EIA)"},
                                          {"middle-biased", "equal intervals (EIA)"},
                                          {"foreground-aware", "equal intervals (EIA)"},
                                          {"random", "equal intervals (EIA)"}},
                            .budgets = {10, 20},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<WithFeatures<PerStack<MaxCover<>>>>("max_cover", settings),
                                      arm_of<WithFeatures<PerStack<Saturated>>>("saturated_coverage", settings),
                                      arm_of<WithFeatures<PerStack<KCenter>>>("k_center", settings),
                                      arm_of<WithFeatures<PerStack<TypicalClusters>>>("typical_clusters", settings),
                                      arm_of<WithFeatures<PerStack<ProbabilityCover>>>("probability_cover", settings),
                                      arm_of<WithFeatures<CrossPlaneCover<>>>("cross_plane_cover", settings),
                                      arm_of<WithFeatures<CohortCover<>>>("cohort_cover", settings),
                                      arm_of<WithoutFeatures<PerStack<EqualInterval>>>("equal_interval", settings),
                                      arm_of<WithoutFeatures<StaggeredInterval>>("staggered_interval", settings),
                                      arm_of<WithoutFeatures<PerStack<MiddleBiased>>>("middle_biased", settings),
                                      arm_of<WithoutFeatures<ForegroundAware<>>>("foreground_aware", settings),
                                      arm_of<WithoutFeatures<PerStack<RandomSlices>>>("random", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
