#pragma once

#include <charconv>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdlib>
#include <exception>
#include <functional>
#include <iostream>
#include <ostream>
#include <ranges>
#include <string>
#include <string_view>
#include <system_error>
#include <type_traits>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"

namespace sparseann {

namespace detail {

template <class T> void parse_field(const std::string& flag, std::string_view text, T& value);

template <class T> void parse_number(const std::string& flag, std::string_view text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size())
    throw InvalidArgument(flag,
                          std::floating_point<T>    ? "a number"
                          : std::signed_integral<T> ? "a whole number"
                                                    : "a whole number without a sign",
                          fmt::format("'{}'", text));
}

/// Items are separated by commas; an empty text is an empty list.
template <class T> void parse_list(const std::string& flag, std::string_view text, T& value) {
  constexpr bool grows = requires { value.clear(); };
  if constexpr (grows)
    value.clear();
  std::size_t count = 0;
  for (bool more = !text.empty(); more; ++count) {
    const std::size_t comma = text.find(',');
    typename T::value_type item{};
    parse_field(flag, text.substr(0, comma), item);
    more = comma != std::string_view::npos;
    text.remove_prefix(more ? comma + 1 : text.size());
    if constexpr (grows)
      value.push_back(std::move(item));
    else if (count < value.size())
      value[count] = std::move(item);
  }
  if (!grows && count != value.size())
    throw InvalidArgument(flag, fmt::format("{} values separated by commas", value.size()), fmt::format("{}", count));
}

template <class T> void parse_field(const std::string& flag, std::string_view text, T& value) {
  if constexpr (std::same_as<T, bool>) {
    if (text != "true" && text != "false")
      throw InvalidArgument(flag, "true or false", fmt::format("'{}'", text));
    value = text == "true";
  } else if constexpr (std::is_arithmetic_v<T>) {
    parse_number(flag, text, value);
  } else if constexpr (std::same_as<T, std::string>) {
    value = std::string(text);
  } else if constexpr (NamedEnum<T>) {
    value = value_from_name<T>(flag, text);
  } else if constexpr (is_optional<T>::value) {
    value.reset();
    if (text != "none")
      parse_field(flag, text, value.emplace());
  } else {
    parse_list(flag, text, value);
  }
}

/// A value as it is typed.
template <class T> [[nodiscard]] std::string typed(const T& value) {
  if constexpr (NamedEnum<T>) {
    return std::string(name_of_value(value));
  } else if constexpr (is_optional<T>::value) {
    return value ? typed(*value) : "none";
  } else if constexpr (std::ranges::range<T> && !std::same_as<T, std::string>) {
    std::string text;
    for (const auto& item : value) {
      if (!text.empty())
        text += ',';
      text += typed(item);
    }
    return text;
  } else {
    return fmt::format("{}", value);
  }
}

/// What may be typed for a value of type T, for the help text.
template <class T> [[nodiscard]] std::string expected_text(const Limits& limits) {
  if constexpr (std::same_as<T, bool>) {
    return "true or false";
  } else if constexpr (std::is_arithmetic_v<T>) {
    const bool bounded = std::isfinite(limits.low) || std::isfinite(limits.high);
    return bounded ? to_string(limits) : std::floating_point<T> ? "a number" : "a whole number";
  } else if constexpr (std::same_as<T, std::string>) {
    return "text";
  } else if constexpr (NamedEnum<T>) {
    return fmt::format("one of {}", fmt::join(names_of(T{}), ", "));
  } else if constexpr (is_optional<T>::value) {
    return expected_text<typename T::value_type>(limits) + ", or none";
  } else {
    return "a list by commas of: " + expected_text<typename T::value_type>(limits);
  }
}

inline void add_flag(CLI::App& app, const std::string& flag, const std::string& help,
                     const std::function<void(const std::string&)>& set) {
  app.add_option_function<std::string>(flag, set, help);
}

struct FlagAdder {
  CLI::App& app;

  template <class T> void operator()(const std::string& path, const Field<T>& leaf) const {
    const std::string flag = "--" + path;
    const std::string now = typed(leaf.value);
    add_flag(app, flag,
             fmt::format("{} ({}; default {})", leaf.help, expected_text<T>(leaf.limits), now.empty() ? "empty" : now),
             [flag, &value = leaf.value, limits = leaf.limits](const std::string& text) {
               T parsed = value;
               parse_field(flag, text, parsed);
               check_leaf(flag, parsed, limits);
               value = std::move(parsed);
             });
  }
};

} // namespace detail

/// Adds a flag `--PREFIX.FIELD VALUE` for every field of `options`, nested ones with further dots.
///
/// Enums are given by name, bools as true or false, lists with commas, an empty optional as none. The help names the
/// default and the limits. `options` must outlive the parse. Parsing throws InvalidArgument naming the flag.
template <Options O> void add_options(CLI::App& app, O& options, const std::string& prefix = "") {
  visit_leaves(options, prefix, detail::FlagAdder{app});
}

/// Runs the body of a program: its exit code, or, where it throws, a line `error: …` and that error's exit code.
///
/// `body` returns an exit code or nothing.
template <std::invocable Body> [[nodiscard]] int guarded_main(Body&& body, std::ostream& errors = std::cerr) {
  try {
    if constexpr (std::is_void_v<std::invoke_result_t<Body>>) {
      std::invoke(std::forward<Body>(body));
      return EXIT_SUCCESS;
    } else {
      return std::invoke(std::forward<Body>(body));
    }
  } catch (const std::exception& error) {
    errors << "error: " << error.what() << '\n' << std::flush;
    return exit_code(error);
  }
}

/// Parses the command line and runs `body`, see guarded_main. --help and --version print and return 0; what the parser
/// refuses is an error with exit code 2.
template <std::invocable Body>
[[nodiscard]] int run_program(CLI::App& app, int argc, const char* const* argv, Body&& body,
                              std::ostream& output = std::cout, std::ostream& errors = std::cerr) {
  bool run = true;
  const int parsed = guarded_main(
      [&] {
        try {
          app.parse(argc, argv);
          return EXIT_SUCCESS;
        } catch (const CLI::ParseError& error) {
          run = false;
          if (error.get_exit_code() == EXIT_SUCCESS)
            return app.exit(error, output, errors);
          errors << "error: " << error.what() << "\nRun with --help for what there is.\n" << std::flush;
          return 2;
        }
      },
      errors);
  return parsed == EXIT_SUCCESS && run ? guarded_main(std::forward<Body>(body), errors) : parsed;
}

} // namespace sparseann
