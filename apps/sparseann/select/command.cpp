#include "apps/sparseann/select/command.hpp"

#include <iostream>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "apps/sparseann/select/arguments.hpp"
#include "apps/sparseann/select/input.hpp"
#include "apps/sparseann/select/problem.hpp"
#include "apps/sparseann/select/report.hpp"
#include "apps/sparseann/select/solve.hpp"
#include "apps/sparseann/stopwatch.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

namespace {

void publish(const Arguments& arguments, const Input& input, const std::vector<Part>& parts, const Seconds& seconds) {
  const std::string table = selection_table(input, parts);
  const Json summary = selection_summary(arguments, input, parts, seconds);
  const Uninterrupted guard;
  publish_atomically(*arguments.call.output, table);
  if (arguments.call.summary)
    write_json_file(*arguments.call.summary, summary);
}

void select(const CLI::App& app, Arguments& arguments) {
  complete(app, arguments);
  Call& call = arguments.call;
  Execution execution =
      naming_flag("--instruction-set", "instruction_set", [&] { return resolved(arguments.execution()); });
  execution.progress = Progress(std::cerr, standard_error_is_terminal());
  check_outputs(call);
  Seconds seconds;
  const Input input = [&] {
    const Stopwatch watch(seconds.read);
    return read_input(call);
  }();
  complete_for(input, call);
  const std::vector<Part> parts = solve(input, {call, arguments.policies, execution, seconds});
  publish(arguments, input, parts, seconds);
  std::cout << selection_in_words(call, input, parts) << std::flush;
}

} // namespace

int run_select(int argc, const char* const* argv) {
  leave_when_interrupted();
  Arguments arguments;
  CLI::App app("Ranks the items to label: rows of features, nodes of a graph, or slices of a stack.",
               "sparseann select");
  add_arguments(app, arguments);
  return run_program(app, argc, argv, [&] { select(app, arguments); });
}

} // namespace sparseann::app
