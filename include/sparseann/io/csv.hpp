#pragma once

#include <algorithm>
#include <charconv>
#include <concepts>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/file.hpp"

namespace sparseann {

namespace detail {

[[nodiscard]] inline std::string csv_quoted(std::string_view cell) {
  if (cell.find_first_of(",\"\r\n") == std::string_view::npos)
    return std::string(cell);
  std::string quoted = "\"";
  for (const char c : cell)
    quoted += c == '"' ? "\"\"" : std::string(1, c);
  return quoted + '"';
}

template <class T>
concept CsvNumber = std::integral<T> || std::floating_point<T>;

[[nodiscard]] inline std::string csv_cell(std::string_view text) { return csv_quoted(text); }
template <CsvNumber T> [[nodiscard]] std::string csv_cell(T value) { return fmt::format("{}", value); }
template <class T> [[nodiscard]] std::string csv_cell(const std::optional<T>& value) {
  return value ? csv_cell(*value) : std::string();
}

} // namespace detail

/// Builds a table as CSV text: RFC 4180, but lines end in a bare line feed, as every tool reads and diffs like.
///
/// Numbers are written in the shortest form that reads back the same; an empty optional is an empty cell.
class CsvWriter {
public:
  explicit CsvWriter(std::vector<std::string> columns) : columns_(columns.size()) {
    std::ranges::transform(columns, columns.begin(), detail::csv_quoted);
    append(columns);
  }

  /// Appends one row: strings, numbers, bools (true, false) or optionals of these. Throws InvalidArgument.
  template <class... Cells> void add_row(const Cells&... cells) { append({detail::csv_cell(cells)...}); }

  /// Appends one row whose width is known at run time only.
  void add_row(const std::vector<std::string>& cells) {
    std::vector<std::string> quoted(cells.size());
    std::ranges::transform(cells, quoted.begin(), detail::csv_quoted);
    append(quoted);
  }

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

private:
  void append(const std::vector<std::string>& quoted) {
    if (quoted.size() != columns_)
      throw InvalidArgument("row", fmt::format("{} cells", columns_), fmt::format("{}", quoted.size()));
    text_ += fmt::format("{}\n", fmt::join(quoted, ","));
  }

  std::size_t columns_;
  std::string text_;
};

/// A table with a header, as read from CSV.
class CsvTable {
public:
  /// Parses `text`, whose first record names the columns. `source` is for messages.
  /// Throws: DataError naming source and line for stray or open quotes, rows of another width, repeated columns.
  CsvTable(std::string source, std::string_view text) : source_(std::move(source)) {
    std::size_t line = 1;
    while (!text.empty()) {
      const std::size_t start = line;
      std::vector<std::string> cells = take_record(text, line);
      if (columns_.empty())
        set_columns(std::move(cells));
      else
        add(std::move(cells), start);
    }
    if (columns_.empty())
      throw DataError(source_, "a header line", "an empty file");
  }

  [[nodiscard]] const std::string& source() const noexcept { return source_; }
  [[nodiscard]] const std::vector<std::string>& columns() const noexcept { return columns_; }
  [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }

  /// Throws DataError where there is no such column.
  [[nodiscard]] const std::string& cell(std::size_t row, std::string_view column) const {
    return rows_.at(row)[index_of(column)];
  }

  /// The number in a cell; an empty cell is an empty optional. Throws DataError naming line and column otherwise.
  template <detail::CsvNumber T>
  [[nodiscard]] std::optional<T> optional(std::size_t row, std::string_view column) const {
    const std::string& text = cell(row, column);
    if (text.empty())
      return std::nullopt;
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size())
      throw bad_number<T>(row, column, text);
    return value;
  }

  /// The number in a cell. Throws DataError naming line and column.
  template <detail::CsvNumber T> [[nodiscard]] T number(std::size_t row, std::string_view column) const {
    const std::optional<T> value = optional<T>(row, column);
    if (!value)
      throw bad_number<T>(row, column, "");
    return *value;
  }

  /// File and line of a row, for messages.
  [[nodiscard]] std::string place(std::size_t row) const { return place_of_line(lines_.at(row)); }

private:
  [[nodiscard]] std::string place_of_line(std::size_t line) const { return fmt::format("{}, line {}", source_, line); }

  template <class T>
  [[nodiscard]] DataError bad_number(std::size_t row, std::string_view column, std::string_view text) const {
    constexpr std::string_view kind = std::floating_point<T>      ? "a number"
                                      : std::unsigned_integral<T> ? "a whole number from 0"
                                                                  : "a whole number";
    return DataError(place(row), fmt::format("{} in column '{}'", kind, column), fmt::format("'{}'", text));
  }

  [[nodiscard]] std::size_t index_of(std::string_view column) const {
    const auto found = std::ranges::find(columns_, column);
    if (found == columns_.end())
      throw DataError(source_, fmt::format("a column '{}'", column),
                      fmt::format("the columns {}", fmt::join(columns_, ", ")));
    return static_cast<std::size_t>(found - columns_.begin());
  }

  void set_columns(std::vector<std::string> names) {
    columns_ = std::move(names);
    for (const std::string& name : columns_)
      if (std::ranges::count(columns_, name) > 1)
        throw DataError(place_of_line(1), "columns of different names", fmt::format("'{}' twice", name));
  }

  void add(std::vector<std::string> cells, std::size_t line) {
    if (cells.size() != columns_.size())
      throw DataError(place_of_line(line), fmt::format("{} cells", columns_.size()), fmt::format("{}", cells.size()));
    rows_.push_back(std::move(cells));
    lines_.push_back(line);
  }

  /// Takes one record off the front of `text`.
  [[nodiscard]] std::vector<std::string> take_record(std::string_view& text, std::size_t& line) const {
    std::vector<std::string> cells;
    for (;;) {
      cells.push_back(text.starts_with('"') ? take_quoted(text, line) : take_plain(text, line));
      if (!text.starts_with(','))
        break;
      text.remove_prefix(1);
    }
    if (text.starts_with('\r'))
      text.remove_prefix(1);
    if (!text.empty()) {
      if (text.front() != '\n')
        throw DataError(place_of_line(line), "a comma or a line's end after a cell", fmt::format("'{}'", text.front()));
      text.remove_prefix(1);
      ++line;
    }
    return cells;
  }

  [[nodiscard]] std::string take_plain(std::string_view& text, std::size_t line) const {
    const std::size_t end = std::min(text.find_first_of(",\"\r\n"), text.size());
    if (end < text.size() && text[end] == '"')
      throw DataError(place_of_line(line), "quotes around a whole cell only", "a quote within one");
    const std::string cell(text.substr(0, end));
    text.remove_prefix(end);
    return cell;
  }

  [[nodiscard]] std::string take_quoted(std::string_view& text, std::size_t& line) const {
    const std::size_t start = line;
    std::string cell;
    for (text.remove_prefix(1); !text.empty(); text.remove_prefix(1)) {
      if (text.front() == '"') {
        text.remove_prefix(1);
        if (!text.starts_with('"'))
          return cell;
      }
      line += text.front() == '\n' ? 1U : 0U;
      cell += text.front();
    }
    throw DataError(place_of_line(start), "a closing quote", "the end of the file");
  }

  std::string source_;
  std::vector<std::string> columns_;
  std::vector<std::vector<std::string>> rows_;
  std::vector<std::size_t> lines_;
};

/// Reads a CSV file with a header line. Throws: IoError; DataError as CsvTable.
[[nodiscard]] inline CsvTable read_csv(const std::filesystem::path& path) {
  return CsvTable(path.string(), read_file(path));
}

} // namespace sparseann
