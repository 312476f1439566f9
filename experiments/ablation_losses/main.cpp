// The masked losses of the sparse 3D network and of the 2D networks.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/loss/background_weighted_cross_entropy.hpp"

using namespace sparseann;

using Weighted = LearningSteps<BackgroundWeightedCrossEntropy, PaperModels, PaperMeta>;

const Experiment experiment{
    .name = "ablation_losses",
    .title = "Losses on annotated voxels",
    .question = "Does the background count as much as the classes, as in Eq. 2, or less, as in the 3D U-Net?",
    .rows = {{"cross-entropy + ST", "equal", "random_fit_then_nearest_fit"},
             {"cross-entropy, 3D", "equal", "3d"},
             {"background down-weighted + ST", "weighted", "random_fit_then_nearest_fit"},
             {"background down-weighted, 3D", "weighted", "3d"}},
    .contrasts = {{"background down-weighted + ST", "cross-entropy + ST", true},
                  {"background down-weighted, 3D", "cross-entropy, 3D"}},
    .budgets = {10},
    .published = "",
    .arms = [](ArmSettings& settings) -> std::vector<Arm> {
      return {arm_of<Representative<PaperLearning>>("equal", settings),
              arm_of<Representative<Weighted>>("weighted", settings)};
    }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
