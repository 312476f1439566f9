// Baselines that learn nothing from other scans: labels of equal-interval slices are propagated through each scan, by
// interpolating outlines or by a minimum cut, and the 3D network learns from the result.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/annotate/minimum_cut.hpp"
#include "sparseann/annotate/shape_interpolation.hpp"
#include "sparseann/experiment/propagated_labels.hpp"

using namespace sparseann;

template <class Propagation>
using Propagated = EqualIntervals<PropagatedLabels<Propagation, Alone<Sparse3d<DenseVoxNet>>>>;

const Experiment experiment{.name = "ablation_propagation",
                            .title = "Pseudo-labels of networks, or labels propagated within each scan",
                            .question = "Are networks needed to fill the gaps between annotated slices?",
                            .rows = {{"EIA + ST", "eia", "random_fit_then_nearest_fit"},
                                     {"EIA", "eia", "3d"},
                                     {"shape interpolation, 3D", "shape_interpolation", "3d"},
                                     {"minimum cut, 3D", "minimum_cut", "3d"},
                                     {"full annotation", "full", "3d"}},
                            .contrasts = {{"EIA + ST", "shape interpolation, 3D", true},
                                          {"EIA", "shape interpolation, 3D"},
                                          {"minimum cut, 3D", "shape interpolation, 3D"},
                                          {"shape interpolation, 3D", "full annotation"}},
                            .budgets = {5, 10, 20},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<EqualIntervals<PaperLearning>>("eia", settings),
                                      arm_of<Propagated<ShapeInterpolation>>("shape_interpolation", settings),
                                      arm_of<Propagated<MinimumCut>>("minimum_cut", settings),
                                      arm_of<FullAnnotation<PaperLearning>>("full", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
