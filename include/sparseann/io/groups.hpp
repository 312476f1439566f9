#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann {

/// Which group each row of a table belongs to.
///
/// Shapes: group_of_row has one element per row, each below names.size(); every name has a row.
struct Groups {
  std::vector<std::size_t> group_of_row;
  std::vector<std::string> names; ///< in the order in which they first appear in the file

  bool operator==(const Groups&) const = default;
};

namespace detail {

/// The row of the table of features that a line speaks of. Throws DataError naming the line.
[[nodiscard]] inline std::size_t grouped_row(const CsvTable& table, std::size_t line, std::size_t rows) {
  const auto row = table.number<std::size_t>(line, "row");
  if (row >= rows)
    throw DataError(table.place(line), fmt::format("a row below {} in column 'row'", rows), fmt::format("{}", row));
  return row;
}

[[nodiscard]] inline const std::string& group_name(const CsvTable& table, std::size_t line) {
  const std::string& name = table.cell(line, "group");
  if (name.empty())
    throw DataError(table.place(line), "a name in column 'group'", "''");
  return name;
}

} // namespace detail

/// The groups of `rows` rows from a table with the columns `row` (from 0) and `group` (a name), rows in any order.
///
/// Throws: DataError naming file and line for rows that are unknown or there twice and groups without a name, naming
/// the file for a row that is not there.
[[nodiscard]] inline Groups parse_groups(const CsvTable& table, std::size_t rows) {
  Groups groups{.group_of_row = std::vector<std::size_t>(rows), .names = {}};
  std::unordered_map<std::string, std::size_t> numbers;
  std::vector<std::optional<std::size_t>> line_of_row(rows);
  for (std::size_t line = 0; line < table.rows(); ++line) {
    const std::size_t row = detail::grouped_row(table, line, rows);
    if (line_of_row[row])
      throw DataError(table.place(line), "each row once",
                      fmt::format("row {} again, after {}", row, table.place(*line_of_row[row])));
    line_of_row[row] = line;
    const auto [entry, is_new] = numbers.try_emplace(detail::group_name(table, line), groups.names.size());
    if (is_new)
      groups.names.push_back(entry->first);
    groups.group_of_row[row] = entry->second;
  }
  for (std::size_t row = 0; row < rows; ++row)
    if (!line_of_row[row])
      throw DataError(table.source(), fmt::format("each of {} rows once", rows),
                      fmt::format("no line for row {}", row));
  return groups;
}

/// Reads groups from a CSV file. Throws: IoError; DataError as CsvTable and parse_groups.
[[nodiscard]] inline Groups read_groups(const std::filesystem::path& path, std::size_t rows) {
  return parse_groups(read_csv(path), rows);
}

} // namespace sparseann
