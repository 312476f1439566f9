// The paper's three steps on the generated heart cohort or on any nnU-Net folder: which slices to label, the
// pseudo-label sets, the meta-model, and the baselines beside it. policies.hpp is that of the program.
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <fmt/format.h>

#include "arguments.hpp"
#include "cohort.hpp"
#include "ranks.hpp"
#include "results.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/volume_storage.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/tensorboard.hpp"
#include "sparseann/pipeline/fingerprint.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/freed_memory.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/version.hpp"
#include "steps.hpp"

namespace sparseann::three_steps {

namespace {

Json facts_of(const Call& call, torch::Device device) {
  return {{"program", program_name},
          {"version", version},
          {"git_revision", revision},
          {"libtorch", TORCH_VERSION},
          {"device", describe(device)},
          {"threads", call.threads},
          {"hardware_threads", std::thread::hardware_concurrency()}};
}

Json options_of(const Arguments& arguments, const LabelledCohort& data) {
  Json json = to_json(arguments.options, FieldFilter::affecting_results);
  if (arguments.call.data)
    json.erase("heart");
  json["seed"] = arguments.call.seed;
  // What a person chose comes first, so that the error of a run that goes on names it.
  json["data"] = {{"name", data.cohort.name},
                  {"validation_cases", arguments.call.validation_cases},
                  {"training_cases", data.cohort.training.size()},
                  {"test_cases", data.cohort.test.size()},
                  {"channels", data.cohort.channels()},
                  {"classes", data.cohort.class_names},
                  {"fingerprint", fingerprint(data)}};
  return json;
}

/// Events go to log.jsonl and, where asked for, to TensorBoard.
std::function<void(const Json&)> log_of(RunDirectory& directory, bool tensorboard) {
  if (!tensorboard)
    return [&directory](const Json& event) { directory.log(event); };
  return
      [&directory, scalars = std::make_shared<TensorBoardFile>(directory.path() / "tensorboard")](const Json& event) {
        directory.log(event);
        add_event(*scalars, event);
      };
}

/// What is not said follows from what is. Throws InvalidArgument for what contradicts itself.
void complete(Arguments& arguments) {
  if (arguments.call.out.empty())
    throw InvalidArgument("--out", "a folder", "nothing");
  Budget& budget = arguments.options.steps.budget;
  if (!budget.every && !budget.count)
    budget.every = 10;
  budget.check();
  arguments.options.baselines = arguments.call.baselines.value_or(arguments.call.data.has_value());
  HeartCohortOptions& heart = arguments.options.heart;
  heart.training_cases = arguments.call.training_cases.value_or(heart.training_cases);
  heart.test_cases = arguments.call.test_cases.value_or(heart.test_cases);
  validate_arguments(arguments);
}

/// On the disk of the run, as a folder for temporary files may lie in memory.
void keep_volumes_beside(const std::filesystem::path& run, std::uint64_t megabytes) {
  const std::filesystem::path folder = normal_path(run).parent_path();
  std::filesystem::create_directories(folder);
  keep_volumes_on_disk(folder, megabytes * 1'000'000);
}

/// Leaves a folder that holds this very cohort as it is, so that an interrupted call can be repeated.
void export_cohort(const Call& call, const LabelledCohort& data) {
  const std::string& folder = *call.export_data;
  if (call.data && std::filesystem::exists(folder) && std::filesystem::equivalent(folder, *call.data))
    throw InvalidArgument("--export-data", "another folder than --data", folder);
  if (!std::filesystem::exists(std::filesystem::path(folder) / "dataset.json"))
    return write_nnunet_folder(folder, data);
  if (fingerprint(read_nnunet_folder(folder)) != fingerprint(data))
    throw InvalidArgument("--export-data", "a new folder, or one with this very cohort",
                          fmt::format("another cohort in {}", folder));
}

void run(Arguments& arguments, const Ranks& ranks) {
  const Call& call = arguments.call;
  complete(arguments);
  const torch::Device device = device_from_name(ranks.device_name(call.device));
  const Exchange exchange = ranks.exchange(device);
  const bool is_first_rank = exchange.rank() == 0;
  use_threads(static_cast<int>(call.threads));
  if (call.memory_budget_mb > 0)
    keep_volumes_beside(call.out, call.memory_budget_mb);
  resolve_precisions(arguments.options, device);
  LabelledCohort data = read_cohort(call, arguments.options.heart);
  const std::vector<Plane> planes = planes_of(data.cohort, arguments.options.planes);
  // Options that do not fit these data are refused before there is a run directory that holds to them.
  (void)selection_problem(data.cohort.training, planes, arguments.options.steps.budget);
  check_folds(arguments.options.steps.pseudo_labels, data.cohort.training.size());
  if (call.export_data && is_first_rank)
    export_cohort(call, data);
  Json facts = facts_of(call, device);
  facts["ranks"] = exchange.ranks();
  RunDirectory directory(call.out, facts, options_of(arguments, data), exchange);
  directory.log({{"start", facts}}); // run.json has the facts of the first call alone
  const StageContext context{.device = device,
                             .generator = Generator(call.seed),
                             .progress = is_first_rank ? Progress(std::cerr, standard_error_is_terminal()) : Progress(),
                             .exchange = exchange,
                             .directory = {},
                             .log = log_of(directory, call.tensorboard && is_first_rank)};
  context.progress.say(program_line(describe(device)));
  normalise_images(data.cohort);
  const Results results = run_steps(arguments, data, planes, directory, context);
  if (is_first_rank)
    report_results(arguments, data, planes, results, directory, context.alone());
}

} // namespace

} // namespace sparseann::three_steps

int main(int argc, char** argv) {
  using namespace sparseann::three_steps;
  sparseann::leave_when_interrupted();
  sparseann::keep_freed_memory();
  return sparseann::guarded_main([&] {
    const sparseann::three_steps::Ranks ranks;
    Arguments arguments;
    CLI::App app("The three steps of annotating less: select slices, make pseudo-labels, train on them.");
    add_arguments(app, arguments);
    return ranks.end(sparseann::run_program(app, argc, argv, [&] { run(arguments, ranks); }));
  });
}
