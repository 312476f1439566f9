#pragma once

#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann {

/// What a column is called, and with how many decimals its numbers are shown.
struct TableColumn {
  std::string name;
  int decimals = 3;
};

/// A text, a number, or nothing.
using TableEntry = std::variant<std::monostate, std::string, double>;

namespace detail {

/// Text on one line that means nothing to Markdown.
[[nodiscard]] inline std::string markdown_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text) {
    if (std::string_view("\\`*_{}[]<>#|~$").find(c) != std::string_view::npos)
      escaped += '\\';
    escaped += c == '\n' || c == '\r' ? ' ' : c;
  }
  return escaped;
}

[[nodiscard]] inline std::string latex_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    switch (c) {
    case '\\': escaped += "\\textbackslash{}"; break;
    case '~': escaped += "\\textasciitilde{}"; break;
    case '^': escaped += "\\textasciicircum{}"; break;
    case '<': escaped += "\\textless{}"; break;
    case '>': escaped += "\\textgreater{}"; break;
    case '|': escaped += "\\textbar{}"; break;
    case '&':
    case '%':
    case '$':
    case '#':
    case '_':
    case '{':
    case '}': escaped += fmt::format("\\{}", c); break;
    case '\n':
    case '\r': escaped += ' '; break;
    default: escaped += c;
    }
  return escaped;
}

[[nodiscard]] inline std::string html_escaped(std::string_view text) {
  std::string escaped;
  for (const char c : text)
    switch (c) {
    case '&': escaped += "&amp;"; break;
    case '<': escaped += "&lt;"; break;
    case '>': escaped += "&gt;"; break;
    case '"': escaped += "&quot;"; break;
    default: escaped += c;
    }
  return escaped;
}

} // namespace detail

/// A table that is written as CSV for programs, as Markdown or HTML for pages and as LaTeX for papers.
///
/// CSV has every number in the shortest form that reads back the same; the others round it to its column's decimals.
/// Columns with a number are set to the right.
class TextTable {
public:
  explicit TextTable(std::vector<TableColumn> columns) : columns_(std::move(columns)) {}

  /// Throws: InvalidArgument for another number of entries than columns, and a number that is not finite.
  void add_row(std::vector<TableEntry> entries) {
    if (entries.size() != columns_.size())
      throw InvalidArgument("row", fmt::format("{} entries", columns_.size()), std::to_string(entries.size()));
    for (std::size_t column = 0; column < entries.size(); ++column)
      if (const double* const number = std::get_if<double>(&entries[column]);
          number != nullptr && !std::isfinite(*number))
        throw InvalidArgument(fmt::format("row {}, column '{}'", rows_.size(), columns_[column].name),
                              "a finite number", fmt::format("{}", *number));
    rows_.push_back(std::move(entries));
  }

  [[nodiscard]] std::size_t rows() const noexcept { return rows_.size(); }

  [[nodiscard]] std::string csv() const {
    std::vector<std::string> names;
    names.reserve(columns_.size());
    for (const TableColumn& column : columns_)
      names.push_back(column.name);
    CsvWriter writer(names);
    for (const auto& row : rows_) {
      std::vector<std::string> cells;
      cells.reserve(row.size());
      for (const TableEntry& entry : row)
        cells.push_back(std::holds_alternative<double>(entry) ? fmt::format("{}", std::get<double>(entry))
                                                              : text_of(entry));
      writer.add_row(cells);
    }
    return writer.text();
  }

  /// As GitHub and Pandoc read it. Source: GitHub Flavored Markdown's tables.
  [[nodiscard]] std::string markdown() const {
    std::string text = "|";
    std::string rule = "|";
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      text += fmt::format(" {} |", detail::markdown_escaped(columns_[column].name));
      rule += has_number(column) ? " ---: |" : " --- |";
    }
    text += fmt::format("\n{}\n", rule);
    for (const auto& row : rows_) {
      text += '|';
      for (std::size_t column = 0; column < row.size(); ++column)
        text += fmt::format(" {} |", detail::markdown_escaped(shown(row[column], column)));
      text += '\n';
    }
    return text;
  }

  /// A `tabular` with the rules of LaTeX's package booktabs.
  [[nodiscard]] std::string latex() const {
    std::string alignment;
    std::vector<std::string> names;
    for (std::size_t column = 0; column < columns_.size(); ++column) {
      alignment += has_number(column) ? 'r' : 'l';
      names.push_back(detail::latex_escaped(columns_[column].name));
    }
    std::string text =
        fmt::format("\\begin{{tabular}}{{{}}}\n\\toprule\n{} \\\\\n\\midrule\n", alignment, fmt::join(names, " & "));
    for (const auto& row : rows_) {
      std::vector<std::string> cells;
      for (std::size_t column = 0; column < row.size(); ++column) {
        const std::string cell = detail::latex_escaped(shown(row[column], column));
        const bool negative = std::holds_alternative<double>(row[column]) && cell.starts_with('-');
        cells.push_back(negative ? "$-$" + cell.substr(1) : cell); // a minus, not a hyphen
      }
      text += fmt::format("{} \\\\\n", fmt::join(cells, " & "));
    }
    return text + "\\bottomrule\n\\end{tabular}\n";
  }

  /// A `table` element for a page.
  [[nodiscard]] std::string html() const {
    std::string text = "<table>\n<thead><tr>";
    for (const TableColumn& column : columns_)
      text += fmt::format("<th scope=\"col\">{}</th>", detail::html_escaped(column.name));
    text += "</tr></thead>\n<tbody>\n";
    for (const auto& row : rows_) {
      text += "<tr>";
      for (std::size_t column = 0; column < row.size(); ++column)
        text += fmt::format("<{0}>{2}</{1}>", column == 0 ? "th scope=\"row\"" : "td", column == 0 ? "th" : "td",
                            detail::html_escaped(shown(row[column], column)));
      text += "</tr>\n";
    }
    return text + "</tbody>\n</table>\n";
  }

private:
  [[nodiscard]] static std::string text_of(const TableEntry& entry) {
    const std::string* const text = std::get_if<std::string>(&entry);
    return text != nullptr ? *text : std::string();
  }

  [[nodiscard]] std::string shown(const TableEntry& entry, std::size_t column) const {
    if (!std::holds_alternative<double>(entry))
      return text_of(entry);
    const std::string number = fmt::format("{:.{}f}", std::get<double>(entry), columns_[column].decimals);
    return number.find_first_of("123456789") == std::string::npos && number.starts_with('-') ? number.substr(1)
                                                                                             : number;
  }

  [[nodiscard]] bool has_number(std::size_t column) const {
    for (const auto& row : rows_)
      if (std::holds_alternative<double>(row[column]))
        return true;
    return false;
  }

  std::vector<TableColumn> columns_;
  std::vector<std::vector<TableEntry>> rows_;
};

} // namespace sparseann
