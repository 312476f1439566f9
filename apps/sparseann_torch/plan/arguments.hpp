#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "apps/sparseann_torch/encoders.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/selectors.hpp"
#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/planes.hpp"

namespace sparseann::app {

/// What `sparseann plan` is asked for.
struct PlanCall {
  ImagesCall images;
  PlanesOptions planes;
  Budget budget;
  std::optional<std::string> output;
  std::optional<std::string> encoder;
  std::string selector = "max-cover";
};

/// The call with its policies: no encoder where the selector needs no features.
struct PlanMethod {
  const PlanCall& call;
  const EncoderChoice* encoder;
  const SelectorChoice& selector;
};

/// Adds everything that can be said on the command line. What is referred to must outlive the parse.
void add_arguments(CLI::App& app, PlanCall& call, const std::vector<EncoderChoice>& encoders,
                   const std::vector<SelectorChoice>& selectors);

/// Checks that what was said fits together. Throws InvalidArgument naming the flags.
[[nodiscard]] PlanMethod complete(const CLI::App& app, const PlanCall& call, const std::vector<EncoderChoice>& encoders,
                                  const std::vector<SelectorChoice>& selectors);

/// Every option that affects the plan, as the run directory records and compares them.
[[nodiscard]] Json options_of(const PlanMethod& method, const Images& images);

} // namespace sparseann::app
