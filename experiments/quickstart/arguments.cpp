#include "arguments.hpp"

#include <CLI/CLI.hpp>

#include "sparseann/io/command_line.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/version.hpp"

namespace sparseann::quickstart {

void add_arguments(CLI::App& app, Arguments& arguments) {
  app.set_version_flag("--version", fmt::format("sparseann {} ({}), LibTorch {}", version, revision, TORCH_VERSION));
  app.add_option("--data", arguments.data,
                 "nnU-Net folder with imagesTr, labelsTr, imagesTs, labelsTs; without it hearts are generated");
  app.add_option("--out", arguments.out, "run directory; an unfinished run in it goes on")->capture_default_str();
  app.add_option("--seed", arguments.seed, "seed of everything random")->capture_default_str();
  app.add_option("--device", arguments.device, "cpu, cuda or cuda:N")->capture_default_str();
  app.add_option("--threads", arguments.threads, "CPU threads")->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--training-cases", arguments.training_cases, "use only the first so many training cases")
      ->check(CLI::PositiveNumber);
  app.add_option("--test-cases", arguments.test_cases, "use only the first so many test cases")
      ->check(CLI::PositiveNumber);
  app.add_option("--export-data", arguments.export_data,
                 "also write the cohort as an nnU-Net folder to this new folder");
  QuickstartOptions& options = arguments.options;
  add_options(app, options.steps.budget);
  add_options(app, options.planes);
  app.add_option(
         "--baselines", arguments.baselines,
         "also full annotation, equal intervals and random-fit alone (true or false; default: with --data alone, "
         "as they double the time)")
      ->check(CLI::IsMember({"true", "false"}));
  add_options(app, options.heart, "heart");
  add_options(app, options.steps.encoder, "encoder");
  add_options(app, options.steps.selector, "selector");
  add_options(app, options.steps.base, "base");
  add_options(app, options.steps.meta, "meta");
  add_options(app, options.evaluation, "evaluation");
}

} // namespace sparseann::quickstart
