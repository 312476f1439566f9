#include "apps/sparseann/compare/measurements.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <map>
#include <optional>
#include <set>
#include <string_view>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann::app {

namespace {

/// One file's values by label and case; none where the file has the case and no number.
struct FileValues {
  std::string file;
  std::map<std::size_t, std::map<std::string, std::optional<double>>> by_label;
  std::map<std::size_t, std::string> class_names;
};

bool has_column(const CsvTable& table, std::string_view column) {
  return std::ranges::find(table.columns(), column) != table.columns().end();
}

/// The method whose rows are wanted, none of a file that has no methods.
std::optional<std::string> wanted_method(const CsvTable& table, const std::string& name, const std::string& chosen) {
  if (!has_column(table, "method")) {
    if (!chosen.empty())
      throw DataError(table.source(), fmt::format("a column 'method' for '{}'", chosen), "none");
    return std::nullopt;
  }
  std::set<std::string> there;
  for (std::size_t row = 0; row < table.rows(); ++row)
    there.insert(table.cell(row, "method"));
  const std::string& wanted = chosen.empty() ? name : chosen;
  if (there.contains(wanted))
    return wanted;
  if (chosen.empty() && there.size() == 1)
    return *there.begin();
  throw DataError(table.source(), fmt::format("the method '{}' (or FILE#METHOD)", wanted),
                  fmt::format("the methods {}", fmt::join(there, ", ")));
}

FileValues read_values(const std::string& file, const std::string& name, const std::string& metric) {
  const std::size_t hash = file.find('#');
  const CsvTable table = read_csv(file.substr(0, hash));
  const std::string_view label_column = has_column(table, "label") ? "label" : "class";
  const auto method = wanted_method(table, name, hash == std::string::npos ? "" : file.substr(hash + 1));
  FileValues values{.file = file, .by_label = {}, .class_names = {}};
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (method && table.cell(row, "method") != *method)
      continue;
    const auto label = table.number<std::size_t>(row, label_column);
    const auto value = table.optional<double>(row, metric);
    if (value && !std::isfinite(*value))
      throw DataError(table.place(row), fmt::format("a finite number in column '{}'", metric),
                      fmt::format("{}", *value));
    values.class_names[label] = table.cell(row, "class");
    if (!values.by_label[label].emplace(table.cell(row, "case"), value).second)
      throw DataError(table.place(row), "every case once per class",
                      fmt::format("case {} again", table.cell(row, "case")));
  }
  return values;
}

bool has_number(const FileValues& values, std::size_t label, const std::string& name) {
  const auto cases = values.by_label.find(label);
  if (cases == values.by_label.end())
    return false;
  const auto found = cases->second.find(name);
  return found != cases->second.end() && found->second.has_value();
}

/// Fills the class's cases with those that all files have.
void choose_cases(std::span<const FileValues> files, std::size_t label, const std::string& metric, bool common_cases,
                  ClassMeasurements& measured) {
  std::set<std::string> all;
  for (const FileValues& values : files)
    if (const auto cases = values.by_label.find(label); cases != values.by_label.end())
      for (const auto& [name, value] : cases->second)
        all.insert(name);
  for (const std::string& name : all) {
    const auto lacking =
        std::ranges::find_if(files, [&](const FileValues& values) { return !has_number(values, label, name); });
    if (lacking == files.end())
      measured.cases.push_back(name);
    else if (!common_cases)
      throw DataError(lacking->file,
                      fmt::format("{} of case {}, class {}, which another file has (or --common-cases true)", metric,
                                  name, measured.name),
                      "none");
    else
      ++measured.left_out;
  }
  if (measured.cases.size() < 2)
    throw DataError(fmt::format("class {}", measured.name), "at least two cases that all methods have",
                    std::to_string(measured.cases.size()));
}

} // namespace

std::vector<Method> methods_of(std::span<const std::string> typed) {
  std::vector<Method> methods;
  for (const std::string& text : typed) {
    const std::size_t equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size())
      throw InvalidArgument("--methods", "NAME=FILE[,FILE...] of every method", fmt::format("'{}'", text));
    Method method{.name = text.substr(0, equals), .files = {}};
    for (std::size_t begin = equals + 1; begin <= text.size();) {
      const std::size_t end = std::min(text.find(',', begin), text.size());
      method.files.push_back(text.substr(begin, end - begin));
      begin = end + 1;
    }
    if (std::ranges::count(methods, method.name, &Method::name) > 0)
      throw InvalidArgument("--methods", "methods of different names", fmt::format("'{}' twice", method.name));
    methods.push_back(std::move(method));
  }
  if (methods.size() < 2)
    throw InvalidArgument("--methods", "at least two methods", std::to_string(methods.size()));
  return methods;
}

std::vector<ClassMeasurements> read_measurements(std::span<const Method> methods, const std::string& metric,
                                                 bool common_cases) {
  std::vector<FileValues> files;
  std::map<std::size_t, std::string> classes;
  for (const Method& method : methods)
    for (const std::string& file : method.files) {
      files.push_back(read_values(file, method.name, metric));
      for (const auto& [label, name] : files.back().class_names)
        if (const auto known = classes.emplace(label, name).first; known->second == std::to_string(label))
          known->second = name; // a file of a run knows what the label is called
    }
  if (classes.empty())
    throw DataError(files.front().file, "at least one row", "none");
  std::vector<ClassMeasurements> all;
  for (const auto& [label, name] : classes) {
    ClassMeasurements measured{.name = name, .cases = {}, .methods = {}};
    choose_cases(files, label, metric, common_cases, measured);
    auto file = files.begin();
    for (const Method& method : methods) {
      SeedValues values(std::array<std::size_t, 2>{method.files.size(), measured.cases.size()});
      for (std::size_t seed = 0; seed < method.files.size(); ++seed, ++file)
        for (std::size_t i = 0; i < measured.cases.size(); ++i)
          values(seed, i) = file->by_label.at(label).at(measured.cases[i]).value();
      measured.methods.push_back(std::move(values));
    }
    all.push_back(std::move(measured));
  }
  return all;
}

} // namespace sparseann::app
