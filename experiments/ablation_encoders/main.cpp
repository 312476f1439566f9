// What slices are compared by: encoders that need no file, all with maximum coverage.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/encode/principal_components.hpp"

using namespace sparseann;

template <class Encoder> using CoverOf = SelfTraining<Encoder, PerStack<MaxCover<>>, PaperLearning>;

const Experiment experiment{.name = "ablation_encoders",
                            .title = "Feature encoders under maximum coverage",
                            .question = "Does it matter how slices become features?",
                            .rows = {{"auto-encoder", "conv_autoencoder", "random_fit_then_nearest_fit"},
                                     {"principal components", "principal_components", "random_fit_then_nearest_fit"},
                                     {"pixels", "pixels", "random_fit_then_nearest_fit"},
                                     {"no features: equal intervals", "equal_interval", "random_fit_then_nearest_fit"}},
                            .contrasts = {{"auto-encoder", "no features: equal intervals", true},
                                          {"principal components", "auto-encoder"},
                                          {"pixels", "auto-encoder"}},
                            .budgets = {10, 20},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<CoverOf<ConvAutoencoder>>("conv_autoencoder", settings),
                                      arm_of<CoverOf<PrincipalComponents>>("principal_components", settings),
                                      arm_of<CoverOf<PixelFeatures>>("pixels", settings),
                                      arm_of<EqualIntervals<PaperLearning>>("equal_interval", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
