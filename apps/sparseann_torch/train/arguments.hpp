#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <CLI/App.hpp>

#include "apps/sparseann_torch/trained_model.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/pipeline/presets.hpp"
#include "sparseann/pipeline/pseudo_labelling.hpp"
#include "sparseann/pseudo_label/base_models.hpp"

namespace sparseann::app {

using MetaNetworks = TrainedMeta<Then<RandomFit, NearestFit>>;

/// Sizes of the networks and lengths of their trainings.
enum class Preset { fast, paper };

[[nodiscard]] constexpr std::array<std::string_view, 2> names_of(Preset) noexcept { return {"fast", "paper"}; }

/// What `sparseann train` learns with: the second and the third step.
struct TrainedOptions {
  OptionsOf<BaseNetworks> base;
  PseudoLabellingOptions pseudo_labels;
  OptionsOf<MetaNetworks> meta;

  friend void visit(TrainedOptions& options, auto&& visitor) {
    visitor(field("base", options.base, "base models"));
    visitor(field("pseudo_labels", options.pseudo_labels, "which cases a base model labels"));
    visitor(field("meta", options.meta, "pseudo-labels to segmentation"));
  }
};

[[nodiscard]] TrainedOptions options_of(Preset preset);

/// What `sparseann train` is asked for.
struct TrainCall {
  std::string data;
  std::string labels;
  std::string output;
  Preset preset = Preset::fast;
  std::optional<std::string> validate;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());

  friend void visit(TrainCall& call, auto&& visitor) {
    visitor(field("data", call.data, "the folder of images that the plan was made of (imagesTr is read)"));
    visitor(field("labels", call.labels, "a round, whose latest import is learnt from, or an import's folder"));
    visitor(field("output", call.output, "folder of the run, where an unfinished one goes on: model.safetensors"));
    visitor(field("preset", call.preset,
                  "networks and trainings that two CPU cores do in minutes, or the paper's, which take a GPU; the "
                  "options below start from it"));
    visitor(field("validate", call.validate,
                  "K-fold, as 5-fold: train K times more, each time without every K-th case, and score on what is "
                  "annotated of these"));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N", {}, Affects::execution));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096), Affects::execution));
  }
};

/// Throws: InvalidArgument naming the flag for what is missing or cannot be.
void check_call(const TrainCall& call);

/// K of K-fold; 0 for none. Throws: InvalidArgument where it is no such, or more than there are cases.
[[nodiscard]] std::size_t folds_of(const TrainCall& call, std::size_t cases);

/// The preset that a command line names, whose options are the flags' defaults. Throws: InvalidArgument.
[[nodiscard]] Preset preset_in(int argc, const char* const* argv);

} // namespace sparseann::app
