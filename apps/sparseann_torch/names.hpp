#pragma once

#include <algorithm>
#include <ranges>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"

namespace sparseann::app {

/// A policy's name as it is typed: k_center is k-center.
[[nodiscard]] inline std::string typed_name(std::string_view name) {
  std::string typed(name);
  std::ranges::replace(typed, '_', '-');
  return typed;
}

/// The choice of that name. Throws InvalidArgument naming the flag and all names.
template <class Choice>
[[nodiscard]] const Choice& choice_named(std::string_view flag, const std::vector<Choice>& choices,
                                         std::string_view name) {
  const auto found = std::ranges::find(choices, name, &Choice::name);
  if (found == choices.end())
    throw InvalidArgument(std::string(flag),
                          fmt::format("one of {}", fmt::join(choices | std::views::transform(&Choice::name), ", ")),
                          fmt::format("'{}'", name));
  return *found;
}

/// The choices and what each is for, for the help text.
template <class Choice> [[nodiscard]] std::string purposes(std::string_view title, const std::vector<Choice>& choices) {
  std::string text = fmt::format("{}:\n", title);
  for (const Choice& choice : choices)
    text += fmt::format("  {:<22}{}\n", choice.name, choice.purpose);
  return text;
}

} // namespace sparseann::app
