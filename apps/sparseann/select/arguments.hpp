#pragma once

// What the command line says: which input, how much of it, how, and the options of every policy.
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include <CLI/App.hpp>

#include "apps/sparseann/policies.hpp"
#include "apps/sparseann/select/choices.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/graph_facility_location.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/middle_biased.hpp"
#include "sparseann/select/probability_cover.hpp"
#include "sparseann/select/saturated_coverage.hpp"
#include "sparseann/select/stochastic_greedy.hpp"
#include "sparseann/select/typical_clusters.hpp"

namespace sparseann::app {

struct Call {
  std::optional<std::string> features;
  std::optional<std::string> graph;
  std::optional<std::size_t> count;
  std::optional<std::string> output;
  std::optional<std::string> summary;
  std::optional<std::size_t> budget;
  std::optional<std::string> costs;
  std::optional<double> budget_cost;
  std::optional<std::string> groups;
  std::optional<std::size_t> minimum_per_group;
  std::optional<std::size_t> budget_per_group;
  SelectorName selector = SelectorName::max_cover;
  std::optional<SimilarityName> similarity;
  std::optional<MaximiserName> maximiser;
  std::optional<StorageName> storage;
  std::optional<std::size_t> random_draws;
  std::uint64_t seed = 0;
  std::size_t threads = 0;
  InstructionSet instruction_set = InstructionSet::automatic;

  friend void visit(Call& call, auto&& visitor) {
    visitor(field("features", call.features,
                  "rows to select from: .npy, (N, D) of float32 or float64; random, equal-interval and "
                  "middle-biased read N alone"));
    visitor(field("graph", call.graph,
                  "instead: similarities as a graph, .npz (scipy CSR) or .csv (source, target, "
                  "weight)"));
    visitor(field("count", call.count,
                  "number of rows: instead of features where the selector needs none, or of nodes of a .csv graph",
                  at_least(1)));
    visitor(field("output", call.output, "CSV file to write: rank, index, gain, coverage"));
    visitor(field("summary", call.summary, "JSON file to write: options, times, certificate"));
    visitor(field("budget", call.budget, "how many to select", at_least(1)));
    visitor(field("costs", call.costs, ".npy with the cost of each row, above 0"));
    visitor(
        field("budget-cost", call.budget_cost, "instead of --budget: the most that their costs may sum to", above(0)));
    visitor(field("groups", call.groups, "CSV file: row, group; rows of a group belong to one scan, say"));
    visitor(field("minimum-per-group", call.minimum_per_group, "of the budget, every group gets at least so many",
                  at_least(0)));
    visitor(field("budget-per-group", call.budget_per_group,
                  "instead of --budget: select so many in each group, by itself", at_least(1)));
    visitor(field("selector", call.selector, "see below"));
    visitor(field("similarity", call.similarity,
                  "how alike rows are; none: cosine for max-cover, gaussian for saturated-coverage"));
    visitor(field("maximiser", call.maximiser,
                  "how the set is found: lazy and naive find the same, stochastic looks at samples; none: lazy"));
    visitor(field("storage", call.storage,
                  "of max-cover's similarities: dense keeps all of them, tiled computes them when needed and finds the "
                  "same; none: auto, dense where they take at most a quarter of the free memory"));
    visitor(
        field("random-draws", call.random_draws,
              "random selections to compare the objective's value with; none: 10, but 0 above 20000 rows or with tiled",
              between(0, 10000)));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("threads", call.threads, "at most so many; 0: as many as there are processors", between(0, 4096)));
    visitor(field("instruction-set", call.instruction_set, "vector instructions to use"));
  }
};

/// Every policy's own options, by the name of the policy.
struct PolicyOptions {
  FacilityLocationOptions max_cover;
  GraphFacilityLocationOptions graph_cover;
  SaturatedCoverageOptions saturated_coverage;
  KCenterOptions k_center;
  TypicalClustersOptions typical_clusters;
  ProbabilityCoverOptions probability_cover;
  EqualIntervalOptions equal_interval;
  MiddleBiasedOptions middle_biased;
  GaussianSimilarityOptions gaussian;
  GreedyOptions greedy;
  StochasticGreedyOptions stochastic;

  friend void visit(PolicyOptions& options, auto&& visitor) {
    visitor(field("max-cover", options.max_cover, "--selector max-cover with --features"));
    visitor(field("graph-cover", options.graph_cover, "--selector max-cover with --graph"));
    visitor(field("saturated-coverage", options.saturated_coverage, "--selector saturated-coverage"));
    visitor(field("k-center", options.k_center, "--selector k-center"));
    visitor(field("typical-clusters", options.typical_clusters, "--selector typical-clusters"));
    visitor(field("probability-cover", options.probability_cover, "--selector probability-cover"));
    visitor(field("equal-interval", options.equal_interval, "--selector equal-interval"));
    visitor(field("middle-biased", options.middle_biased, "--selector middle-biased"));
    visitor(field("gaussian", options.gaussian, "--similarity gaussian"));
    visitor(field("greedy", options.greedy, "--maximiser lazy or naive, or --budget-cost"));
    visitor(field("stochastic", options.stochastic, "--maximiser stochastic"));
  }
};

struct Arguments {
  Call call;
  PolicyOptions policies;

  [[nodiscard]] Execution execution() const {
    return {.threads = call.threads, .instruction_set = call.instruction_set};
  }
};

/// Adds everything that can be said on the command line. `arguments` must outlive the parse.
void add_arguments(CLI::App& app, Arguments& arguments);

/// Checks that what was said fits together, and says what was not. Throws InvalidArgument naming the flags.
void complete(const CLI::App& app, Arguments& arguments);

} // namespace sparseann::app
