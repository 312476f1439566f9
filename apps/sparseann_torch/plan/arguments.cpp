#include "apps/sparseann_torch/plan/arguments.hpp"

#include <fmt/format.h>

#include "apps/sparseann/policies.hpp"
#include "apps/sparseann_torch/names.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/tensor/device.hpp"

namespace sparseann::app {

namespace {

const EncoderChoice* encoder_for(const PlanCall& call, const SelectorChoice& selector,
                                 const std::vector<EncoderChoice>& encoders) {
  if (call.encoder && !selector.needs_features)
    throw InvalidArgument("--encoder", "a selector that needs features with it", "--selector " + selector.name);
  if (!selector.needs_features)
    return nullptr;
  return &choice_named("--encoder", encoders, call.encoder.value_or("conv-autoencoder"));
}

} // namespace

void add_arguments(CLI::App& app, PlanCall& call, const std::vector<EncoderChoice>& encoders,
                   const std::vector<SelectorChoice>& selectors) {
  app.set_version_flag("--version", torch_program_line(available_devices()));
  add_options(app, call.images);
  add_options(app, call.planes);
  add_options(app, call.budget);
  app.add_option("--output", call.output,
                 "folder of the run, where an unfinished one goes on: plan.csv, slices.csv, pictures/CASE.svg");
  app.add_option("--encoder", call.encoder, "see below (default conv-autoencoder, where the selector needs features)");
  app.add_option("--selector", call.selector, "see below (default max-cover)");
  for (const EncoderChoice& encoder : encoders)
    encoder.add_flags(app);
  for (const SelectorChoice& selector : selectors)
    selector.add_flags(app);
  app.footer(purposes("Encoders", encoders) + '\n' + purposes("Selectors", selectors) +
             "\nOptions with a dot belong to the encoder or selector before the dot.");
}

PlanMethod complete(const CLI::App& app, const PlanCall& call, const std::vector<EncoderChoice>& encoders,
                    const std::vector<SelectorChoice>& selectors) {
  check_folders(call.images, call.output);
  call.budget.check();
  const SelectorChoice& selector = choice_named("--selector", selectors, call.selector);
  const EncoderChoice* const encoder = encoder_for(call, selector, encoders);
  if (call.images.cache && encoder == nullptr)
    throw InvalidArgument("--cache", "a selector that needs features with it", "--selector " + selector.name);
  std::vector<std::string> used{selector.name};
  if (encoder != nullptr)
    used.push_back(encoder->name);
  check_used_policies(app, used);
  selector.check();
  return {.call = call, .encoder = encoder, .selector = selector};
}

Json options_of(const PlanMethod& method, const Images& images) {
  Json json{{"seed", method.call.images.seed},
            {"budget", to_json(method.call.budget)},
            {"selector", {{"name", method.selector.name}, {"options", method.selector.options()}}}};
  if (method.encoder != nullptr)
    json["encoder"] = {{"name", method.encoder->name}, {"options", method.encoder->options()}};
  json["data"] = describe(images);
  return json;
}

} // namespace sparseann::app
