#pragma once

#include <optional>
#include <string>
#include <vector>

#include <CLI/App.hpp>

#include "apps/sparseann_torch/encoders.hpp"
#include "apps/sparseann_torch/images.hpp"
#include "apps/sparseann_torch/selectors.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/budget.hpp"
#include "sparseann/annotate/drawing_order.hpp"
#include "sparseann/annotate/planes.hpp"

namespace sparseann::app {

/// For whom a plan is made: what they draw, how fast, and what they have drawn.
struct AnnotatorsCall {
  DrawingTime time;
  std::vector<std::string> classes;
  std::optional<std::string> already;
  bool conditioned = true;

  friend void visit(AnnotatorsCall& call, auto&& visitor) {
    visit(call.time, visitor);
    visitor(field("classes", call.classes,
                  "what is drawn, as labels 1, 2 and so on; none: what dataset.json beside the images names, else one, "
                  "foreground"));
    visitor(field("already", call.already,
                  "an earlier round, whose latest import is what is drawn already, or an import's folder: the slices "
                  "come on top, the new round's files go on from it"));
    visitor(field("conditioned", call.conditioned,
                  "with --already: whether slices are chosen for what they add to those drawn; false: as if nothing "
                  "were, and those drawn are left out"));
  }
};

/// What `sparseann plan` is asked for.
struct PlanCall {
  ImagesCall images;
  PlanesOptions planes;
  Budget budget;
  AnnotatorsCall annotators;
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

/// What is to be drawn, background first. Throws: InvalidArgument for names that are no such, or not those of the
/// earlier round.
[[nodiscard]] std::vector<std::string> classes_of(const PlanCall& call, const std::optional<AnnotationState>& already);

/// Every option that affects the plan, as the run directory records and compares them.
[[nodiscard]] Json options_of(const PlanMethod& method, const Images& images,
                              const std::optional<AnnotationState>& already);

} // namespace sparseann::app
