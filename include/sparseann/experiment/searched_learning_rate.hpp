#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/scale.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/pipeline/run_directory.hpp"

namespace sparseann {

struct LearningRateSearchOptions {
  std::vector<double> factors{1.0, 0.3, 3.0};
  std::size_t validation_cases = 2;
  std::string prediction;

  friend void visit(LearningRateSearchOptions& options, auto&& visitor) {
    visitor(field("factors", options.factors, "of the learning rates that are tried; one alone: none is searched",
                  above(0)));
    visitor(field("validation_cases", options.validation_cases, "training cases, the last ones, that they are tried on",
                  at_least(1)));
    visitor(field("prediction", options.prediction, "of the procedure, which is scored; empty: its last"));
  }

  friend void check_together(const LearningRateSearchOptions& options, const std::string& prefix) {
    if (options.factors.empty())
      throw InvalidArgument(field_name(prefix, "factors"), "at least one", "none");
  }
};

template <class P> struct SearchedLearningRateOptions {
  OptionsOf<P> procedure;
  LearningRateSearchOptions search;

  friend void visit(SearchedLearningRateOptions& options, auto&& visitor) {
    visitor(field("procedure", options.procedure, "whose learning rates are searched"));
    visitor(field("search", options.search, "how"));
  }
};

template <class P> void set_scale(SearchedLearningRateOptions<P>& options, Scale scale) {
  options.procedure = at_scale<OptionsOf<P>>(scale);
  if (scale == Scale::toy)
    options.search = {.factors = {1.0, 3.0}, .validation_cases = 1};
}

namespace detail {

/// Multiplies every option of the name `learning_rate`.
struct LearningRateScaler {
  double factor;

  template <class T> void operator()(const std::string& path, const Field<T>& leaf) const {
    if constexpr (std::same_as<T, double>)
      if (path == "learning_rate" || path.ends_with(".learning_rate"))
        leaf.value *= factor;
  }
};

template <Options O> [[nodiscard]] O with_learning_rates(O options, double factor) {
  visit_leaves(options, "", LearningRateScaler{factor});
  return options;
}

} // namespace detail

/// A procedure with the learning rates that did best on held-out training cases: what is not ours gets the chance that
/// ours had. The search runs it once for each factor without the last training cases, scores one of its predictions on
/// these by the mean Dice over classes and cases, and then runs it with the best factor on all; the first of equals
/// wins. A training that diverges loses. Keeps `learning_rates.csv` and `learning_rates/FACTOR/`.
///
/// Cost: the procedure once more for each factor. Throws: InvalidArgument for too few training cases, or where no
/// factor led to finite losses; as the procedure.
template <Procedure P>
  requires(!PreparedProcedure<P>)
struct SearchedLearningRate {
  static constexpr bool needs_budget = P::needs_budget;

  SearchedLearningRateOptions<P> options;

  [[nodiscard]] TrialResult run(const TrialTask& task, RunDirectory& run, const StageContext& context) const {
    const double factor =
        options.search.factors.size() == 1 ? options.search.factors.front() : best_factor(task, run, context);
    return configured<P>(detail::with_learning_rates(options.procedure, factor)).run(task, run, context);
  }

private:
  [[nodiscard]] double best_factor(const TrialTask& task, RunDirectory& run, const StageContext& context) const {
    const std::filesystem::path file = run.path() / "learning_rates.csv";
    run.stage("learning_rates", [&] {
      const LabelledCohort held_out = without_last_cases(task.data);
      CsvWriter table({"factor", "dice"});
      for (const double factor : options.search.factors)
        table.add_row(factor, dice_with(factor, held_out, task, run, context));
      publish_atomically(file, table.text());
    });
    const CsvTable table = read_csv(file);
    std::optional<std::size_t> best;
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (!table.cell(row, "dice").empty() &&
          (!best || table.number<double>(row, "dice") > table.number<double>(*best, "dice")))
        best = row;
    if (!best)
      throw InvalidArgument("search.factors", "one with which the losses stay finite", "none");
    return table.number<double>(*best, "factor");
  }

  [[nodiscard]] LabelledCohort without_last_cases(const LabelledCohort& data) const {
    if (data.cohort.training.size() <= options.search.validation_cases)
      throw InvalidArgument("search.validation_cases",
                            fmt::format("fewer than {}, the number of training cases", data.cohort.training.size()),
                            fmt::format("{}", options.search.validation_cases));
    return hold_out(data, options.search.validation_cases);
  }

  [[nodiscard]] const Predictions& scored(const TrialResult& result) const {
    const std::string& wanted = options.search.prediction;
    const auto found =
        wanted.empty() ? result.methods.end() - 1 : std::ranges::find(result.methods, wanted, &Predictions::method);
    if (found == result.methods.end())
      throw InvalidArgument("search.prediction", "one of the procedure's", "'" + wanted + "'");
    return *found;
  }

  /// None for a training that diverged.
  [[nodiscard]] std::optional<double> dice_with(double factor, const LabelledCohort& held_out, const TrialTask& task,
                                                const RunDirectory& run, const StageContext& context) const {
    const OptionsOf<P> tried = detail::with_learning_rates(options.procedure, factor);
    RunDirectory folder(run.path() / "learning_rates" / fmt::format("{}", factor), {},
                        {{"procedure", to_json(tried, FieldFilter::affecting_results)}});
    StageContext part = context; // the same random stream: factors differ in what they do, not in their luck
    part.stage = fmt::format("learning_rates/{}", factor);
    try {
      const TrialResult result = configured<P>(tried).run(
          {.data = held_out, .planes = task.planes, .budget = task.budget, .features = task.features}, folder, part);
      const auto scores = evaluate_methods(std::span(&scored(result), 1), held_out.cohort.test, held_out.test_labels,
                                           held_out.cohort.classes(), {}, 1);
      return summarise_methods(scores).front().mean_dice;
    } catch (const NumericalError&) {
      return std::nullopt;
    }
  }
};

} // namespace sparseann
