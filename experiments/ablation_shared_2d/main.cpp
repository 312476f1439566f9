// One 2D network for the three planes, as the paper has it, against one for each.
#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "sparseann/pseudo_label/single_plane2d.hpp"

using namespace sparseann;

using OwnModels = BaseModels<SinglePlane2d<Fcn2d, Plane::xy>, SinglePlane2d<Fcn2d, Plane::xz>,
                             SinglePlane2d<Fcn2d, Plane::yz>, Sparse3d<DenseVoxNet>>;
using OwnLearning = LearningSteps<MaskedCrossEntropy, OwnModels, PaperMeta>;

const Experiment experiment{
    .name = "ablation_shared_2d",
    .title = "One 2D network for three planes, or three",
    .question = "Does a 2D network that sees all planes' slices label each plane better than one that sees its own?",
    .rows = {{"shared + ST", "shared", "random_fit_then_nearest_fit"},
             {"one each + ST", "own", "random_fit_then_nearest_fit"},
             {"shared, xy", "shared", "xy"},
             {"own, xy", "own", "xy"},
             {"shared, xz", "shared", "xz"},
             {"own, xz", "own", "xz"},
             {"shared, yz", "shared", "yz"},
             {"own, yz", "own", "yz"}},
    .contrasts = {{"shared + ST", "one each + ST", true},
                  {"shared, xy", "own, xy"},
                  {"shared, xz", "own, xz"},
                  {"shared, yz", "own, yz"}},
    .budgets = {10},
    .published = "",
    .arms = [](ArmSettings& settings) -> std::vector<Arm> {
      return {arm_of<Representative<PaperLearning>>("shared", settings),
              arm_of<Representative<OwnLearning>>("own", settings)};
    }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
