#pragma once

#include <cstddef>
#include <vector>

#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/budgeted_greedy.hpp"
#include "sparseann/select/grouped_greedy.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/stochastic_greedy.hpp"

namespace sparseann::app {

/// The maximiser that the call names, on any objective.
template <SubmodularObjective O>
[[nodiscard]] RankedSelection select_items(const O& objective, const Problem& problem, const Method& method,
                                           const Generator& generator) {
  const GreedyOptions& greedy = method.policies.greedy;
  const Progress& progress = method.execution.progress;
  if (problem.budget_cost)
    return naming_flag("--budget-cost", "budget", [&] {
      return BudgetedGreedy{greedy, progress}(objective, problem.costs, *problem.budget_cost);
    });
  if (problem.minimums)
    return GroupedGreedy{greedy, progress}(objective, problem.group_of_item, *problem.minimums, problem.budget);
  if (method.call.maximiser == MaximiserName::naive)
    return NaiveGreedy{greedy, progress}(objective, problem.budget);
  if (method.call.maximiser == MaximiserName::stochastic)
    return StochasticGreedy{method.policies.stochastic, progress}(objective, problem.budget, generator);
  return LazyGreedy{greedy, progress}(objective, problem.budget);
}

/// What the objective makes of items drawn at random.
template <SubmodularObjective O>
[[nodiscard]] std::vector<double> random_values(const O& objective, const Problem& problem, std::size_t draws,
                                                const Generator& generator) {
  std::vector<double> values;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    O drawn = objective;
    for (const std::size_t item : random_items(problem, generator.split(draw)))
      drawn.add(item);
    values.push_back(drawn.value());
  }
  return values;
}

/// Selects, and compares with random selections. `objective` holds nothing yet.
template <SubmodularObjective O>
[[nodiscard]] Answer maximise(const O& objective, const Problem& problem, const Method& method,
                              const Generator& generator) {
  Answer answer;
  {
    const Stopwatch watch(method.seconds.select);
    answer.selection = select_items(objective, problem, method, generator);
  }
  const Stopwatch watch(method.seconds.random);
  answer.random_values =
      random_values(objective, problem, method.call.random_draws.value_or(0), generator.split("random draws"));
  return answer;
}

} // namespace sparseann::app
