#include "apps/sparseann/evaluate_rand/report.hpp"

#include <cstddef>

#include <fmt/format.h>

#include "apps/sparseann/command.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann::app {

namespace {

void add_row(CsvWriter& table, const RandOptions& options, const ThresholdScore& score, std::string_view kind) {
  table.add_row(std::string(name_of_value(options.scoring)), score.threshold, score.rand.merge, score.rand.split,
                score.rand.f, score.variation.split, score.variation.merge, score.variation.sum(), score.pixel_error,
                std::string(kind));
}

Json as_json(const ThresholdScore& score) {
  return {{"threshold", score.threshold},
          {"merge", score.rand.merge},
          {"split", score.rand.split},
          {"f", score.rand.f},
          {"variation_split", score.variation.split},
          {"variation_merge", score.variation.merge},
          {"variation_of_information", score.variation.sum()},
          {"pixel_error", score.pixel_error}};
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
      {"pooling", "one contingency table for all slices, over the reference's foreground"},
      {"merge", "precision: of pairs of voxels in one predicted segment, the share in one segment of the reference"},
      {"split", "recall: of pairs of voxels in one segment of the reference, the share in one predicted segment"},
      {"singletons", options.singletons == SingletonRule::counted
                         ? "each missed voxel of the foreground is a predicted segment of its own"
                         : "the number of missed voxels of the foreground is divided by that of all voxels"},
      {"variation_of_information", "bits, over the reference's foreground, the predicted background as one segment; "
                                   "split: of the prediction given the reference; merge: the other way round"},
      {"pixel_error", "share of all voxels for which probability > threshold is wrong"},
      {"best", "the threshold of the highest f on this very stack: an oracle"},
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
  CsvWriter table({"scoring", "threshold", "merge", "split", "f", "variation_split", "variation_merge",
                   "variation_of_information", "pixel_error", "kind"});
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
