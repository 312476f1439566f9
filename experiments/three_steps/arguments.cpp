#include "arguments.hpp"

#include <string>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sparseann/io/command_line.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/version.hpp"

namespace sparseann::three_steps {

namespace {

/// Calls visitor(part, prefix of its flags) for everything that the command line can say about the method.
template <class Options, class Visitor> void for_each_part(Options& options, Visitor&& visitor) {
  visitor(options.steps.budget, "");
  visitor(options.planes, "");
  visitor(options.heart, "heart");
  visitor(options.steps.encoder, "encoder");
  visitor(options.steps.selector, "selector");
  visitor(options.steps.base, "base");
  visitor(options.steps.pseudo_labels, "pseudo_labels");
  visitor(options.steps.meta, "meta");
  visitor(options.equal_interval, "equal_interval");
  visitor(options.evaluation, "evaluation");
}

} // namespace

std::string program_line(const std::string& devices) {
  return fmt::format("sparseann {} ({}), LibTorch {}, {}", version, revision, TORCH_VERSION, devices);
}

void add_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", program_line(available_devices()));
  add_options(app, arguments.call);
  for_each_part(arguments.options, [&](auto& part, const std::string& prefix) { add_options(app, part, prefix); });
}

void validate_arguments(const Arguments& arguments) {
  for_each_part(arguments.options, [](const auto& part, const char* prefix) {
    validate(part, *prefix == 0 ? "" : std::string("--") + prefix);
  });
  if (arguments.options.evaluation.empty_distance == EmptyDistance::missing)
    throw InvalidArgument("--evaluation.empty_distance", "diagonal, as the overall score needs every distance",
                          "missing");
}

} // namespace sparseann::three_steps
