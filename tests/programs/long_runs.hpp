#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/crc.hpp>
#include <fmt/format.h>

#include "programs/quickstart.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann::test {

inline constexpr std::array<std::size_t, 3> long_seeds{0, 1, 2};

/// A data set below the folder that the environment variable SPARSEANN_DATA names; none where it is not there, and then
/// ctest reports the test as skipped.
[[nodiscard]] inline std::optional<std::filesystem::path> data_set(std::string_view name) {
  const char* const root = std::getenv("SPARSEANN_DATA");
  if (root != nullptr && std::filesystem::is_directory(std::filesystem::path(root) / name))
    return std::filesystem::path(root) / name;
  fmt::print("skipped: no folder {}/{} (set SPARSEANN_DATA)\n", root == nullptr ? "$SPARSEANN_DATA" : root, name);
  return std::nullopt;
}

/// Where long runs are kept: in the folder that the environment variable SPARSEANN_LONG_RUNS names, else in one for
/// this very program, so that no test reads the results of another.
[[nodiscard]] inline std::filesystem::path long_runs_folder() {
  if (const char* const chosen = std::getenv("SPARSEANN_LONG_RUNS"); chosen != nullptr)
    return chosen;
  const std::string bytes = read_file(SPARSEANN_QUICKSTART);
  boost::crc_32_type checksum;
  checksum.process_bytes(bytes.data(), bytes.size());
  return std::filesystem::path(SPARSEANN_LONG_RUNS) / fmt::format("{:08x}", checksum.checksum());
}

/// A finished run of quickstart: made where it is not there yet, so that tests share it, gone on with where it was
/// interrupted.
class LongRun {
public:
  LongRun(const std::string& name, const Arguments& arguments) : path_(long_runs_folder() / name) {
    std::filesystem::create_directories(path_.parent_path());
    const ProgramResult result = Program(SPARSEANN_QUICKSTART, joined({"--out", path_.string()}, arguments),
                                         {.time = std::chrono::seconds(1800), .file_bytes = {}})
                                     .wait();
    INFO(result.errors);
    REQUIRE(result.exit_code == 0);
  }

  /// Over classes and test cases.
  [[nodiscard]] double mean_dice(std::string_view method) const {
    const CsvTable table = read_csv(path_ / "summary.csv");
    for (std::size_t row = 0; row < table.rows(); ++row)
      if (table.cell(row, "method") == method && table.cell(row, "class") == "all")
        return table.number<double>(row, "dice_mean");
    throw DataError((path_ / "summary.csv").string(), fmt::format("the method {}", method), "none");
  }

  [[nodiscard]] CsvTable table(const std::string& file) const { return read_csv(path_ / file); }

private:
  std::filesystem::path path_;
};

/// A method's Dice over several runs.
[[nodiscard]] inline double mean_dice(const std::vector<LongRun>& runs, std::string_view method) {
  double sum = 0;
  for (const LongRun& run : runs)
    sum += run.mean_dice(method);
  return sum / static_cast<double>(runs.size());
}

} // namespace sparseann::test
