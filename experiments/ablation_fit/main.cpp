// Which pseudo-label set the meta-model fits: random ones, the nearest, first these and then those; and no meta-model.
#include "experiment_main.hpp"
#include "paper_arms.hpp"

using namespace sparseann;

using Learning =
    LearningSteps<MaskedCrossEntropy, PaperModels, TrainedMeta<RandomFit>, TrainedMeta<NearestFit>, PaperMeta>;

const Experiment experiment{
    .name = "ablation_fit",
    .title = "What the meta-model fits",
    .question = "Does fitting the nearest set after random ones beat either alone, and a vote without any training?",
    .rows = {{"random, then nearest", "ra", "random_fit_then_nearest_fit"},
             {"random", "ra", "random_fit"},
             {"nearest", "ra", "nearest_fit"},
             {"majority vote", "ra", "majority_vote"},
             {"mean of probabilities", "ra", "average_vote"},
             {"2D, xy", "ra", "xy"},
             {"2D, xz", "ra", "xz"},
             {"2D, yz", "ra", "yz"},
             {"3D", "ra", "3d"}},
    .contrasts = {{"random, then nearest", "random", true},
                  {"random, then nearest", "mean of probabilities", true},
                  {"random, then nearest", "nearest"},
                  {"random, then nearest", "majority vote"},
                  {"random, then nearest", "3D"}},
    .budgets = {10, 20},
    .published = "",
    .arms = [](ArmSettings& settings) -> std::vector<Arm> {
      return {arm_of<Representative<Learning>>("ra", settings)};
    }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
