#pragma once

#include <array>
#include <cstddef>
#include <string_view>

namespace sparseann {

namespace detail {
template <const std::string_view&... Parts> constexpr auto join_characters() {
  std::array<char, (Parts.size() + ...)> characters{};
  std::size_t position = 0;
  const auto append = [&](std::string_view part) {
    for (const char c : part)
      characters[position++] = c;
  };
  (append(Parts), ...);
  return characters;
}
template <const std::string_view&... Parts> inline constexpr auto joined_characters = join_characters<Parts...>();
} // namespace detail

/// Texts that are known when the program is compiled, one after another: the name of a policy that is made of others.
template <const std::string_view&... Parts>
inline constexpr std::string_view joined_name{detail::joined_characters<Parts...>.data(),
                                              detail::joined_characters<Parts...>.size()};

} // namespace sparseann
