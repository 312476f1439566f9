#include "sparseann/pseudo_label/recursive_model.hpp"

#include <vector>

#include "sparseann/network/vd2d.hpp"
#include "sparseann/network/vd2d3d.hpp"
#include "sparseann/pseudo_label/single_plane2d.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"
#include "support/base_model_suite.hpp"
#include "support/catch.hpp"
#include "support/threshold_model.hpp"

using namespace sparseann;

namespace {

/// Tells what it reads: channels as they come, by the label of each class's probability.
struct MapReader {
  static constexpr std::string_view name = "map_reader";
  NoOptions options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane>) const { return {"map_reader"}; }
  template <SegmentationLoss Loss> LossCurve fit(const LabelledCases& data, const Loss&, const StageContext&) {
    CHECK(data.cases.front().image.channels() == 3);
    return {{.iteration = 1, .loss = 1, .learning_rate = 1}};
  }
  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane>,
                                                        const StageContext&) const {
    const Shape3& shape = image.shape();
    ClassProbabilities read = xt::zeros<std::uint8_t>({std::size_t{3}, shape[0], shape[1], shape[2]});
    for (std::size_t i = 0; i < read.size(); ++i)
      read.data()[i] = static_cast<std::uint8_t>(image.voxels.data()[i] > 0 ? 255 : 0);
    return {read};
  }
};

} // namespace

TEST_CASE("the second model reads the image and the first one's map of each class") {
  const test::ToyTask toy;
  const LabelledCases data{toy.data.cohort.training, toy.labels, all_planes, 3};
  RecursiveModel<test::ThresholdModel, MapReader> model;
  CHECK(model.name == "map_reader");
  (void)model.fit(data, MaskedCrossEntropy{}, {});
  const Image& image = toy.data.cohort.test[0].image;
  const auto read = model.predict(image, all_planes, {}).front();
  const auto map = test::ThresholdModel{}.predict(image, all_planes, {}).front();
  const std::size_t voxels = voxel_count(image.shape());
  for (std::size_t voxel = 0; voxel < voxels; ++voxel) {
    REQUIRE((read.data()[voxel] == 255) == (image.voxels.data()[voxel] > 0));
    REQUIRE(read.data()[voxels + voxel] == map.data()[voxels + voxel]);
    REQUIRE(read.data()[2 * voxels + voxel] == map.data()[2 * voxels + voxel]);
  }
}

TEST_CASE("Lee's recursive network is a base model") {
  RecursiveModel<SinglePlane2d<Vd2d, Plane::xy>, Sparse3d<Vd2d3d>> model;
  model.options.first.network = {.channels = {2, 2, 2, 2}, .last_channels = 3};
  model.options.first.training = {.iterations = 3, .batch = 2, .patch = 8, .learning_rate = 1e-3};
  model.options.second.network = {.channels = {2, 2, 2, 2}, .last_channels = 3};
  model.options.second.training = {.iterations = 3, .batch = 2, .patch = 8, .learning_rate = 1e-3};
  model.options.second.inference = {.window = 16, .rule = WindowRule::overlap};
  test::check_base_model(model);
}
