#pragma once

#include <cstddef>
#include <filesystem>
#include <span>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/file.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann {

namespace detail {

inline constexpr std::string_view progress_begin = "<script type=\"application/json\" id=\"progress\">";
inline constexpr std::string_view progress_end = "</script><!-- progress -->";

/// How the page and empty.csv name a slice: CASE,PLANE,SLICE.
[[nodiscard]] inline std::string slice_key(std::string_view case_name, Plane plane, std::size_t slice) {
  return fmt::format("{},{},{}", csv_quoted(case_name), name_of(plane), slice);
}

/// States by slice_key, safe within a script element.
[[nodiscard]] inline std::string progress_element(std::span<const AnnotatedSlice> slices,
                                                  std::span<const std::string> names) {
  Json states = Json::object();
  for (const auto& [case_index, slice] : slices)
    states[slice_key(names[case_index], slice.plane, slice.slice)] = name_of_value(slice.state);
  std::string text = states.dump();
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at))
    text.replace(at, 1, "\\u003c");
  return std::string(progress_begin) + text + std::string(progress_end);
}

} // namespace detail

/// Says on a round's page how far an import was: the page reads the states of its slices from one element of its own.
///
/// Throws: DataError where the file is no such page; IoError.
inline void show_progress(const std::filesystem::path& page, std::span<const AnnotatedSlice> slices,
                          std::span<const std::string> names) {
  std::string text = read_file(page);
  const std::size_t begin = text.rfind(detail::progress_begin);
  const std::size_t end = begin == std::string::npos ? begin : text.find(detail::progress_end, begin);
  if (end == std::string::npos)
    throw DataError(page.string(), "a round's page", "another file");
  text.replace(begin, end + detail::progress_end.size() - begin, detail::progress_element(slices, names));
  publish_atomically(page, text);
}

} // namespace sparseann
