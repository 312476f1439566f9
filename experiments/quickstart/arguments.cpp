#include "arguments.hpp"

#include <CLI/CLI.hpp>

#include "sparseann/io/command_line.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/version.hpp"

namespace sparseann::quickstart {

void add_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", fmt::format("sparseann {} ({}), LibTorch {}", version, revision, TORCH_VERSION));
  add_options(app, arguments.call);
  QuickstartOptions& options = arguments.options;
  add_options(app, options.steps.budget);
  add_options(app, options.planes);
  add_options(app, options.heart, "heart");
  add_options(app, options.steps.encoder, "encoder");
  add_options(app, options.steps.selector, "selector");
  add_options(app, options.steps.base, "base");
  add_options(app, options.steps.pseudo_labels, "pseudo_labels");
  add_options(app, options.steps.meta, "meta");
  add_options(app, options.evaluation, "evaluation");
}

} // namespace sparseann::quickstart
