#include "sparseann/encode/vgg19_autoencoder.hpp"

#include <cstdlib>
#include <filesystem>
#include <set>
#include <sstream>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/recorded_progress.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"
#include "support/vgg19_weights.hpp"

using namespace sparseann;

static_assert(ReconstructingEncoder<Vgg19Autoencoder>);
static_assert(FileReadingEncoder<Vgg19Autoencoder>);

namespace {

Vgg19Autoencoder tiny_vgg19(std::int64_t epochs = 2) {
  Vgg19Autoencoder encoder;
  encoder.options = {.weights = test::formula_vgg19_file().string(),
                     .input = 16,
                     .widths = {16, 8},
                     .decoder_channels = {8, 8, 8, 4},
                     .training = {.epochs = epochs, .batch = 16, .learning_rate = 2e-3}};
  return encoder;
}

SliceSource every_slice(const LabelledCohort& data) {
  return {data.cohort.training, all_slices(data.cohort.training, all_planes)};
}

StageContext vgg19_context(const std::filesystem::path& directory = {}) {
  return {.stage = "encode", .generator = Generator(3), .directory = directory};
}

} // namespace

TEST_CASE("Vgg19Autoencoder is a feature encoder") {
  STATIC_REQUIRE(FeatureEncoder<Vgg19Autoencoder>);
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  test::check_encoder(tiny_vgg19(), data.cohort.training);
}

TEST_CASE("its features have the last width, and its reconstructions get better") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  const test::TemporaryDirectory directory;
  Vgg19Autoencoder encoder = tiny_vgg19(60);
  encoder.fit(every_slice(data), vgg19_context(directory.path()));
  const LossCurve curve = read_loss_curve(directory.path() / "loss.csv");
  CHECK(curve.back().iteration == 180); // 39 slices in batches of 16
  CHECK(curve.back().loss < 0.7 * curve.front().loss);
  CHECK(encoder.encode(every_slice(data), vgg19_context(directory.path())).shape(1) == 8);
}

TEST_CASE("it stops when it is at rest") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const test::TemporaryDirectory directory;
  Vgg19Autoencoder encoder = tiny_vgg19(1000);
  encoder.options.training.stop = {.window = 10, .improvement = 1};
  encoder.fit(every_slice(data), vgg19_context(directory.path()));
  CHECK(read_loss_curve(directory.path() / "loss.csv").back().iteration == 20);
}

TEST_CASE("an interrupted training goes on with the activations that are there, and ends alike") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const test::TemporaryDirectory directory;
  const SliceSource slices = every_slice(data);
  const auto path = directory.path() / "activations.safetensors";
  Vgg19Autoencoder whole = tiny_vgg19(10);
  whole.fit(slices, vgg19_context());
  const Array2<float> expected = whole.encode(slices, vgg19_context());

  Vgg19Autoencoder interrupted = tiny_vgg19(10);
  interrupted.options.training.checkpoint_seconds = 0;
  StageContext stops = vgg19_context(directory.path());
  stops.log = [](const auto&) { throw DataError("training", "an end", "an interruption"); }; // at iteration 10
  CHECK_THROWS_AS(interrupted.fit(slices, stops), DataError);
  REQUIRE(std::filesystem::exists(directory.path() / "checkpoint_000000009.safetensors"));
  const auto written = std::filesystem::last_write_time(path);

  Vgg19Autoencoder resumed = tiny_vgg19(10);
  resumed.fit(slices, vgg19_context(directory.path()));
  CHECK(std::filesystem::last_write_time(path) == written);
  CHECK((resumed.encode(slices, vgg19_context(directory.path())) == expected));

  Vgg19Autoencoder finished = tiny_vgg19(10);
  std::filesystem::remove(path); // a finished training needs no activations, and features can be had without them
  finished.fit(slices, vgg19_context(directory.path()));
  CHECK_FALSE(std::filesystem::exists(path));
  const Array2<float> features = finished.encode(slices, vgg19_context(directory.path()));
  for (std::size_t i = 0; i < features.size(); ++i)
    CHECK(features.data()[i] == Approx(expected.data()[i]).margin(1e-4));
}

TEST_CASE("activations of other slices and damaged ones are computed anew, and it is said") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const LabelledCohort other = test::toy_cohort(1, 0, 8, 2);
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "activations.safetensors";
  std::ostringstream said;
  StageContext context = vgg19_context(directory.path());
  context.progress = Progress(said, false);
  const auto fit_again = [&](const LabelledCohort& cohort) {
    std::filesystem::remove(directory.path() / "model.safetensors");
    tiny_vgg19().fit(every_slice(cohort), context);
    return read_file(path);
  };
  const std::string first = fit_again(data);
  CHECK_THAT(said.str(), !ContainsSubstring("computed anew"));
  const std::string second = fit_again(other);
  CHECK(first != second);
  CHECK_THAT(said.str(), ContainsSubstring("activations.safetensors is damaged or of other slices or weights"));
  std::string damaged = second;
  damaged[second.size() - 100] = static_cast<char>(damaged[second.size() - 100] ^ 4);
  publish_atomically(path, damaged);
  CHECK((fit_again(other) == second));
}

TEST_CASE("its keys tell slices, voxels, options and weights apart") {
  LabelledCohort data = test::toy_cohort(1, 0, 8);
  const test::TemporaryDirectory directory;
  Vgg19AutoencoderOptions options = tiny_vgg19().options;
  std::vector<SliceIndex> indices{{0, Plane::xy, 2}, {0, Plane::xz, 2}};
  const auto key = [&] {
    const SliceSource slices(data.cohort.training, indices);
    return sparseann::detail::Vgg19Slices(slices, options, torch::kCPU).keys().joined();
  };
  const std::string same = key();
  CHECK(key() == same);
  std::set<std::string> keys{same};
  std::swap(indices[0], indices[1]);
  keys.insert(key());
  data.cohort.training[0].image.voxels(0, 7, 8, 9) += 1;
  keys.insert(key());
  options.input = 32;
  keys.insert(key());
  options.intensities.low_percentile = 1;
  keys.insert(key());
  options.precision = Precision::bfloat16;
  keys.insert(key());
  std::vector<test::NamedTensor> tensors = test::formula_vgg19();
  tensors[4].tensor[0][0][0][0].add_(1);
  options.weights = (directory.path() / "other.safetensors").string();
  test::write_weights(options.weights, tensors, test::unit_input);
  keys.insert(key());
  CHECK(keys.size() == 7);
}

TEST_CASE("activations are found by slice in any order, and none of another slice or network") {
  LabelledCohort data = test::toy_cohort(1, 0, 8);
  Vgg19AutoencoderOptions options = tiny_vgg19().options;
  const SliceSource kept(data.cohort.training, {{0, Plane::xy, 2}, {0, Plane::xz, 2}, {0, Plane::xy, 4}});
  const sparseann::detail::Vgg19Slices vgg19(kept, options, torch::kCPU);
  const sparseann::detail::KeptActivations activations(
      ActivationCache::make({}, "key", 3, 2, 3, [](auto) { return torch::zeros({3, 2}, torch::kHalf); }), vgg19.keys());
  const auto rows = [&](std::vector<SliceIndex> indices) {
    const SliceSource slices(data.cohort.training, std::move(indices));
    return activations.rows_of(sparseann::detail::Vgg19Slices(slices, options, torch::kCPU).keys());
  };
  CHECK(rows({{0, Plane::xy, 4}, {0, Plane::xy, 2}}) == std::vector<std::int64_t>{2, 0});
  CHECK_FALSE(rows({{0, Plane::xy, 4}, {0, Plane::yz, 2}}).has_value());
  options.input = 32;
  CHECK_FALSE(rows({{0, Plane::xy, 4}}).has_value());
  options.input = 16;
  data.cohort.training[0].image.voxels(0, 0, 0, 0) += 1;
  CHECK_FALSE(rows({{0, Plane::xy, 4}}).has_value());
}

TEST_CASE("it tells how far the convolutions and the features are") {
  const LabelledCohort data = test::toy_cohort(2, 0, 12);
  test::RecordedProgress recorded;
  StageContext context = vgg19_context();
  context.progress = recorded.progress();
  Vgg19Autoencoder encoder = tiny_vgg19();
  encoder.fit(every_slice(data), context);
  (void)encoder.encode(every_slice(data), context);
  test::check_pieces(recorded, {"encode, vgg19", "encode, may end early", "encode, features"});
}

TEST_CASE("epochs go through all items, in another order each time, and depend on the iteration alone") {
  sparseann::detail::EpochBatches batches(10, 4, Generator(1));
  REQUIRE(batches.per_epoch() == 3);
  std::vector<std::vector<std::int64_t>> epochs;
  for (std::size_t iteration = 0; iteration < 6; ++iteration) {
    if (iteration % 3 == 0)
      epochs.emplace_back();
    const auto batch = batches(iteration);
    CHECK(batch.size() == (iteration % 3 == 2 ? 2 : 4));
    epochs.back().insert(epochs.back().end(), batch.begin(), batch.end());
  }
  CHECK(epochs[0] != epochs[1]);
  sparseann::detail::EpochBatches resumed(10, 4, Generator(1));
  CHECK(std::ranges::equal(resumed(4), std::span(epochs[1]).subspan(4, 4)));
  for (auto& epoch : epochs) {
    std::ranges::sort(epoch);
    CHECK(epoch == std::vector<std::int64_t>{0, 1, 2, 3, 4, 5, 6, 7, 8, 9});
  }
  CHECK(sparseann::detail::EpochBatches(3, 128, Generator(1))(0).size() == 3);
}

TEST_CASE("options that do not fit VGG-19, no weights, and encoding before fitting are refused") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const SliceSource slices = every_slice(data);
  Vgg19Autoencoder encoder = tiny_vgg19();
  CHECK_THROWS_WITH(encoder.encode(slices, {}),
                    "vgg19_autoencoder: expected fit() before encode(), got encode() first");
  encoder.options.input = 24;
  CHECK_THROWS_WITH(encoder.fit(slices, {}),
                    "vgg19_autoencoder.input: expected a multiple of 16, as four poolings need, got 24");
  encoder.options = tiny_vgg19().options;
  encoder.options.widths.clear();
  CHECK_THROWS_WITH(encoder.fit(slices, {}),
                    "vgg19_autoencoder.widths: expected at least one fully-connected layer, got none");
  encoder.options = tiny_vgg19().options;
  encoder.options.decoder_channels = {8, 8};
  CHECK_THROWS_WITH(encoder.fit(slices, {}), "vgg19_autoencoder.decoder_channels: expected 4 numbers, got 2");
  encoder.options = tiny_vgg19().options;
  encoder.options.weights.clear();
  CHECK_THROWS_WITH(encoder.fit(slices, {}),
                    "vgg19_autoencoder.weights: expected a safetensors file of VGG-19's convolutions, got none");
  encoder.options.weights = "/nonexistent/weights.safetensors";
  CHECK_THROWS_AS(encoder.fit(slices, {}), IoError);
}

TEST_CASE("with the published weights the loss falls, and neighbours are more alike than distant slices", "[long]") {
  const char* const weights = std::getenv("SPARSEANN_VGG19");
  if (weights == nullptr || !std::filesystem::exists(weights)) {
    fmt::print("skipped: SPARSEANN_VGG19 does not name a file like vgg19_conv_f16.safetensors\n");
    return;
  }
  const LabelledCohort data = test::toy_cohort(1, 0, 24);
  const SliceSource slices = every_slice(data);
  const test::TemporaryDirectory directory;
  Vgg19Autoencoder encoder;
  encoder.options = {.weights = weights, .input = 32, .training = {.epochs = 100}};
  encoder.fit(slices, vgg19_context(directory.path()));
  const LossCurve curve = read_loss_curve(directory.path() / "loss.csv");
  Array2<float> features = encoder.encode(slices, vgg19_context(directory.path()));
  const torch::Tensor unit = torch::nn::functional::normalize(from_array(features));
  const torch::Tensor similarity = torch::mm(unit, unit.t());
  CAPTURE(curve.front().loss, curve.back().iteration, similarity.mean().item<float>());
  CHECK(curve.back().loss < 0.2 * curve.front().loss);
  CHECK(similarity[11][12].item<float>() > similarity[11][0].item<float>()); // of plane xy: a neighbour and an end
}
