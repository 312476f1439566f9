#include "apps/sparseann_torch/plan/arguments.hpp"

#include <algorithm>
#include <iterator>
#include <set>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/sparseann/policies.hpp"
#include "apps/sparseann_torch/names.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/nnunet_layout.hpp"
#include "sparseann/io/sha256.hpp"
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

void check_budget(const PlanCall& call) {
  const bool has_minutes = call.annotators.time.budget_minutes.has_value();
  const int said = static_cast<int>(call.budget.every.has_value()) + static_cast<int>(call.budget.count.has_value()) +
                   static_cast<int>(has_minutes);
  if (said != 1)
    throw InvalidArgument("--every, --budget, --budget-minutes", "exactly one of the three",
                          said == 0 ? "none" : fmt::format("{}", said));
  if (has_minutes)
    (void)call.annotators.time.slices();
  else
    call.budget.check();
}

/// A selector goes on from what is drawn, or what is drawn plays no part.
void check_already(const CLI::App& app, const PlanCall& call, const SelectorChoice& selector,
                   const std::vector<SelectorChoice>& selectors) {
  if (!call.annotators.already) {
    if (app.count("--conditioned") > 0)
      throw InvalidArgument("--conditioned", "--already with it", "no earlier round");
    return;
  }
  check_apart("--output", *call.output, "--already", *call.annotators.already);
  if (!call.annotators.conditioned || selector.takes_labelled)
    return;
  std::vector<std::string> names;
  for (const SelectorChoice& choice : selectors)
    if (choice.takes_labelled)
      names.push_back(choice.name);
  throw InvalidArgument(
      "--selector",
      fmt::format("one that goes on from what is drawn ({}), or --conditioned false", fmt::join(names, ", ")),
      selector.name);
}

/// All that a round goes on from.
std::string sha256_of(const AnnotationState& state) {
  Sha256 digest;
  digest.update(sha256_of_file(state.path / "slices.csv"));
  for (const std::string& name : state.case_names)
    digest.update(sha256_of_file(state.path / "labels" / (name + ".nii.gz")));
  return digest.finish();
}

} // namespace

void add_arguments(CLI::App& app, PlanCall& call, const std::vector<EncoderChoice>& encoders,
                   const std::vector<SelectorChoice>& selectors) {
  app.set_version_flag("--version", torch_program_line(available_devices()));
  add_options(app, call.images);
  add_options(app, call.planes);
  add_options(app, call.budget);
  add_options(app, call.annotators);
  app.add_option(
      "--output", call.output,
      "folder of the round, where an unfinished one goes on: index.html, plan.csv, and what annotators open");
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
  check_budget(call);
  const SelectorChoice& selector = choice_named("--selector", selectors, call.selector);
  check_already(app, call, selector, selectors);
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

std::vector<std::string> classes_of(const PlanCall& call, const std::optional<AnnotationState>& already) {
  std::vector<std::string> names{"background"};
  std::ranges::copy(call.annotators.classes, std::back_inserter(names));
  if (names.size() == 1 && already)
    return already->class_names;
  if (names.size() == 1)
    names = read_nnunet_description(*call.images.data).class_names;
  if (names.empty())
    names = {"background", "foreground"};
  if (already && names != already->class_names)
    throw InvalidArgument("--classes", fmt::format("{}, as in --already", fmt::join(already->class_names, ", ")),
                          fmt::format("{}", fmt::join(names, ", ")));
  if (names.size() < 2 || names.size() > 255)
    throw InvalidArgument("--classes", "1 to 254 names", fmt::format("{}", names.size() - 1));
  std::set<std::string> seen{"ignore", ""};
  for (const std::string& name : names)
    if (!seen.insert(name).second)
      throw InvalidArgument("--classes", "different names, none of them background or ignore",
                            fmt::format("'{}'", name));
  return names;
}

Json options_of(const PlanMethod& method, const Images& images, const std::optional<AnnotationState>& already) {
  Json json{{"seed", method.call.images.seed},
            {"budget", to_json(method.call.budget)},
            {"classes", classes_of(method.call, already)},
            {"time", to_json(method.call.annotators.time)},
            {"already", already ? Json(sha256_of(*already)) : Json()},
            {"conditioned", method.call.annotators.conditioned},
            {"selector", {{"name", method.selector.name}, {"options", method.selector.options()}}}};
  if (method.encoder != nullptr)
    json["encoder"] = {{"name", method.encoder->name}, {"options", method.encoder->options()}};
  json["data"] = describe(images);
  return json;
}

} // namespace sparseann::app
