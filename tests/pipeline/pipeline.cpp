#include "sparseann/pipeline/pipeline.hpp"

#include <algorithm>

#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/encode/precomputed_features.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/loss/background_weighted_cross_entropy.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/pseudo_label/average_vote.hpp"
#include "sparseann/pseudo_label/majority_vote.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/random_slices.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_run.hpp"

using namespace sparseann;

namespace {

using Both = BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>;
using RandomThenNearest = Then<RandomFit, NearestFit>;

/// A pipeline with tiny networks.
template <class Encoder, class Selector, class Loss, class Ensemble, class Models = Both>
Pipeline<Encoder, Selector, Loss, Models, Ensemble> tiny() {
  Pipeline<Encoder, Selector, Loss, Models, Ensemble> pipeline;
  pipeline.options.budget = {.every = 6, .count = {}};
  if constexpr (std::same_as<Models, Both>) {
    std::get<0>(pipeline.options.base.models) = test::tiny_planes2d();
    std::get<1>(pipeline.options.base.models) = test::tiny_sparse3d();
  } else if constexpr (std::same_as<Models, BaseModels<Planes2d<Fcn2d>>>) {
    std::get<0>(pipeline.options.base.models) = test::tiny_planes2d();
  } else {
    std::get<0>(pipeline.options.base.models) = test::tiny_sparse3d();
  }
  if constexpr (requires { pipeline.options.encoder.training; })
    pipeline.options.encoder = {.input = 16,
                                .channels = {4, 8},
                                .features = 8,
                                .training = {.iterations = 20, .batch = 16, .learning_rate = 5e-3}};
  if constexpr (requires { pipeline.options.meta.training; }) {
    const auto base = test::tiny_sparse3d();
    pipeline.options.meta.network = {.densevoxnet = base.network, .pseudo_label_layers = 1};
    pipeline.options.meta.training = base.training;
    pipeline.options.meta.inference = base.inference;
  }
  return pipeline;
}

using Ours =
    decltype(tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, TrainedMeta<RandomThenNearest>>());

Ours ours() {
  return tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, TrainedMeta<RandomThenNearest>>();
}

/// All files of a run that hold results, with their bytes.
std::map<std::string, std::string> results_of(const std::filesystem::path& run) {
  std::map<std::string, std::string> files;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(run)) {
    const std::string name = entry.path().lexically_relative(run).generic_string();
    if (entry.is_regular_file() && name != "stages.json" && name != "log.jsonl" && name != ".lock")
      files[name] = read_file(entry.path());
  }
  return files;
}

/// The sparse labels, in a run of nothing else: training must not know more.
LabelledCohort with_garbage_outside(LabelledCohort data, const AnnotationPlan& plan) {
  const Oracle oracle(data.training_labels, data.cohort.classes());
  for (std::size_t c = 0; c < data.cohort.training.size(); ++c) {
    const SparseLabels known = oracle.label(c, plan);
    Generator garbage = Generator(99).split(c);
    for (std::size_t v = 0; v < known.voxels().size(); ++v)
      if (elements(known.voxels())[v] == known.unlabelled())
        data.training_labels[c].voxels.data()[v] = static_cast<std::uint8_t>(garbage.uniform_index(3));
  }
  return data;
}

} // namespace

TEST_CASE("the three steps leave their artefacts") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  const auto run = directory.path() / "run";
  const PipelineResult result = test::run_toy(ours(), data, run);
  CHECK(result.plan.slices.size() == 2 * (2 + 2 + 3)); // 16, 17, 18 slices, one in six
  REQUIRE(result.sets.size() == 4);
  CHECK(result.sets[3].name == "3d");
  CHECK(result.predictions.method == "random_fit_then_nearest_fit");
  REQUIRE(result.predictions.test.size() == 1);
  for (const char* file :
       {"run.json", "stages.json", "plan.csv", "features/training_1_xz.npy", "labels/training_0.nii.gz",
        "encoder/model.safetensors", "base/2d/model.safetensors", "base/3d/loss.csv", "pseudo_labels/xy/test_0.npy",
        "pseudo_labels/3d/training_1.nii.gz", "meta/random_fit_then_nearest_fit/fitted.csv",
        "predictions/random_fit_then_nearest_fit/test_0.nii.gz"})
    CHECK(std::filesystem::exists(run / file));
}

TEST_CASE("the same seed gives the same run, another seed another") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  const PipelineResult first = test::run_toy(ours(), data, directory.path() / "1");
  (void)test::run_toy(ours(), data, directory.path() / "2");
  auto one = results_of(directory.path() / "1");
  CHECK((one == results_of(directory.path() / "2")));
  const PipelineResult other = test::run_toy(ours(), data, directory.path() / "3", 2);
  CHECK((other.sets[3].test != first.sets[3].test));
}

TEST_CASE("a finished run is read, not repeated") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  const PipelineResult first = test::run_toy(ours(), data, directory.path() / "run");
  const auto before = results_of(directory.path() / "run");
  // Without its models, a run that trained again would leave new ones.
  std::filesystem::remove_all(directory.path() / "run" / "base");
  std::filesystem::remove_all(directory.path() / "run" / "encoder");
  const PipelineResult second = test::run_toy(ours(), data, directory.path() / "run");
  CHECK_FALSE(std::filesystem::exists(directory.path() / "run" / "base" / "3d" / "model.safetensors"));
  CHECK((second.predictions.test == first.predictions.test));
  CHECK(second.plan == first.plan);
  CHECK((second.sets[0].training == first.sets[0].training));
}

TEST_CASE("true labels of unlabelled voxels change nothing: plans, weights and predictions are byte-identical") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  const PipelineResult result = test::run_toy(ours(), data, directory.path() / "truth");
  const LabelledCohort garbage = with_garbage_outside(data, result.plan);
  REQUIRE((garbage.training_labels[0].voxels != data.training_labels[0].voxels));
  (void)test::run_toy(ours(), garbage, directory.path() / "garbage");
  CHECK((results_of(directory.path() / "garbage") == results_of(directory.path() / "truth")));
}

TEST_CASE("another model in any slot gives another result") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  int count = 0;
  const auto run = [&](const auto& pipeline) {
    return test::run_toy(pipeline, data, directory.path() / std::to_string(count++));
  };
  const PipelineResult base = run(ours());

  SECTION("selector") {
    const auto equal =
        run(tiny<NoEncoder, PerStack<EqualInterval>, MaskedCrossEntropy, TrainedMeta<RandomThenNearest>>());
    const auto random =
        run(tiny<NoEncoder, PerStack<RandomSlices>, MaskedCrossEntropy, TrainedMeta<RandomThenNearest>>());
    CHECK(equal.plan != base.plan);
    CHECK(random.plan != base.plan);
    CHECK(random.plan != equal.plan);
    CHECK((equal.sets[3].test != base.sets[3].test));
  }
  SECTION("encoder") {
    auto pipeline =
        tiny<PrecomputedFeatures, PerStack<MaxCover<>>, MaskedCrossEntropy, TrainedMeta<RandomThenNearest>>();
    const auto folder = directory.path() / "features";
    std::filesystem::create_directories(folder);
    for (const Case& subject : data.cohort.training)
      for (const Plane plane : all_planes) {
        Array2<float> table = xt::zeros<float>({slice_count(subject.image.shape(), plane), std::size_t{2}});
        for (std::size_t s = 0; s < table.shape(0); ++s) {
          table(s, 0) = std::cos(0.1F * static_cast<float>(s * s));
          table(s, 1) = std::sin(0.1F * static_cast<float>(s * s));
        }
        write_npy(folder / fmt::format("{}_{}.npy", subject.name, name_of(plane)), table);
      }
    pipeline.options.encoder.folder = folder.string();
    CHECK(run(pipeline).plan != base.plan);
  }
  SECTION("loss") {
    const auto weighted = run(
        tiny<ConvAutoencoder, PerStack<MaxCover<>>, BackgroundWeightedCrossEntropy, TrainedMeta<RandomThenNearest>>());
    CHECK(weighted.plan == base.plan);
    CHECK((weighted.sets[3].test != base.sets[3].test));
  }
  SECTION("base models") {
    const auto flat = run(
        tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, AverageVote, BaseModels<Planes2d<Fcn2d>>>());
    const auto solid = run(tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, AverageVote,
                                BaseModels<Sparse3d<DenseVoxNet>>>());
    CHECK(flat.sets.size() == 3);
    CHECK(solid.sets.size() == 1);
    CHECK((solid.sets[0].test == base.sets[3].test)); // the same model, whatever stands beside it
    CHECK((flat.predictions.test != solid.predictions.test));
  }
  SECTION("fit strategy") {
    const auto random_fit =
        run(tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, TrainedMeta<RandomFit>>());
    CHECK((random_fit.sets[3].test == base.sets[3].test));
    CHECK((random_fit.predictions.test != base.predictions.test));
  }
  SECTION("ensembler") {
    const auto average = run(tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, AverageVote>());
    const auto majority = run(tiny<ConvAutoencoder, PerStack<MaxCover<>>, MaskedCrossEntropy, MajorityVote>());
    CHECK((average.predictions.test != majority.predictions.test));
    CHECK((average.predictions.test != base.predictions.test));
  }
}

namespace {

// What a user writes: four policies of their own, no file of ours touched.

struct FromTheMiddle {
  static constexpr std::string_view name = "from_the_middle";
  NoOptions options;
  RankedSelection operator()(const Array2<float>& features, std::size_t budget, const Generator&) const {
    RankedSelection selection;
    const std::size_t middle = features.shape(0) / 2;
    for (std::size_t i = 0; i < budget; ++i)
      selection.indices.push_back(i % 2 == 0 ? middle + i / 2 : middle - 1 - i / 2);
    return selection;
  }
};

struct MeanIntensity {
  static constexpr std::string_view name = "mean_intensity";
  NoOptions options;
  void fit(const SliceSource&, const StageContext&) {}
  Array2<float> encode(const SliceSource& slices, const StageContext&) {
    Array2<float> features = xt::zeros<float>({slices.size(), std::size_t{1}});
    for (std::size_t i = 0; i < slices.size(); ++i)
      features(i, 0) = slices.slice(i).mean().item<float>();
    return features;
  }
};

struct BrierScore {
  static constexpr std::string_view name = "brier_score";
  NoOptions options;
  LossTerm operator()(const torch::Tensor& logits, const torch::Tensor& labels, const torch::Tensor& mask) const {
    const torch::Tensor known = mask.to(torch::kFloat);
    const torch::Tensor safe = labels.masked_fill(mask.logical_not(), 0);
    const torch::Tensor target = torch::one_hot(safe, logits.size(1)).movedim(-1, 1).to(torch::kFloat);
    const torch::Tensor error = (torch::softmax(logits.to(torch::kFloat), 1) - target).square().sum(1);
    return {(error * known).sum(), known.sum()};
  }
};

struct AlwaysTheLast {
  static constexpr std::string_view name = "always_the_last";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&, Generator&) const {
    return std::vector<std::size_t>(static_cast<std::size_t>(candidates.sets.size(0)),
                                    static_cast<std::size_t>(candidates.sets.size(1)) - 1);
  }
};

} // namespace

TEST_CASE("a user's selector, encoder, loss and fit strategy run through the pipeline") {
  const LabelledCohort data = test::toy_cohort(2, 1);
  const test::TemporaryDirectory directory;
  const auto pipeline = tiny<MeanIntensity, PerStack<FromTheMiddle>, BrierScore, TrainedMeta<AlwaysTheLast>>();
  const PipelineResult result = test::run_toy(pipeline, data, directory.path() / "run");
  CHECK(result.plan.slices.front().slice == SliceIndex{0, Plane::xy, 8});
  CHECK(result.predictions.method == "always_the_last");
  const CsvTable fitted = read_csv(directory.path() / "run" / "meta" / "always_the_last" / "fitted.csv");
  for (std::size_t row = 0; row < fitted.rows(); ++row)
    CHECK((fitted.cell(row, "set") == "3d" || fitted.number<int>(row, "count") == 0));
}
