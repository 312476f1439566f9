#include "sparseann/pipeline/three_step_model.hpp"

#include <algorithm>
#include <array>

#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/per_stack.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_run.hpp"

using namespace sparseann;

namespace {

using Both = BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>;
using RandomThenNearest = Then<RandomFit, NearestFit>;
using Steps = Pipeline<NoEncoder, PerStack<EqualInterval>, MaskedCrossEntropy, Both, TrainedMeta<RandomThenNearest>>;
using Model = ThreeStepModel<Both, TrainedMeta<RandomFit>>; // another strategy than it was fitted with

/// A finished toy run and its model file.
struct FinishedRun {
  test::TemporaryDirectory directory;
  LabelledCohort data = test::toy_cohort(2, 1);
  PipelineResult result;

  FinishedRun() {
    Steps steps;
    steps.options.budget = {.every = 6, .count = {}};
    std::get<0>(steps.options.base.models) = test::tiny_planes2d();
    std::get<1>(steps.options.base.models) = test::tiny_sparse3d();
    steps.options.meta = test::tiny_meta<RandomThenNearest>();
    result = test::run_toy(steps, data, path());
    keep_model_file(
        configured<Both>(steps.options.base), RandomThenNearest::name, steps.options.meta,
        {.channels = 1, .class_names = data.cohort.class_names, .planes = {all_planes.begin(), all_planes.end()}},
        RunDirectory(path(), {}, {{"seed", 1}}));
  }
  [[nodiscard]] std::filesystem::path path() const { return directory.path() / "run"; }
};

} // namespace

TEST_CASE("a model from its file labels a test case as the run did, and says where the sets disagree") {
  const FinishedRun run;
  Model model(run.path() / "model.safetensors", torch::kCPU);
  CHECK(model.facts().class_names == run.data.cohort.class_names);
  const Case& subject = run.data.cohort.test[0];
  const Segmentation segmentation = model.segment(subject.image, subject.name, false, {});
  CHECK((most_probable_labels(segmentation.probabilities) == run.result.predictions.test[0]));
  std::vector<Array3<std::uint8_t>> sets;
  for (const PseudoLabelSet& set : run.result.sets)
    sets.push_back(most_probable_labels(set.test[0]));
  REQUIRE(sets.size() == 4);
  for (std::size_t voxel = 0; voxel < sets[0].size(); ++voxel) {
    std::array<int, 3> votes{};
    for (const auto& set : sets)
      ++votes[set.data()[voxel]];
    REQUIRE(segmentation.disagreement.data()[voxel] == Approx(1 - std::ranges::max(votes) / 4.0));
  }
}

TEST_CASE("flips average what the model says of the mirror images") {
  const FinishedRun run;
  Model model(run.path() / "model.safetensors", torch::kCPU);
  const Case& subject = run.data.cohort.test[0];
  const Segmentation flipped = model.segment(subject.image, subject.name, true, {});
  // A mirror image of the scan has the mirror image of the same mean.
  Image mirrored = subject.image;
  mirrored.voxels = to_array<float, 4>(from_array(std::as_const(subject.image.voxels)).flip({1, 3}));
  const Segmentation again = model.segment(mirrored, subject.name, true, {});
  const torch::Tensor back = from_array(again.probabilities).flip({1, 3}).to(torch::kInt);
  CHECK((back - from_array(flipped.probabilities).to(torch::kInt)).abs().max().item<int>() <= 1);
  CHECK((flipped.probabilities != model.segment(subject.image, subject.name, false, {}).probabilities));
}

TEST_CASE("an image of other channels is refused by name, and a file that is no such model, too") {
  const FinishedRun run;
  Model model(run.path() / "model.safetensors", torch::kCPU);
  const Image two{.voxels = xt::zeros<float>({2, 8, 8, 8}), .geometry = isotropic_geometry({8, 8, 8})};
  CHECK_THROWS_WITH(model.segment(two, "scan", false, {}),
                    "image of case scan: expected 1 channels, as the model, got 2");
  CHECK_THROWS_AS(Model(run.path() / "base/3d/model.safetensors", torch::kCPU), DataError);
}

TEST_CASE("disagreement is the share of sets that do not give the most frequent label") {
  const torch::Tensor average = torch::tensor({{{{1.0F, 0.5F, 0.25F}}}, {{{0.0F, 0.5F, 0.75F}}}}); // (2, 1, 1, 3)
  const Array3<float> disagreement = disagreement_of(average);
  CHECK(disagreement(0, 0, 0) == 0.0F);
  CHECK(disagreement(0, 0, 1) == 0.5F);
  CHECK(disagreement(0, 0, 2) == 0.25F);
}
