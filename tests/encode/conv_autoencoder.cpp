#include "sparseann/encode/conv_autoencoder.hpp"

#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
ConvAutoencoder small() {
  ConvAutoencoder encoder;
  encoder.options = {.input = 16,
                     .channels = {4, 8},
                     .features = 8,
                     .training = {.iterations = 20, .batch = 16, .learning_rate = 5e-3}};
  return encoder;
}
} // namespace

TEST_CASE("ConvAutoencoder is a feature encoder") {
  const LabelledCohort data = test::toy_cohort(2, 0, 12);
  test::check_encoder(small(), data.cohort.training);
}

TEST_CASE("its reconstruction error falls while it trains") {
  const LabelledCohort data = test::toy_cohort(2, 0, 12);
  const test::TemporaryDirectory directory;
  ConvAutoencoder encoder = small();
  encoder.options.training.iterations = 150;
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  encoder.fit(slices, {.stage = "encode", .generator = Generator(1), .directory = directory.path()});
  const LossCurve curve = read_loss_curve(directory.path() / "loss.csv");
  CHECK(curve.back().loss < 0.8 * curve.front().loss);
}

TEST_CASE("its reconstructions are what its loss compares") {
  const LabelledCohort data = test::toy_cohort(2, 0, 12);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  const auto error_after = [&](std::int64_t iterations) {
    ConvAutoencoder encoder = small();
    encoder.options.training.iterations = iterations;
    encoder.fit(slices, {.stage = "encode", .generator = Generator(1)});
    const Reconstruction made = encoder.reconstruct(slices, {});
    CHECK(shape_text(made.inputs) == fmt::format("({}, 1, 16, 16)", slices.size()));
    CHECK(made.outputs.sizes() == made.inputs.sizes());
    CHECK_FALSE(made.outputs.requires_grad());
    return (made.outputs - made.inputs).square().mean().item<double>();
  };
  CHECK(error_after(150) < 0.8 * error_after(1));
}

TEST_CASE("an input that the convolutions cannot halve is refused, as is encoding before fitting") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  ConvAutoencoder encoder = small();
  CHECK_THROWS_WITH(encoder.encode(slices, {}), "conv_autoencoder: expected fit() before encode(), got encode() first");
  CHECK_THROWS_WITH(encoder.reconstruct(slices, {}),
                    "conv_autoencoder: expected fit() before reconstruct(), got reconstruct() first");
  encoder.options.input = 18;
  CHECK_THROWS_WITH(encoder.fit(slices, {}),
                    "conv_autoencoder.input: expected a multiple of 4, as 2 convolutions of stride 2 need, got 18");
}
