#include <cstddef>
#include <numeric>
#include <span>
#include <vector>

#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/middle_biased.hpp"
#include "sparseann/select/random_slices.hpp"

namespace sparseann::app {

std::vector<std::size_t> random_items(const Problem& problem, Generator generator) {
  if (!problem.budget_cost)
    return RandomSlices{}(problem.items, problem.budget, generator).indices;
  std::vector<std::size_t> affordable;
  double left = *problem.budget_cost;
  for (const std::size_t item : RandomSlices{}(problem.items, problem.items, generator).indices)
    if (problem.costs[item] <= left) {
      affordable.push_back(item);
      left -= problem.costs[item];
    }
  return affordable;
}

Answer select_by_count(const Problem& problem, const Method& method, const Generator& generator) {
  const Stopwatch watch(method.seconds.select);
  const auto select = [&](const auto& selector) {
    return Answer{.selection = selector(problem.items, problem.budget, generator), .random_values = {}};
  };
  if (method.call.selector == SelectorName::random)
    return select(RandomSlices{});
  if (method.call.selector == SelectorName::equal_interval)
    return select(EqualInterval{method.policies.equal_interval});
  return select(MiddleBiased{method.policies.middle_biased});
}

} // namespace sparseann::app
