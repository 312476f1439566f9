#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

#include "sparseann/core/error.hpp"

namespace sparseann::app {

/// A flag without which a command cannot begin.
struct RequiredFlag {
  std::string_view flag;
  const std::string& value;
  std::string_view expected;
};

/// Throws InvalidArgument naming the first flag that was not said.
inline void check_required(std::initializer_list<RequiredFlag> flags) {
  for (const auto& [flag, value, expected] : flags)
    if (value.empty())
      throw InvalidArgument(std::string(flag), expected, "nothing");
}

} // namespace sparseann::app
