#include "apps/sparseann_torch/export/command.hpp"

#include <filesystem>
#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/required.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/trained_model.hpp"
#include "apps/staged_folder.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/traced_module.hpp"

namespace sparseann::app {

namespace {

struct ExportCall {
  std::string model;
  std::string output;

  friend void visit(ExportCall& call, auto&& visitor) {
    visitor(field("model", call.model, "model.safetensors of a finished run"));
    visitor(field("output", call.output,
                  "new folder to write: NETWORK.pt (TorchScript), model.json, examples.safetensors"));
  }
};

void export_model(const ExportCall& call) {
  check_required({{"--model", call.model, "a model.safetensors of a finished run"},
                  {"--output", call.output, "a folder to write"}});
  Model model(call.model, torch::kCPU);
  const Uninterrupted guard;
  StagedFolder folder(call.output);
  std::vector<NamedTensor> examples;
  std::vector<std::string> files;
  for (const auto& [name, network] : model.scripted()) {
    files.push_back(name + ".pt");
    write_script(folder.path() / files.back(), network.module, {{"model.json", model.description().dump()}});
    for (std::size_t i = 0; i < network.inputs.size(); ++i)
      examples.emplace_back(fmt::format("{}/{}", name, network.names[i]), network.inputs[i]);
    examples.emplace_back(name + "/logits", network.logits);
  }
  write_tensors(folder.path() / "examples.safetensors", {}, examples);
  write_json_file(folder.path() / "model.json", model.description());
  folder.commit();
  std::cout << fmt::format("Wrote {}, model.json and examples.safetensors to {}.\n", fmt::join(files, ", "),
                           call.output)
            << std::flush;
}

} // namespace

int run_export(int argc, const char* const* argv) {
  leave_when_interrupted();
  ExportCall call;
  CLI::App app("Writes a trained model's networks as TorchScript, which Python runs without sparseann.",
               "sparseann export");
  app.set_version_flag("--version", torch_program_line(available_devices()));
  add_options(app, call);
  return run_program(app, argc, argv, [&] { export_model(call); });
}

} // namespace sparseann::app
