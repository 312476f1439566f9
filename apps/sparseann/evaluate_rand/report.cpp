#include "apps/sparseann/evaluate_rand/report.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "apps/sparseann/command.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann::app {

namespace {

struct ThresholdColumn {
  std::string_view name;
  double (*value)(const ThresholdScore&);
};

constexpr std::array threshold_columns{
    ThresholdColumn{"threshold", [](const ThresholdScore& score) { return score.threshold; }},
    ThresholdColumn{"merge", [](const ThresholdScore& score) { return score.rand.merge; }},
    ThresholdColumn{"split", [](const ThresholdScore& score) { return score.rand.split; }},
    ThresholdColumn{"f", [](const ThresholdScore& score) { return score.rand.f; }},
    ThresholdColumn{"variation_split", [](const ThresholdScore& score) { return score.variation.split; }},
    ThresholdColumn{"variation_merge", [](const ThresholdScore& score) { return score.variation.merge; }},
    ThresholdColumn{"variation_of_information", [](const ThresholdScore& score) { return score.variation.sum(); }},
    ThresholdColumn{"pixel_error", [](const ThresholdScore& score) { return score.pixel_error; }}};

void add_row(CsvWriter& table, const RandOptions& options, const ThresholdScore& score, std::string_view kind) {
  std::vector<std::string> cells{std::string(name_of_value(options.scoring))};
  for (const ThresholdColumn& column : threshold_columns)
    cells.push_back(fmt::format("{}", column.value(score)));
  cells.emplace_back(kind);
  table.add_row(cells);
}

Json as_json(const ThresholdScore& score) {
  Json json;
  for (const ThresholdColumn& column : threshold_columns)
    json[std::string(column.name)] = column.value(score);
  return json;
}

/// What each number is, so that nobody takes it for another tool's of the same name.
Json definitions(const RandOptions& options) {
  return {
      {"score", options.scoring == Scoring::components ? "V^Rand of 2D components" : "V^Rand after our 2D watershed"},
      {"prediction", options.scoring == Scoring::components
                         ? "4-connected components of probability > threshold in each slice"
                         : "4-connected components of probability > threshold in each slice, as seeds of a flooding of "
                           "the slice from high probability to low"},
      {"reference", "4-connected components of the voxels above 0 in each slice"},
      {"pooling", "one contingency table for all slices of all stacks, over the reference's foreground"},
      {"merge", "precision: of pairs of voxels in one predicted segment, the share in one segment of the reference"},
      {"split", "recall: of pairs of voxels in one segment of the reference, the share in one predicted segment"},
      {"singletons", options.singletons == SingletonRule::counted
                         ? "each missed voxel of the foreground is a predicted segment of its own"
                         : "the number of missed voxels of the foreground is divided by that of all voxels"},
      {"variation_of_information", "bits, over the reference's foreground, the predicted background as one segment; "
                                   "split: of the prediction given the reference; merge: the other way round"},
      {"pixel_error", "share of all voxels for which probability > threshold is wrong"},
      {"best", "the threshold of the highest f on these very stacks: an oracle"},
      {"fixed", "the threshold that was given, chosen on other stacks"},
      {"not_comparable", "with V^Rand after an affinity watershed, which published rows of the mouse piriform cortex "
                         "have, or with components in 3D"}};
}

std::string line(std::string_view kind, const ThresholdScore& score) {
  return fmt::format("  {:<6} threshold {:<6} merge {:.4f}  split {:.4f}  F {:.4f}  variation of information {:.4f}  "
                     "pixel error {:.4f}\n",
                     kind, score.threshold, score.rand.merge, score.rand.split, score.rand.f, score.variation.sum(),
                     score.pixel_error);
}

} // namespace

std::string rand_table(const RandScores& scores, const RandOptions& options) {
  std::vector<std::string> names{"scoring"};
  for (const ThresholdColumn& column : threshold_columns)
    names.emplace_back(column.name);
  names.emplace_back("kind");
  CsvWriter table(names);
  for (std::size_t i = 0; i < scores.sweep.size(); ++i)
    add_row(table, options, scores.sweep[i], i == scores.best ? "best" : "sweep");
  if (scores.fixed)
    add_row(table, options, *scores.fixed, "fixed");
  return table.text();
}

Json rand_summary(const RandScores& scores, const RandOptions& options) {
  return {{"program", program_line()},
          {"definitions", definitions(options)},
          {"scoring", name_of_value(options.scoring)},
          {"sweep", name_of_value(options.sweep)},
          {"singletons", name_of_value(options.singletons)},
          {"reference_segments", scores.reference_segments},
          {"best", as_json(scores.sweep[scores.best])},
          {"fixed", scores.fixed ? as_json(*scores.fixed) : Json()}};
}

std::string rand_in_words(const RandScores& scores, const RandOptions& options) {
  return fmt::format("V^Rand, {}, missed voxels {}, {} segments in the reference:\n", name_of_value(options.scoring),
                     name_of_value(options.singletons), scores.reference_segments) +
         line("best", scores.sweep[scores.best]) + (scores.fixed ? line("fixed", *scores.fixed) : "");
}

} // namespace sparseann::app
