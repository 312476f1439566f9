// Which encoder? Each on the slices of one folder: how well it goes back to slices, what its features look like, and
// how well the slices that maximum coverage selects by them represent the labels of all others, beside equal intervals,
// random slices and a selection by the labels themselves. No network is trained to segment.
#include <chrono>
#include <filesystem>
#include <iostream>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "call.hpp"
#include "coverage.hpp"
#include "sparseann/annotate/planes.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/encode/projected.hpp"
#include "sparseann/encode/standardised.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/freed_memory.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/version.hpp"
#include "tables.hpp"

namespace sparseann::encoder_comparison {

namespace {

LabelledCohort read_data(const Call& call) {
  if (!call.data)
    throw InvalidArgument("--data", "an nnU-Net folder with labelsTr", "nothing");
  LabelledCohort data = read_nnunet_folder(*call.data, {.max_training_cases = call.cases, .max_test_cases = 0});
  for (Case& subject : data.cohort.training)
    subject.image = ZScore{}(std::move(subject.image), subject.name);
  return data;
}

/// Everything that is compared, about one cohort.
class Comparison {
public:
  Comparison(const Call& call, LabelledCohort data, torch::Device device)
      : call_(call), data_(std::move(data)), context_{.device = device,
                                                      .generator = Generator(call.seed),
                                                      .progress = Progress(std::cerr, standard_error_is_terminal()),
                                                      .directory = call.out},
        labels_(label_similarities_of(data_, all_planes)) {}

  template <FeatureEncoder Encoder> void add(const OptionsOf<Encoder>& options) {
    StageContext context = context_.part(std::string(Encoder::name));
    const std::filesystem::path folder = context.directory / "features";
    std::filesystem::create_directories(folder);
    const std::vector<Case>& cases = data_.cohort.training;
    const SliceSource slices(cases, all_slices(cases, all_planes));
    Encoder encoder = configured<Encoder>(options);
    EncoderResult result{.encoder = Encoder::name, .reconstructions = {}, .diagnostics = {}, .coverages = {}};
    const auto start = std::chrono::steady_clock::now();
    const Array2<float> features = fit_and_encode(encoder, slices, context);
    result.seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    write_feature_files(folder, slices, features);
    check_kept_features(cases, all_planes, folder, context);
    result.diagnostics = read_diagnostics(folder / "diagnostics.csv");
    if constexpr (ReconstructingEncoder<Encoder>) {
      keep_reconstructions(encoder, cases, slices, context);
      result.reconstructions = read_reconstructions(context.directory / "reconstruction_error.csv");
    }
    result.coverages = coverages(data_, all_planes, labels_, folder, call_.every, call_.random_draws,
                                 context_.generator.split("selection"));
    results_.push_back(std::move(result));
    publish();
  }

private:
  /// After each encoder, so that what took long is not lost.
  void publish() const {
    const std::filesystem::path folder = call_.out;
    publish_atomically(folder / "encoders.csv", encoders_csv(results_));
    publish_atomically(folder / "coverage.csv", coverage_csv(results_, case_names(data_.cohort.training)));
    publish_atomically(folder / "summary.csv", summary_csv(results_));
  }

  const Call& call_;
  LabelledCohort data_;
  StageContext context_;
  std::vector<LabelSimilarities> labels_;
  std::vector<EncoderResult> results_;
};

void run(Call& call) {
  const torch::Device device = device_from_name(call.device);
  use_threads(static_cast<int>(call.threads));
  resolve_precisions(call.vgg19, device);
  resolve_precisions(call.conv, device);
  validate(call.conv, "--conv");
  if (!call.vgg19.weights.empty())
    validate(call.vgg19, "--vgg19");
  Comparison comparison(call, read_data(call), device);
  std::filesystem::create_directories(call.out);
  Json options = to_json(call, FieldFilter::affecting_results);
  options["version"] = version;
  options["git_revision"] = revision;
  options["device"] = describe(device);
  write_json_file(std::filesystem::path(call.out) / "options.json", options);
  comparison.add<PixelFeatures>(call.pixels);
  comparison.add<PrincipalComponents>(call.principal);
  comparison.add<ConvAutoencoder>(call.conv);
  comparison.add<Standardised<PixelFeatures>>({.encoder = call.pixels});
  comparison.add<Standardised<ConvAutoencoder>>({.encoder = call.conv});
  comparison.add<Projected<PixelFeatures>>({.encoder = call.pixels});
  comparison.add<Projected<ConvAutoencoder>>({.encoder = call.conv});
  if (call.vgg19.weights.empty())
    fmt::print("vgg19_autoencoder is left out: --vgg19.weights names no file\n");
  else
    comparison.add<Vgg19Autoencoder>(call.vgg19);
  fmt::print("{0}/encoders.csv, {0}/summary.csv and {0}/coverage.csv are written\n", call.out);
}

} // namespace

} // namespace sparseann::encoder_comparison

int main(int argc, char** argv) {
  using namespace sparseann::encoder_comparison;
  sparseann::leave_when_interrupted();
  sparseann::keep_freed_memory();
  Call call;
  CLI::App app(
      "Which encoder? How well the slices that are selected by its features represent the labels of the others.");
  app.set_version_flag("--version", std::string(sparseann::version));
  sparseann::add_options(app, call);
  return sparseann::run_program(app, argc, argv, [&] { run(call); });
}
