// sparseann COMMAND ...: each command has a folder and a line here.
#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/sparseann/command.hpp"
#include "apps/sparseann/compare/command.hpp"
#include "apps/sparseann/evaluate/command.hpp"
#include "apps/sparseann/evaluate_rand/command.hpp"
#include "apps/sparseann/import/command.hpp"
#include "apps/sparseann/nnunet/command.hpp"
#include "apps/sparseann/select/command.hpp"
#include "apps/sparseann/torch/commands.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/io/command_line.hpp"

namespace sparseann::app {

namespace {

constexpr std::array commands{select_command,  evaluate_command, evaluate_rand_command, compare_command,
                              encode_command,  plan_command,     import_command,        train_command,
                              predict_command, export_command,   nnunet_command};

std::string summaries() {
  std::string text = "Commands:\n";
  for (const Command& command : commands)
    text += fmt::format("  {:<15}{}{}.\n", command.name, command.summary,
                        command.is_in_build ? "" : " (needs LibTorch: not in this build)");
  return text + "\n`sparseann COMMAND --help` says what a command takes.";
}

[[noreturn]] void refuse(std::string_view word) {
  std::string names;
  for (const Command& command : commands)
    names += fmt::format("{}{}", names.empty() ? "" : ", ", command.name);
  throw InvalidArgument("command", "one of " + names, word.empty() ? "nothing" : fmt::format("'{}'", word));
}

int run_without_command(int argc, const char* const* argv) {
  CLI::App app("sparseann: label less of 3D images.", "sparseann");
  app.set_version_flag("--version", program_line());
  app.footer(summaries());
  return run_program(app, argc, argv, [] { refuse(""); });
}

int run(int argc, const char* const* argv) {
  const std::string_view word = argc > 1 ? argv[1] : "";
  const auto command = std::ranges::find(commands, word, &Command::name);
  if (command != commands.end())
    return command->run(argc - 1, argv + 1);
  if (word.starts_with('-'))
    return run_without_command(argc, argv);
  return guarded_main([&] { refuse(word); });
}

} // namespace

} // namespace sparseann::app

int main(int argc, char** argv) { return sparseann::app::run(argc, argv); }
