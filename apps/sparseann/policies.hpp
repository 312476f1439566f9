#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>

#include <CLI/App.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"

namespace sparseann::app {

/// Calls body(), whose errors about what the library calls `argument` name the flag instead.
template <std::invocable Body> auto naming_flag(std::string_view flag, std::string_view argument, const Body& body) {
  try {
    return body();
  } catch (const InvalidArgument& error) {
    if (error.argument() != argument)
      throw;
    throw error.renamed(std::string(flag));
  }
}

/// Refuses what was said in vain: an option `--POLICY.OPTION` of a policy that is not among `used`.
inline void check_used_policies(const CLI::App& app, std::span<const std::string> used) {
  for (const CLI::Option* const option : app.get_options()) {
    const std::string flag = option->get_name();
    const std::size_t dot = flag.find('.');
    if (option->count() == 0 || dot == std::string::npos)
      continue;
    const std::string policy = flag.substr(2, dot - 2);
    if (std::ranges::find(used, policy) == used.end())
      throw InvalidArgument(flag, fmt::format("an option of what is used: {}", fmt::join(used, ", ")), policy);
  }
}

} // namespace sparseann::app
