#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <map>
#include <optional>
#include <ranges>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

/// JSON whose objects keep their order, so that files read as the options are declared.
using Json = nlohmann::ordered_json;

/// Which fields of options to write: all, or those alone that results depend on.
enum class FieldFilter { all, affecting_results };

namespace detail {

template <class T> [[nodiscard]] Json encode_field(const std::string& path, const T& value) {
  if constexpr (NamedEnum<T>) {
    return std::string(name_of_value(value));
  } else if constexpr (std::floating_point<T>) {
    if (!std::isfinite(value))
      throw InvalidArgument(path, "a finite number, as JSON has no other", fmt::format("{}", value));
    return value;
  } else if constexpr (is_optional<T>::value) {
    return value ? encode_field(path, *value) : Json();
  } else if constexpr (std::ranges::range<T> && !std::same_as<T, std::string>) {
    Json list = Json::array();
    for (const auto& item : value)
      list.push_back(encode_field(path, item));
    return list;
  } else {
    return value;
  }
}

template <class T> void decode_field(const std::string& path, const Json& json, T& value);

[[noreturn]] inline void refuse_json(const std::string& path, std::string_view expected, const Json& json) {
  throw InvalidArgument(path, expected, json.dump());
}

template <class T> void decode_number(const std::string& path, const Json& json, T& value) {
  if constexpr (std::floating_point<T>) {
    if (!json.is_number())
      refuse_json(path, "a number", json);
    value = json.get<T>();
  } else {
    if (!json.is_number_integer())
      refuse_json(path, "a whole number", json);
    const bool fits = json.is_number_unsigned() ? std::in_range<T>(json.get<std::uint64_t>())
                                                : std::in_range<T>(json.get<std::int64_t>());
    if (!fits)
      refuse_json(
          path, fmt::format("a whole number of {} to {}", std::numeric_limits<T>::min(), std::numeric_limits<T>::max()),
          json);
    value = json.get<T>();
  }
}

template <class T> void decode_list(const std::string& path, const Json& json, T& value) {
  if (!json.is_array())
    refuse_json(path, "a list", json);
  if constexpr (requires { value.clear(); })
    value.clear();
  else if (json.size() != value.size())
    refuse_json(path, fmt::format("a list of {}", value.size()), json);
  for (std::size_t i = 0; i < json.size(); ++i) {
    typename T::value_type item{};
    decode_field(fmt::format("{}[{}]", path, i), json[i], item);
    if constexpr (requires { value.clear(); })
      value.push_back(std::move(item));
    else
      value[i] = std::move(item);
  }
}

template <class T> void decode_field(const std::string& path, const Json& json, T& value) {
  if constexpr (std::same_as<T, bool>) {
    if (!json.is_boolean())
      refuse_json(path, "true or false", json);
    value = json.get<bool>();
  } else if constexpr (std::is_arithmetic_v<T>) {
    decode_number(path, json, value);
  } else if constexpr (std::same_as<T, std::string>) {
    if (!json.is_string())
      refuse_json(path, "a string", json);
    value = json.get<std::string>();
  } else if constexpr (NamedEnum<T>) {
    if (!json.is_string())
      refuse_json(path, "a name", json);
    value = value_from_name<T>(path, json.get<std::string>());
  } else if constexpr (is_optional<T>::value) {
    value.reset();
    if (!json.is_null())
      decode_field(path, json, value.emplace());
  } else {
    decode_list(path, json, value);
  }
}

template <Options O> void decode_options(const Json& json, O& options, const std::string& prefix);

struct OptionsEncoder {
  Json& object;
  std::string prefix;
  FieldFilter filter;

  template <class T> void operator()(const Field<T>& leaf) const {
    const std::string path = field_path(prefix, leaf.name);
    if constexpr (Options<T>) {
      Json inner = Json::object();
      visit(leaf.value, OptionsEncoder{inner, path, filter});
      object[std::string(leaf.name)] = std::move(inner);
    } else if (filter == FieldFilter::all || leaf.affects == Affects::results) {
      object[std::string(leaf.name)] = encode_field(path, leaf.value);
    }
  }
};

struct OptionsDecoder {
  const Json& json;
  const std::string& prefix;
  std::vector<std::string>& known;

  template <class T> void operator()(const Field<T>& leaf) const {
    const std::string path = field_path(prefix, leaf.name);
    known.emplace_back(leaf.name);
    const auto found = json.find(known.back());
    if (found == json.end())
      throw InvalidArgument(path, "a value", "none");
    if constexpr (Options<T>)
      decode_options(*found, leaf.value, path);
    else
      decode_field(path, *found, leaf.value);
  }
};

/// Collects the paths of the fields that affect execution alone.
struct ExecutionFields {
  std::vector<std::string>& paths;

  template <class T> void operator()(const std::string& path, const Field<T>& leaf) const {
    if (leaf.affects == Affects::execution)
      paths.push_back(path);
  }
};

template <Options O> void decode_options(const Json& json, O& options, const std::string& prefix) {
  if (!json.is_object())
    refuse_json(prefix.empty() ? "options" : prefix, "an object", json);
  std::vector<std::string> known;
  visit(options, OptionsDecoder{json, prefix, known});
  for (const auto& [name, value] : json.items())
    if (std::ranges::find(known, name) == known.end())
      throw InvalidArgument(field_path(prefix, name), "no such option", value.dump());
}

/// Leaves by dotted path. Lists are leaves: one that differs is named as a whole.
inline void flatten(const Json& json, const std::string& prefix, std::vector<std::pair<std::string, Json>>& leaves) {
  if (!json.is_object()) {
    leaves.emplace_back(prefix, json);
    return;
  }
  for (const auto& [name, value] : json.items())
    flatten(value, field_path(prefix, name), leaves);
}

[[nodiscard]] inline std::vector<std::pair<std::string, Json>> flattened(const Json& json) {
  std::vector<std::pair<std::string, Json>> leaves;
  flatten(json, "", leaves);
  return leaves;
}

} // namespace detail

/// Options as a JSON object: nested options as objects, enums by name, an empty optional as null.
///
/// Throws: InvalidArgument naming a field that is not finite.
template <Options O> [[nodiscard]] Json to_json(const O& options, FieldFilter filter = FieldFilter::all) {
  O copy = options;
  Json json = Json::object();
  visit(copy, detail::OptionsEncoder{json, "", filter});
  return json;
}

/// Sets every field of `options` from what to_json wrote, and checks the fields' limits.
///
/// Throws: InvalidArgument naming the dotted path of an unknown, missing, mistyped or out-of-range value; `options`
/// are as before then.
template <Options O> void from_json(const Json& json, O& options) {
  O decoded = options;
  detail::decode_options(json, decoded, "");
  validate(decoded);
  options = std::move(decoded);
}

/// Dotted paths of values that differ or that one side lacks, in the order of `current`, then of `saved`.
[[nodiscard]] inline std::vector<std::string> differences(const Json& saved, const Json& current) {
  const auto old_leaves = detail::flattened(saved);
  const auto new_leaves = detail::flattened(current);
  const std::map<std::string, Json> old_values(old_leaves.begin(), old_leaves.end());
  const std::map<std::string, Json> new_values(new_leaves.begin(), new_leaves.end());
  std::vector<std::string> paths;
  for (const auto& [path, value] : new_leaves)
    if (const auto found = old_values.find(path); found == old_values.end() || found->second != value)
      paths.push_back(path);
  for (const auto& [path, value] : old_leaves)
    if (!new_values.contains(path))
      paths.push_back(path);
  return paths;
}

/// Dotted paths of the options that affect results and are not what `saved` says. `saved` may hold all fields: those
/// that affect execution alone are not compared. A saved value that `current` has no field for counts as different.
template <Options O> [[nodiscard]] std::vector<std::string> differences(const Json& saved, const O& current) {
  O copy = current;
  std::vector<std::string> ignored;
  visit_leaves(copy, "", detail::ExecutionFields{ignored});
  std::vector<std::string> paths = differences(saved, to_json(current, FieldFilter::affecting_results));
  std::erase_if(paths, [&](const std::string& path) { return std::ranges::find(ignored, path) != ignored.end(); });
  return paths;
}

/// Reads a JSON file. Throws: IoError naming the file and the byte where it is no JSON.
[[nodiscard]] inline Json read_json_file(const std::filesystem::path& path) {
  try {
    return Json::parse(read_file(path));
  } catch (const Json::parse_error& error) {
    throw IoError(path, fmt::format("is not valid JSON: {}", error.what()), error.byte);
  }
}

/// Writes JSON, indented, atomically. Throws: IoError.
inline void write_json_file(const std::filesystem::path& path, const Json& json) {
  publish_atomically(path, json.dump(2) + "\n");
}

} // namespace sparseann
