#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace sparseann {

/// Root of everything sparseann throws on purpose. Programs map it to an exit code with `exit_code`.
class Error : public std::runtime_error {
public:
  using std::runtime_error::runtime_error;
};

/// An argument or option that a caller got wrong: names it, says what was expected and what came. Exit code 2.
class InvalidArgument : public Error {
public:
  InvalidArgument(std::string argument, std::string_view expected, std::string_view got)
      : Error(fmt::format("{}: expected {}, got {}", argument, expected, got)), argument_(std::move(argument)) {}

  [[nodiscard]] const std::string& argument() const noexcept { return argument_; }

  /// The same complaint where a caller's caller knows the argument by another name.
  [[nodiscard]] InvalidArgument renamed(std::string argument) const {
    const std::string_view complaint = std::string_view(what()).substr(argument_.size());
    return {Renamed{}, std::move(argument), complaint};
  }

private:
  struct Renamed {};
  InvalidArgument(Renamed, std::string argument, std::string_view complaint)
      : Error(std::string(argument).append(complaint)), argument_(std::move(argument)) {}

  std::string argument_;
};

/// Data that a program cannot work with: names the file or case, says what was expected and what came. Exit code 1.
class DataError : public Error {
public:
  DataError(std::string source, std::string_view expected, std::string_view got)
      : Error(fmt::format("{}: expected {}, got {}", source, expected, got)), source_(std::move(source)) {}

  [[nodiscard]] const std::string& source() const noexcept { return source_; }

private:
  std::string source_;
};

/// A number that stopped being one: names the stage and the iteration. Exit code 1.
class NumericalError : public Error {
public:
  NumericalError(std::string stage, std::int64_t iteration, std::string_view what)
      : Error(fmt::format("{}, iteration {}: {}", stage, iteration, what)), stage_(std::move(stage)),
        iteration_(iteration) {}

  [[nodiscard]] const std::string& stage() const noexcept { return stage_; }
  [[nodiscard]] std::int64_t iteration() const noexcept { return iteration_; }

private:
  std::string stage_;
  std::int64_t iteration_;
};

/// The exit code of a program that ends with `error`: 2 for usage, 1 for everything else.
[[nodiscard]] inline int exit_code(const std::exception& error) noexcept {
  return dynamic_cast<const InvalidArgument*>(&error) != nullptr ? 2 : 1;
}

} // namespace sparseann
