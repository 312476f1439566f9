#pragma once

#include <cstddef>
#include <filesystem>
#include <iterator>
#include <optional>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "programs/program.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "support/catch.hpp"
#include "support/selection_data.hpp"
#include "support/temporary_directory.hpp"

namespace sparseann::test {

/// The words of a command line; none of them has a blank.
[[nodiscard]] inline Arguments words(const std::string& text) {
  std::istringstream stream(text);
  return {std::istream_iterator<std::string>(stream), std::istream_iterator<std::string>()};
}

[[nodiscard]] inline ProgramResult sparseann(const std::string& arguments) {
  return Program(SPARSEANN_PROGRAM, words(arguments)).wait();
}

/// A selection as `sparseann select` writes it.
struct WrittenSelection {
  RankedSelection selection; ///< without the certificate
  std::vector<std::string> groups;
};

[[nodiscard]] inline WrittenSelection read_selection(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  const bool has_groups = table.columns().size() == 5;
  WrittenSelection written;
  std::size_t rank = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    rank = has_groups && table.cell(row, "rank") == "0" ? 0 : rank;
    CHECK(table.number<std::size_t>(row, "rank") == rank++);
    written.selection.indices.push_back(table.number<std::size_t>(row, "index"));
    if (const std::optional<double> gain = table.optional<double>(row, "gain"))
      written.selection.gains.push_back(*gain);
    if (const std::optional<double> coverage = table.optional<double>(row, "coverage"))
      written.selection.coverage.push_back(*coverage);
    if (has_groups)
      written.groups.push_back(table.cell(row, "group"));
  }
  return written;
}

/// A folder to run `sparseann select` in, whose files arguments name by {}: "{}/f.npy".
class SelectFolder {
public:
  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return directory_.path() / name; }

  void write(std::string_view name, std::string_view text) const { publish_atomically(*this / name, text); }
  void write(std::string_view name, const Array2<float>& features) const { write_npy(*this / name, features); }

  [[nodiscard]] std::string named(std::string arguments) const {
    for (std::size_t at = arguments.find("{}"); at != std::string::npos; at = arguments.find("{}"))
      arguments.replace(at, 2, directory_.path().string());
    return arguments;
  }

  [[nodiscard]] ProgramResult run(const std::string& arguments) const {
    return sparseann(named("select " + arguments));
  }

  /// Runs it, which must end well, and reads what it wrote.
  [[nodiscard]] WrittenSelection selection(const std::string& arguments) const {
    const ProgramResult result = run(arguments + " --output {}/out.csv --summary {}/out.json");
    INFO(arguments << '\n' << result.errors);
    REQUIRE(result.exit_code == 0);
    return read_selection(*this / "out.csv");
  }
  [[nodiscard]] Json summary() const { return read_json_file(*this / "out.json"); }

  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::directory_iterator(directory_.path()))
      names.push_back(entry.path().filename().string());
    std::ranges::sort(names);
    return names;
  }

private:
  TemporaryDirectory directory_;
};

[[nodiscard]] inline RankedSelection without_certificate(RankedSelection selection) {
  selection.certificate.reset();
  return selection;
}

} // namespace sparseann::test
