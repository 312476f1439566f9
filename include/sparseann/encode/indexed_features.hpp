#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/encode/slice_features.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/select/features.hpp"

namespace sparseann {

/// Which row of one table of features belongs to which slice, as a CSV file says it: columns `case`, `plane` and
/// `slice`, one line for each row. A column `row` names the rows; without it, lines are in their order.
///
/// Throws: IoError; DataError naming file and line for a plane or number that is none, and for a slice or row that
/// comes twice; naming the file where there are not as many lines as rows.
class FeatureIndex {
public:
  FeatureIndex(CsvTable table, std::size_t rows) : table_(std::move(table)) {
    if (table_.rows() != rows)
      throw DataError(table_.source(), fmt::format("{} lines below the header, one per row of the features", rows),
                      fmt::format("{}", table_.rows()));
    const bool names_rows = std::ranges::count(table_.columns(), "row") > 0;
    std::vector<std::size_t> lines_of_rows(rows, rows);
    for (std::size_t line = 0; line < rows; ++line) {
      const std::size_t row = names_rows ? row_in(line) : line;
      if (lines_of_rows[row] != rows)
        refuse_twice(line, fmt::format("row {}", row), lines_of_rows[row]);
      lines_of_rows[row] = line;
      add(line, row);
    }
  }

  /// The row of slice `position`. Throws: DataError naming the file where the slice, or another one of its case and
  /// plane, is not there, or where there are more of these than the case has.
  [[nodiscard]] std::size_t row_of(const SliceSource& slices, std::size_t position) const {
    const SliceIndex& wanted = slices.index(position);
    const Case& subject = slices.case_of(position);
    const auto stack = stacks_.find({subject.name, wanted.plane});
    const std::size_t there = stack == stacks_.end() ? 0 : stack->second.size();
    const std::size_t expected = slice_count(subject.image.shape(), wanted.plane);
    if (there != expected)
      throw DataError(table_.source(),
                      fmt::format("one line per slice of case {}, plane {}, {} in all", subject.name,
                                  name_of(wanted.plane), expected),
                      fmt::format("{}", there));
    const auto found = stack->second.find(wanted.slice);
    if (found == stack->second.end())
      throw DataError(table_.source(), "a line for " + slice_text(slices, position), "none");
    return found->second.row;
  }

private:
  struct Entry {
    std::size_t line;
    std::size_t row;
  };

  [[nodiscard]] std::size_t row_in(std::size_t line) const {
    const auto row = table_.number<std::size_t>(line, "row");
    if (row >= table_.rows())
      throw DataError(table_.place(line), fmt::format("a row below {} in column 'row'", table_.rows()),
                      fmt::format("{}", row));
    return row;
  }

  void add(std::size_t line, std::size_t row) {
    const std::string& name = table_.cell(line, "case");
    const Plane plane = detail::plane_in(table_, line);
    const auto slice = table_.number<std::size_t>(line, "slice");
    const auto [entry, is_new] = stacks_[{name, plane}].try_emplace(slice, Entry{line, row});
    if (!is_new)
      refuse_twice(line, fmt::format("case {}, plane {}, slice {}", name, name_of(plane), slice), entry->second.line);
  }

  [[noreturn]] void refuse_twice(std::size_t line, const std::string& what, std::size_t earlier) const {
    throw DataError(table_.place(line), "each slice and row once",
                    fmt::format("{} again, after {}", what, table_.place(earlier)));
  }

  CsvTable table_;
  std::map<std::pair<std::string, Plane>, std::map<std::size_t, Entry>> stacks_;
};

/// Features of a cohort's slices from `FOLDER/features.npy`, (N, D), and `FOLDER/index.csv`, see FeatureIndex. Lines of
/// other cases and planes are left alone.
///
/// Shapes: one row per slice, (slices, D). Cost: memory for both tables.
/// Throws: as read_npy, check_features and FeatureIndex.
[[nodiscard]] inline Array2<float> read_indexed_features(const std::filesystem::path& folder,
                                                         const SliceSource& slices) {
  const std::filesystem::path path = folder / "features.npy";
  const Array2<float> table = read_npy(path);
  check_features(table, path.string());
  const FeatureIndex index(read_csv(folder / "index.csv"), table.shape(0));
  auto features = Array2<float>::from_shape({slices.size(), table.shape(1)});
  for (std::size_t position = 0; position < slices.size(); ++position)
    std::ranges::copy(feature_row(table, index.row_of(slices, position)),
                      elements(features).begin() + static_cast<std::ptrdiff_t>(position * table.shape(1)));
  return features;
}

} // namespace sparseann
