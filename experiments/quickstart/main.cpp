// The paper's three steps on the generated heart cohort or on any nnU-Net folder: which slices to label, the
// pseudo-label sets, the meta-model, and the baselines beside it.
#include <iostream>
#include <thread>
#include <utility>
#include <vector>

#include <malloc.h>

#include "arguments.hpp"
#include "results.hpp"
#include "sparseann/data/nnunet_folder.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/pipeline/fingerprint.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/version.hpp"
#include "steps.hpp"

namespace sparseann::quickstart {

namespace {

LabelledCohort read_cohort(const Arguments& arguments) {
  if (!arguments.data.empty())
    return read_nnunet_folder(arguments.data,
                              {.max_training_cases = arguments.training_cases, .max_test_cases = arguments.test_cases});
  HeartCohortOptions heart = arguments.options.heart;
  heart.training_cases = arguments.training_cases.value_or(heart.training_cases);
  heart.test_cases = arguments.test_cases.value_or(heart.test_cases);
  return generate_heart_cohort(heart, Generator(arguments.seed).split("heart cohort"), arguments.threads);
}

Json facts_of(const Arguments& arguments, torch::Device device) {
  return {
      {"program", "quickstart"},      {"version", version},
      {"git_revision", revision},     {"libtorch", TORCH_VERSION},
      {"device", describe(device)},   {"automatic_precision", name_of_value(resolved(Precision::automatic, device))},
      {"threads", arguments.threads}, {"hardware_threads", std::thread::hardware_concurrency()}};
}

Json options_of(const Arguments& arguments, const LabelledCohort& data) {
  Json json = to_json(arguments.options, FieldFilter::affecting_results);
  if (!arguments.data.empty())
    json.erase("heart");
  json["seed"] = arguments.seed;
  json["data"] = {{"name", data.cohort.name}, {"fingerprint", fingerprint(data)}};
  return json;
}

/// Zero mean and unit variance, case by case.
void normalise(LabelledCohort& data) {
  for (auto* cases : {&data.cohort.training, &data.cohort.test})
    for (Case& subject : *cases)
      subject.image = ZScore{}(std::move(subject.image), subject.name);
}

void run(Arguments& arguments) {
  Budget& budget = arguments.options.steps.budget;
  if (!budget.every && !budget.count)
    budget.every = 10;
  budget.check();
  arguments.options.baselines = arguments.baselines ? *arguments.baselines == "true" : !arguments.data.empty();
  const torch::Device device = device_from_name(arguments.device);
  use_threads(static_cast<int>(arguments.threads));
  validate(arguments.options);
  LabelledCohort data = read_cohort(arguments);
  if (data.test_labels.empty())
    throw DataError(arguments.data, "labelsTs, as quickstart reports scores", "none");
  if (!arguments.export_data.empty())
    write_nnunet_folder(arguments.export_data, data);
  RunDirectory directory(arguments.out, facts_of(arguments, device), options_of(arguments, data));
  const StageContext context{.device = device,
                             .generator = Generator(arguments.seed),
                             .progress = Progress(std::cerr, standard_error_is_terminal()),
                             .directory = {},
                             .log = [&directory](const Json& event) { directory.log(event); }};
  normalise(data);
  std::vector<Geometry> geometries;
  for (const Case& subject : data.cohort.training)
    geometries.push_back(subject.image.geometry);
  const std::vector<Plane> planes = planes_for(geometries, arguments.options.planes);
  const Results results = run_steps(arguments, data, planes, directory, context);
  report_results(arguments, data, planes, results, directory, context);
}

/// glibc gives freed memory back and asks for it again at every step; told to keep it, training is up to twice as fast.
void keep_freed_memory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 256 << 20);
}

} // namespace

} // namespace sparseann::quickstart

int main(int argc, char** argv) {
  using namespace sparseann::quickstart;
  keep_freed_memory();
  Arguments arguments;
  CLI::App app("The three steps of annotating less: select slices, make pseudo-labels, train on them.");
  add_arguments(app, arguments);
  return sparseann::run_program(app, argc, argv, [&] { run(arguments); });
}
