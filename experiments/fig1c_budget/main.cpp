// Fig. 1(c): what the sparse 3D network loses with the annotation, before any self-training.
#include "experiment_main.hpp"
#include "paper_arms.hpp"

using namespace sparseann;

using Learning = Alone<Sparse3d<DenseVoxNet>>;

const Experiment experiment{.name = "fig1c_budget",
                            .title = "Fig. 1(c): the sparse 3D network at several budgets",
                            .question = "How much does a 3D network lose when fewer slices are annotated?",
                            .rows = {{"sparse DVN*, RA", "ra", "3d"}, {"DVN*, full annotation", "full", "3d"}},
                            .contrasts = {{"sparse DVN*, RA", "DVN*, full annotation", true}},
                            .budgets = {5, 10, 20, 40, 80},
                            .published = "",
                            .arms = [](ArmSettings& settings) -> std::vector<Arm> {
                              return {arm_of<Representative<Learning>>("ra", settings),
                                      arm_of<FullAnnotation<Learning>>("full", settings)};
                            }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
