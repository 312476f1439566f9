#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/experiment/arm.hpp"

namespace sparseann {

/// One arm at one budget with one seed, or what arms of one seed share: one process, one run directory.
struct Trial {
  enum class Kind { preparation, arm };

  Kind kind = Kind::arm;
  std::string name;                 ///< of the arm or the preparation
  std::optional<std::size_t> every; ///< one slice in so many; none: everything is annotated
  std::uint64_t seed = 0;
  std::optional<std::size_t> training_cases; ///< of a preparation, those of its arms

  /// "s10", or "full".
  [[nodiscard]] std::string budget() const { return every ? fmt::format("s{}", *every) : "full"; }

  /// What it is called on the command line and in messages, and where its run directory lies in an experiment's folder.
  [[nodiscard]] std::string id() const {
    if (kind == Kind::arm)
      return fmt::format("trials/{}/{}/seed_{}", name, budget(), seed);
    return fmt::format("shared/{}{}/seed_{}", name, training_cases ? fmt::format("_{}_cases", *training_cases) : "",
                       seed);
  }

  bool operator==(const Trial&) const = default;
};

/// What an arm's trials of a seed need to be there before.
[[nodiscard]] inline std::optional<Trial> preparation_of(const Arm& arm, std::uint64_t seed) {
  if (!arm.preparation)
    return std::nullopt;
  return Trial{.kind = Trial::Kind::preparation,
               .name = arm.preparation->name,
               .every = std::nullopt,
               .seed = seed,
               .training_cases = arm.training_cases};
}

/// All trials of an experiment: what is shared first, then seed by seed, so that the first seed's results come first.
///
/// Throws: InvalidArgument for no arm, no seed, a seed or budget twice, arms of one name, and arms that need a budget
/// where none is given.
[[nodiscard]] inline std::vector<Trial> trials_of(std::span<const Arm> arms, std::span<const std::size_t> budgets,
                                                  std::span<const std::uint64_t> seeds) {
  const auto check_distinct = [](const std::string& argument, const auto& items) {
    std::set<std::remove_cvref_t<decltype(items[0])>> seen;
    for (const auto& item : items)
      if (!seen.insert(item).second)
        throw InvalidArgument(argument, "each once", fmt::format("{} twice", item));
  };
  std::vector<std::string> names;
  for (const Arm& arm : arms)
    names.push_back(arm.name);
  if (arms.empty())
    throw InvalidArgument("arms", "at least one", "none");
  if (seeds.empty())
    throw InvalidArgument("--seeds", "at least one seed", "none");
  check_distinct("arms", names);
  check_distinct("--seeds", seeds);
  check_distinct("--every", budgets);
  std::vector<Trial> shared;
  std::vector<Trial> trials;
  for (const std::uint64_t seed : seeds)
    for (const Arm& arm : arms) {
      if (const auto preparation = preparation_of(arm, seed);
          preparation && std::ranges::find(shared, *preparation) == shared.end())
        shared.push_back(*preparation);
      const auto add = [&](std::optional<std::size_t> every) {
        trials.push_back({.name = arm.name, .every = every, .seed = seed, .training_cases = arm.training_cases});
      };
      if (!arm.needs_budget)
        add(std::nullopt);
      else if (arm.every)
        add(arm.every);
      else if (budgets.empty())
        throw InvalidArgument("--every", fmt::format("at least one budget, as the arm '{}' needs", arm.name), "none");
      else
        for (const std::size_t every : budgets)
          add(every);
    }
  shared.insert(shared.end(), trials.begin(), trials.end());
  return shared;
}

/// The trial of that id. Throws: InvalidArgument naming --trial where there is none.
[[nodiscard]] inline const Trial& trial_by_id(std::span<const Trial> trials, const std::string& id) {
  const auto found = std::ranges::find(trials, id, &Trial::id);
  if (found == trials.end())
    throw InvalidArgument("--trial", "one of those that --list prints", "'" + id + "'");
  return *found;
}

} // namespace sparseann
