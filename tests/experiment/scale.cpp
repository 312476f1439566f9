#include "sparseann/experiment/scale.hpp"

#include "sparseann/meta/random_fit.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

struct UnscaledOptions {
  int size = 7;
  friend void visit(UnscaledOptions& options, auto&& visitor) { visitor(field("size", options.size, "")); }
};

struct ScaledOptions {
  int size = 7;
  friend void visit(ScaledOptions& options, auto&& visitor) { visitor(field("size", options.size, "")); }
  friend void set_scale(ScaledOptions& options, Scale scale) { options.size = scale == Scale::paper ? 100 : 1; }
};

} // namespace

TEST_CASE("options of a user's policy follow the scale where they say how") {
  CHECK(at_scale<UnscaledOptions>(Scale::paper).size == 7);
  CHECK(at_scale<ScaledOptions>(Scale::paper).size == 100);
  CHECK(at_scale<ScaledOptions>(Scale::toy).size == 1);
}

TEST_CASE("the paper's scale has its networks and its optimiser's numbers") {
  const auto model = at_scale<Sparse3dOptions<DenseVoxNet>>(Scale::paper);
  CHECK(model.network.growth == 12);
  CHECK(model.network.layers == std::vector<std::int64_t>{12, 12});
  CHECK(model.training.learning_rate == 5e-4);
  CHECK(model.training.epsilon == 1e-10);
  CHECK(model.training.patch == 64);
  const auto planes = at_scale<Planes2dOptions<Fcn2d>>(Scale::paper);
  CHECK(planes.network.widths.size() == 6);
  CHECK(planes.training.schedule.kind == ScheduleKind::step);
  CHECK(planes.training.schedule.step_at * static_cast<double>(planes.training.iterations) == Approx(10000));
}

TEST_CASE("every scale's options are valid, for each network of the paper") {
  for (const Scale scale : {Scale::toy, Scale::cpu, Scale::paper}) {
    CHECK_NOTHROW(validate(at_scale<Sparse3dOptions<DenseVoxNet>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Planes2dOptions<Fcn2d>>(scale)));
    CHECK_NOTHROW(validate(at_scale<TrainedMetaOptions<RandomFit, YDenseVoxNet>>(scale)));
    CHECK_NOTHROW(validate(at_scale<ConvAutoencoderOptions>(scale)));
  }
}

TEST_CASE("a list of base models has each model's options at the scale") {
  const auto options = at_scale<BaseModelsOptions<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>>(Scale::toy);
  CHECK(std::get<0>(options.models).training.iterations == 2);
  CHECK(std::get<1>(options.models).network.growth == 2);
}
