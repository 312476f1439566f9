// Table 2: maps of cells and the boundaries between them in electron microscopy, scored by V^Rand of 2D components.
#include <string>

#include "experiment_main.hpp"
#include "paper_arms.hpp"
#include "published.hpp"
#include "sparseann/data/microscopy_folder.hpp"
#include "sparseann/experiment/baseline_scale.hpp"
#include "sparseann/network/m2fcn.hpp"
#include "sparseann/network/n4.hpp"
#include "sparseann/network/vd2d.hpp"
#include "sparseann/network/vd2d3d.hpp"
#include "sparseann/pseudo_label/recursive_model.hpp"
#include "sparseann/pseudo_label/single_plane2d.hpp"

using namespace sparseann;

template <class Network> using InSlices = SinglePlane2d<Network, Plane::xy>;
template <class Model> using FromAllLabels = FullAnnotation<Alone<Model>>;

const Experiment experiment{
    .name = "table2_piriform",
    .title = "Table 2: boundaries in electron microscopy",
    .question = "How close does sparse annotation with self-training come to full annotation where cells are told "
                "apart by thin boundaries?",
    .rows = {{"N4", "n4", "xy"},
             {"VD2D", "vd2d", "xy"},
             {"VD2D3D", "vd2d3d", "3d"},
             {"M2FCN", "m2fcn", "xy"},
             {"DVN*", "full", "3d"},
             {"DVN* + ST, full annotation", "full", "random_fit_then_nearest_fit"},
             {"sparse DVN*, RA", "ra", "3d"},
             {"2D, xy, RA", "ra", "xy"},
             {"mean of four, RA", "ra", "average_vote"},
             {"sparse DVN*, EIA", "eia", "3d"},
             {"EIA + ST", "eia", "random_fit_then_nearest_fit"},
             {"RA + ST", "ra", "random_fit_then_nearest_fit"}},
    .contrasts = {{"RA + ST", "sparse DVN*, RA", true}, {"RA + ST", "DVN*", true}, {"RA + ST", "EIA + ST"}},
    .budgets = {4, 16, 64},
    .published = std::string(published::table2),
    .arms = [](ArmSettings& settings) -> std::vector<Arm> {
      using Recursive = RecursiveModel<InSlices<Vd2d>, Sparse3d<Vd2d3d>>;
      return {arm_of<FromAllLabels<InSlices<N4>>>("n4", settings),
              arm_of<FromAllLabels<InSlices<Vd2d>>>("vd2d", settings),
              arm_of<FromAllLabels<Recursive>>("vd2d3d", settings),
              arm_of<FromAllLabels<InSlices<M2Fcn>>>("m2fcn", settings, {"training.auxiliary_weight=1"}),
              arm_of<FullAnnotation<PaperLearning>>("full", settings),
              arm_of<Representative<PaperLearning>>("ra", settings),
              arm_of<EqualIntervals<PaperLearning>>("eia", settings)};
    },
    .measures = {.instances = true,
                 .primary = "rand_f",
                 .title = "V^Rand F of 2D components, best threshold",
                 .of_classes = {{"dice"}},
                 .of_cases = {{"rand_merge"},
                              {"rand_split"},
                              {"rand_f_at_half"},
                              {"variation_of_information"},
                              {"pixel_error_at_half"}}},
    .read_data = &read_microscopy_folder};

int main(int argc, char** argv) { return experiment_main(experiment, argc, argv); }
