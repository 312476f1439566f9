#include "apps/sparseann/compare/command.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "apps/sparseann/compare/measurements.hpp"
#include "apps/sparseann/compare/report.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct CompareCall {
  std::vector<std::string> methods; ///< one flag's several words, which options' fields are not
  std::string metric = "dice";
  std::string baseline;
  std::string output;
  bool common_cases = false;
  int decimals = 3;
  BootstrapOptions bootstrap;
  DetectionOptions detection;

  friend void visit(CompareCall& call, auto&& visitor) {
    visitor(field("metric", call.metric, "the column to compare"));
    visitor(field("baseline", call.baseline, "the method that the others are compared with"));
    visitor(field("output", call.output, "comparison.csv to write; beside it the same name with .md and .tex"));
    visitor(field("common-cases", call.common_cases, "whether cases that a method lacks are left out of all"));
    visitor(field("decimals", call.decimals, "of numbers on screen, in .md and .tex", between(0, 12)));
    visitor(field("resamples", call.bootstrap.resamples, "of the bootstrap", between(1, 1e7)));
    visitor(field("confidence", call.bootstrap.confidence, "of the intervals", between(0, 1)));
    visitor(field("seed", call.bootstrap.seed, "of the bootstrap"));
    visitor(field("alpha", call.detection.alpha, "of the smallest detectable difference", between(1e-9, 0.5)));
    visitor(field("power", call.detection.power, "of the smallest detectable difference", between(0.5, 0.999)));
  }
};

std::size_t baseline_of(const CompareCall& call, const std::vector<Method>& methods) {
  const auto found = std::ranges::find(methods, call.baseline, &Method::name);
  if (found != methods.end())
    return static_cast<std::size_t>(found - methods.begin());
  std::vector<std::string> names;
  for (const Method& method : methods)
    names.push_back(method.name);
  throw InvalidArgument("--baseline", fmt::format("one of {}", fmt::join(names, ", ")),
                        call.baseline.empty() ? "nothing" : fmt::format("'{}'", call.baseline));
}

void check_output(const fs::path& output) {
  if (output.extension() != ".csv" || fs::is_directory(output))
    throw InvalidArgument("--output", "a .csv file to write", output.empty() ? "nothing" : output.string());
}

void compare(const CompareCall& call) {
  const std::vector<Method> methods = methods_of(call.methods);
  const std::size_t baseline = baseline_of(call, methods);
  check_output(call.output);
  const std::vector<ClassMeasurements> classes = read_measurements(methods, call.metric, call.common_cases);
  const std::vector<ComparedMethod> rows = compared(methods, classes, baseline, call.bootstrap, call.detection);
  const TextTable table = comparison_table(rows, call.decimals);
  {
    const Uninterrupted guard;
    publish_atomically(call.output, table.csv());
    publish_atomically(fs::path(call.output).replace_extension(".md"), table.markdown());
    publish_atomically(fs::path(call.output).replace_extension(".tex"), table.latex());
  }
  for (const ClassMeasurements& each : classes)
    if (each.left_out > 0)
      std::cerr << fmt::format("class {}: {} cases left out that not all methods have\n", each.name, each.left_out);
  std::cout << comparison_in_words(rows, call.metric, call.bootstrap.confidence, call.decimals) << std::flush;
}

} // namespace

int run_compare(int argc, const char* const* argv) {
  leave_when_interrupted();
  CompareCall call;
  CLI::App app("Compares methods on the same cases: means, differences with intervals, and whether they are chance.",
               "sparseann compare");
  app.set_version_flag("--version", program_line());
  app.add_option("--methods", call.methods,
                 "NAME=FILE[,FILE...] of every method: metrics.csv of each seed (FILE#METHOD for one of a run's)");
  add_options(app, call);
  return run_program(app, argc, argv, [&] { compare(call); });
}

} // namespace sparseann::app
