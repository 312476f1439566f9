#include "apps/sparseann_torch/encode/command.hpp"

#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/sparseann/policies.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "apps/sparseann_torch/encoders.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/names.hpp"
#include "apps/staged_folder.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/pipeline/feature_check.hpp"
#include "sparseann/tensor/device.hpp"

namespace sparseann::app {

namespace {

struct EncodeCall {
  ImagesCall images;
  PlanesOptions planes;
  std::optional<std::string> output;
  std::string encoder = "conv-autoencoder";
};

void add_arguments(CLI::App& app, EncodeCall& call, const std::vector<EncoderChoice>& encoders) {
  app.set_version_flag("--version", torch_program_line(available_devices()));
  add_options(app, call.images);
  add_options(app, call.planes);
  app.add_option("--output", call.output,
                 "new folder to write: features.npy, index.csv, features/CASE_PLANE.npy and diagnostics.csv, "
                 "summary.json");
  app.add_option("--encoder", call.encoder, "see below (default conv-autoencoder)");
  for (const EncoderChoice& encoder : encoders)
    encoder.add_flags(app);
  app.footer(purposes("Encoders", encoders) + "\nOptions with a dot belong to the encoder before the dot.");
}

Json summary_of(const EncodeCall& call, const EncoderChoice& encoder, const Images& images,
                const Array2<float>& features, double seconds, torch::Device device) {
  Json summary = facts_of("encode", call.images, device);
  summary["seed"] = call.images.seed;
  summary["encoder"] = {{"name", encoder.name}, {"options", encoder.options()}};
  summary["data"] = describe(images);
  summary["features"] = {{"shape", {features.shape(0), features.shape(1)}}, {"dtype", "float32"}};
  summary["seconds"] = seconds;
  return summary;
}

void write_result(StagedFolder& folder, const Images& images, const SliceSource& slices, const Array2<float>& features,
                  const Json& summary, const StageContext& context) {
  std::filesystem::create_directory(folder.path() / "features");
  write_feature_files(folder.path() / "features", slices, features);
  check_kept_features(images.cases, images.planes, folder.path() / "features", context);
  write_npy(folder.path() / "features.npy", features);
  publish_atomically(folder.path() / "index.csv", feature_index(slices));
  write_json_file(folder.path() / "summary.json", summary);
  folder.commit();
}

/// That the folder can be written is known before hours of training.
void probe_output(const std::string& output) {
  const Uninterrupted guard;
  const StagedFolder probe(output);
}

void encode(const CLI::App& app, const EncodeCall& call, const std::vector<EncoderChoice>& encoders) {
  check_folders(call.images, call.output);
  const EncoderChoice& encoder = choice_named("--encoder", encoders, call.encoder);
  check_used_policies(app, std::vector{encoder.name});
  const torch::Device device = use_device(call.images);
  encoder.settle(device);
  probe_output(*call.output);
  const Progress progress(std::cerr, standard_error_is_terminal());
  const Images images = read_images(call.images, call.planes, progress);
  const SliceSource slices(images.cases, all_slices(images.cases, images.planes));
  const StageContext context = stage_context(call.images, device, progress).part("encode");
  double seconds = 0;
  const Array2<float> features = [&] {
    const Stopwatch watch(seconds);
    return encoder.encode(slices, context, cache_of(call.images));
  }();
  const Json summary = summary_of(call, encoder, images, features, seconds, device);
  {
    const Uninterrupted guard;
    StagedFolder folder(*call.output);
    write_result(folder, images, slices, features, summary, context);
  }
  std::cout << fmt::format("Encoded {} slices of {} images with {}: {} features each.\nThey are in {}.\n",
                           features.shape(0), images.cases.size(), encoder.name, features.shape(1), *call.output)
            << std::flush;
}

} // namespace

int run_encode(int argc, const char* const* argv) {
  leave_when_interrupted();
  const std::vector<EncoderChoice> encoders = all_encoders();
  EncodeCall call;
  CLI::App app("Makes features of every slice of the images in a folder; needs no labels.", "sparseann encode");
  add_arguments(app, call, encoders);
  return run_program(app, argc, argv, [&] { encode(app, call, encoders); });
}

} // namespace sparseann::app
