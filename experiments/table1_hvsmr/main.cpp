// Table 1: the published networks from full annotation, beside the sparse 3D network and the whole method at one
// budget, and the rows that a pipeline of four networks is fairly compared with.
#include <string>

#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "published.hpp"
#include "sparseann/experiment/baseline_scale.hpp"
#include "sparseann/experiment/searched_learning_rate.hpp"
#include "sparseann/network/dilated_fcn2d.hpp"
#include "sparseann/network/single_input.hpp"
#include "sparseann/network/unet3d.hpp"
#include "sparseann/network/voxresnet.hpp"

using namespace sparseann;

struct WithoutPseudoLabels : TrainedMeta<Then<RandomFit, NearestFit>, ImageOnly<DenseVoxNet>> {
  static constexpr std::string_view name = "without_pseudo_labels";
};
struct WithoutImage : TrainedMeta<Then<RandomFit, NearestFit>, AverageOnly<DenseVoxNet>> {
  static constexpr std::string_view name = "without_image";
};
using Learning = LearningSteps<MaskedCrossEntropy, PaperModels, PaperMeta, WithoutPseudoLabels, WithoutImage>;
using DenseVoxNetAlone = Alone<Sparse3d<DenseVoxNet>>;
/// What is not ours gets a learning rate of its own.
template <class Model> using Baseline = SearchedLearningRate<FullAnnotation<Alone<Model>>>;

const Experiment experiment{
    .name = "table1_hvsmr",
    .title = "Table 1: networks from full annotation, and the method from few slices",
    .question =
        "How close does sparse annotation with self-training come to full annotation, and is it the pipeline or "
        "its cost that does it?",
    .rows = {{"3D U-Net", "unet3d", "3d"},
             {"VoxResNet", "voxresnet", "3d"},
             {"Wolterink et al.", "wolterink", "average_vote"},
             {"DVN", "dvn", "3d"},
             {"DVN*", "full", "3d"},
             {"DVN* + ST, full annotation", "full", "random_fit_then_nearest_fit"},
             {"mean of four, full annotation", "full", "average_vote"},
             {"sparse DVN*, RA", "ra", "3d"},
             {"sparse DVN*, RA, the pipeline's iterations", "ra_longer", "3d"},
             {"sparse DVN*, EIA", "eia", "3d"},
             {"mean of four, RA", "ra", "average_vote"},
             {"DVN* on the pseudo-labels, without their average, RA", "ra", "without_pseudo_labels"},
             {"their average without the image, RA", "ra", "without_image"},
             {"EIA + ST", "eia", "random_fit_then_nearest_fit"},
             {"RA + ST", "ra", "random_fit_then_nearest_fit"}},
    .contrasts = {{"RA + ST", "sparse DVN*, RA", true},
                  {"RA + ST", "DVN*", true},
                  {"RA + ST", "sparse DVN*, RA, the pipeline's iterations", true},
                  {"RA + ST", "EIA + ST"},
                  {"RA + ST", "mean of four, RA"},
                  {"RA + ST", "DVN* on the pseudo-labels, without their average, RA"},
                  {"RA + ST", "DVN* + ST, full annotation"}},
    .budgets = {5},
    .published = std::string(published::table1),
    .arms = [](ArmSettings& settings) -> std::vector<Arm> {
      // One training more for the 2D network and one for the meta-model.
      const auto iterations = 3 * at_scale<OptionsOf<Sparse3d<DenseVoxNet>>>(settings.scale()).training.iterations;
      return {arm_of<Baseline<Sparse3d<Unet3d>>>("unet3d", settings),
              arm_of<Baseline<Sparse3d<VoxResNet>>>("voxresnet", settings),
              arm_of<Baseline<Planes2d<DilatedFcn2d>>>("wolterink", settings, {"search.prediction=average_vote"}),
              arm_of<Baseline<Sparse3d<DenseVoxNet>>>("dvn", settings,
                                                      {"network.initialisation=gaussian", "network.dropout=0.2"}),
              arm_of<FullAnnotation<PaperLearning>>("full", settings),
              arm_of<Representative<Learning>>("ra", settings),
              arm_of<Representative<DenseVoxNetAlone>>("ra_longer", settings,
                                                       {fmt::format("3d.training.iterations={}", iterations)}),
              arm_of<EqualIntervals<PaperLearning>>("eia", settings)};
    }};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
