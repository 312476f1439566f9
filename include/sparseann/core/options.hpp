#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"

namespace sparseann {

/// Whether a field changes results (compared when a run is resumed) or only how they are computed (threads, device).
enum class Affects { results, execution };

/// Inclusive bounds of a numeric field.
struct Limits {
  double low = -std::numeric_limits<double>::infinity();
  double high = std::numeric_limits<double>::infinity();
  bool low_is_open = false; ///< the value must exceed `low`

  [[nodiscard]] bool contain(double value) const noexcept {
    return (low_is_open ? value > low : value >= low) && value <= high;
  }
};

[[nodiscard]] constexpr Limits at_least(double low) noexcept { return {.low = low}; }
[[nodiscard]] constexpr Limits between(double low, double high) noexcept { return {.low = low, .high = high}; }
[[nodiscard]] constexpr Limits above(double low) noexcept { return {.low = low, .low_is_open = true}; }

[[nodiscard]] inline std::string to_string(const Limits& limits) {
  const bool has_low = std::isfinite(limits.low);
  const bool has_high = std::isfinite(limits.high);
  if (has_low && has_high)
    return fmt::format("a number {} {} and at most {}", limits.low_is_open ? "above" : "of at least", limits.low,
                       limits.high);
  if (has_low)
    return fmt::format("a number {} {}", limits.low_is_open ? "above" : "of at least", limits.low);
  if (has_high)
    return fmt::format("a number of at most {}", limits.high);
  return "a finite number";
}

/// One named field of an options aggregate, as its `visit` hands it to a visitor.
template <class T> struct Field {
  using value_type = T;

  std::string_view name;
  T& value;
  std::string_view help;
  Limits limits;
  Affects affects = Affects::results;
};

template <class T>
[[nodiscard]] Field<T> field(std::string_view name, T& value, std::string_view help, Limits limits = {},
                             Affects affects = Affects::results) {
  return {name, value, help, limits, affects};
}

namespace detail {
struct AnyVisitor {
  template <class T> void operator()(const Field<T>&) const {}
};
} // namespace detail

/// An aggregate whose fields are named by one function found by argument-dependent lookup:
///
///     struct MyOptions {
///       double radius_mm = 3.0;
///       friend void visit(MyOptions& options, auto&& visitor) {
///         visitor(field("radius_mm", options.radius_mm, "reach of the ball", above(0)));
///       }
///     };
///
/// JSON, the command line, comparison on resume and validation are visitors, so one function gives all of them. A
/// field may be a bool, number, string, named enum, optional or vector of these, or options again.
template <class T>
concept Options = std::copyable<T> && requires(T& options) { visit(options, detail::AnyVisitor{}); };

/// Options of policies that have none.
struct NoOptions {
  friend void visit(NoOptions&, auto&&) {}
};

/// The options type of a policy.
template <class P> using OptionsOf = std::remove_cvref_t<decltype(std::declval<P&>().options)>;

/// A policy carries its options as a member of that name.
template <class P>
concept Policy = std::copyable<P> && requires(P& policy) { policy.options; } && Options<OptionsOf<P>>;

/// A policy with these options.
template <Policy P>
  requires std::default_initializable<P>
[[nodiscard]] P configured(const OptionsOf<P>& options) {
  P policy;
  policy.options = options;
  return policy;
}

/// An enum whose values have names: `names_of(E)` returns a range of string_view indexed by the value.
template <class E>
concept NamedEnum = std::is_enum_v<E> && requires(E e) {
  { names_of(e)[0] } -> std::convertible_to<std::string_view>;
};

template <NamedEnum E> [[nodiscard]] std::string_view name_of_value(E value) {
  return names_of(value)[static_cast<std::size_t>(value)];
}

/// Parses the name of an enum's value. Throws InvalidArgument naming `argument` and listing the names.
template <NamedEnum E> [[nodiscard]] E value_from_name(std::string_view argument, std::string_view name) {
  const auto names = names_of(E{});
  std::string listed;
  for (std::size_t i = 0; i < std::size(names); ++i) {
    if (names[i] == name)
      return static_cast<E>(i);
    listed += fmt::format("{}{}", i == 0 ? "" : ", ", names[i]);
  }
  throw InvalidArgument(std::string(argument), "one of " + listed, fmt::format("'{}'", name));
}

namespace detail {

/// A nested field's name: "training.patch".
[[nodiscard]] inline std::string field_path(std::string_view prefix, std::string_view name) {
  return prefix.empty() ? std::string(name) : std::string(prefix).append(1, '.').append(name);
}

/// Visitors have names: a lambda in a template would be another type for every options type that it starts from, and a
/// compiler would visit TrainingOptions anew for each.
template <class Visitor> struct LeafVisitor {
  const std::string& prefix;
  Visitor& visitor;

  template <class T> void operator()(const Field<T>& leaf) const {
    const std::string path = field_path(prefix, leaf.name);
    if constexpr (Options<T>)
      visit(leaf.value, LeafVisitor{path, visitor});
    else
      visitor(path, leaf);
  }
};

} // namespace detail

/// Calls visitor(path, field) for every field that is not itself options; nested names are joined by dots.
template <Options O, class Visitor> void visit_leaves(O& options, const std::string& prefix, Visitor&& visitor) {
  visit(options, detail::LeafVisitor<std::remove_reference_t<Visitor>>{prefix, visitor});
}

namespace detail {
template <class T> struct is_optional : std::false_type {};
template <class T> struct is_optional<std::optional<T>> : std::true_type {};

template <class T> void check_leaf(const std::string& path, const T& value, const Limits& limits) {
  if constexpr (std::is_same_v<T, bool> || std::is_enum_v<T> || std::convertible_to<T, std::string_view>) {
    return;
  } else if constexpr (std::is_arithmetic_v<T>) {
    if (std::is_floating_point_v<T> && !std::isfinite(static_cast<double>(value)))
      throw InvalidArgument(path, to_string(limits), fmt::format("{}", value));
    if (!limits.contain(static_cast<double>(value)))
      throw InvalidArgument(path, to_string(limits), fmt::format("{}", value));
  } else if constexpr (is_optional<T>::value) {
    if (value)
      check_leaf(path, *value, limits);
  } else if constexpr (requires { typename T::value_type; }) {
    for (const auto& item : value)
      check_leaf(path, item, limits);
  }
}

template <class O> void validate_fields(O& options, const std::string& prefix);

struct LimitsVisitor {
  const std::string& prefix;

  template <class T> void operator()(const Field<T>& member) const {
    const std::string path = field_path(prefix, member.name);
    if constexpr (Options<T>)
      validate_fields(member.value, path);
    else
      check_leaf(path, member.value, member.limits);
  }
};

/// Fields first, so that `check_together` sees values within their limits.
template <class O> void validate_fields(O& options, const std::string& prefix) {
  visit(options, LimitsVisitor{prefix});
  if constexpr (requires { check_together(std::as_const(options), prefix); })
    check_together(std::as_const(options), prefix);
}
} // namespace detail

/// Checks every field against its limits, and what fields must satisfy together: an options type says so in a function
/// found by argument-dependent lookup, `check_together(const MyOptions&, const std::string& prefix)`, that throws
/// InvalidArgument.
///
/// Throws: InvalidArgument naming the field, prefixed by `prefix`.
template <Options O> void validate(const O& options, const std::string& prefix = "") {
  O copy = options;
  detail::validate_fields(copy, prefix);
}

/// Options that were checked, for members that are made from them. Throws: InvalidArgument as validate.
template <Options O> [[nodiscard]] O validated(const O& options) {
  validate(options);
  return options;
}

/// A field's full name, for `check_together`: "base.3d.training.patch".
[[nodiscard]] inline std::string field_name(const std::string& prefix, std::string_view name) {
  return detail::field_path(prefix, name);
}

/// Throws InvalidArgument where a field is no multiple of `unit`; `reason` says why it must be.
inline void check_multiple(const std::string& prefix, std::string_view name, std::size_t value, std::size_t unit,
                           std::string_view reason) {
  if (value % unit != 0)
    throw InvalidArgument(field_name(prefix, name), fmt::format("a multiple of {}, {}", unit, reason),
                          fmt::format("{}", value));
}

} // namespace sparseann
