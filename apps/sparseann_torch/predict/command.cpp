#include "apps/sparseann_torch/predict/command.hpp"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/required.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/trained_model.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/data/nnunet_images.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/metric/clean_up.hpp"
#include "sparseann/tensor/device.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct PredictCall {
  std::string model;
  std::string input;
  std::string output;
  bool flips = false;
  bool disagreement = false;
  bool probabilities = false;
  CleanUpOptions clean_up;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());

  friend void visit(PredictCall& call, auto&& visitor) {
    visitor(field("model", call.model, "model.safetensors of a finished run"));
    visitor(field("input", call.input,
                  "an image (.nii or .nii.gz), or a folder of them: CASE_0000.nii.gz (_0001 for more channels) or "
                  "CASE.nii.gz"));
    visitor(field("output", call.output, "folder for CASE.nii.gz, the labels, in the geometry of the image"));
    visitor(field("flips", call.flips, "average over the image's eight mirror images: eight times the time"));
    visitor(field("disagreement", call.disagreement,
                  "also disagreement/CASE.nii.gz: the share of pseudo-label sets that differ from the most frequent "
                  "label, voxel by voxel"));
    visitor(field("probabilities", call.probabilities, "also probabilities/CASE_LABEL.nii.gz, 0 to 1, of each label"));
    visitor(field("clean_up", call.clean_up, "what becomes of the labels afterwards"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N", {}, Affects::execution));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096), Affects::execution));
  }
};

void check_call(const PredictCall& call) {
  check_required({{"--model", call.model, "a model.safetensors of a finished run"},
                  {"--input", call.input, "an image or a folder of images"},
                  {"--output", call.output, "a folder to write"}});
  if (!fs::exists(call.input))
    throw InvalidArgument("--input", "an image or a folder of images",
                          fmt::format("{}, which is not there", call.input));
  if (fs::is_directory(call.input))
    check_apart("--output", call.output, "--input", call.input);
  else if (fs::exists(call.output) && fs::equivalent(call.output, fs::absolute(call.input).parent_path()))
    throw InvalidArgument("--output", "another folder than the image's", call.output);
}

/// The scans that are asked for, by their files.
std::vector<NnunetCaseFiles> scans_of(const PredictCall& call, std::size_t channels) {
  if (fs::is_directory(call.input))
    return find_images(call.input, channels);
  const std::optional<std::string> name = detail::nifti_stem(call.input);
  if (!name)
    throw InvalidArgument("--input", "an image (.nii or .nii.gz) or a folder of images", call.input);
  if (channels != 1)
    throw InvalidArgument("--input", fmt::format("a folder, as the model reads {} channels", channels), call.input);
  const auto numbered = detail::split_channel(*name);
  return {{.name = numbered && numbered->second == 0 ? numbered->first : *name, .channels = {call.input}}};
}

Array3<float> probability_of(const ClassProbabilities& probabilities, std::size_t label) {
  Array3<float> values = xt::empty<float>({probabilities.shape(1), probabilities.shape(2), probabilities.shape(3)});
  const auto stored = elements(probabilities).subspan(label * values.size(), values.size());
  std::ranges::transform(stored, elements(values).begin(), [](std::uint8_t value) { return value / 255.0F; });
  return values;
}

void write_result(const PredictCall& call, const std::string& name, const Geometry& geometry,
                  const Segmentation& segmentation) {
  const Uninterrupted guard;
  const fs::path output = call.output;
  if (call.disagreement) {
    fs::create_directories(output / "disagreement");
    write_nifti(output / "disagreement" / (name + ".nii.gz"), Volume<float>{segmentation.disagreement, geometry});
  }
  if (call.probabilities) {
    fs::create_directories(output / "probabilities");
    for (std::size_t label = 0; label < segmentation.probabilities.shape(0); ++label)
      write_nifti(output / "probabilities" / fmt::format("{}_{}.nii.gz", name, label),
                  Volume<float>{probability_of(segmentation.probabilities, label), geometry});
  }
  write_nifti(output / (name + ".nii.gz"),
              LabelVolume{clean_up(most_probable_labels(segmentation.probabilities), call.clean_up), geometry});
}

void segment(const PredictCall& call, const NnunetCaseFiles& scan, Model& model, const StageContext& context) {
  Case subject = read_images(scan);
  const Geometry geometry = subject.image.geometry;
  const Image image = ZScore{}(std::move(subject.image), subject.name);
  write_result(call, subject.name, geometry, model.segment(image, subject.name, call.flips, context));
}

/// Every scan is tried; one that cannot be read does not keep the others from being segmented.
void predict(const PredictCall& call) {
  check_call(call);
  const torch::Device device = device_from_name(call.device);
  use_threads(static_cast<int>(call.threads));
  const StageContext context{
      .stage = "predict", .device = device, .progress = Progress(std::cerr, standard_error_is_terminal())};
  Model model(call.model, device);
  const std::vector<NnunetCaseFiles> scans = scans_of(call, model.facts().channels);
  fs::create_directories(call.output);
  std::size_t failures = 0;
  auto task = context.progress.start("predict", scans.size());
  for (const NnunetCaseFiles& scan : scans) {
    try {
      segment(call, scan, model, context);
    } catch (const Error& error) {
      ++failures;
      context.progress.say(fmt::format("error: {}", error.what()));
    }
    task.advance();
  }
  task.finish();
  std::cout << fmt::format("Segmented {} of {} images; labels are in {}.\n", scans.size() - failures, scans.size(),
                           call.output)
            << std::flush;
  if (failures > 0)
    throw DataError(call.input, "images that can be segmented", fmt::format("{} that cannot, see above", failures));
}

} // namespace

int run_predict(int argc, const char* const* argv) {
  leave_when_interrupted();
  PredictCall call;
  CLI::App app("Segments images with a trained model.", "sparseann predict");
  app.set_version_flag("--version", torch_program_line(available_devices()));
  add_options(app, call);
  return run_program(app, argc, argv, [&] { predict(call); });
}

} // namespace sparseann::app
