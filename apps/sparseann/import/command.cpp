#include "apps/sparseann/import/command.hpp"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "apps/required.hpp"
#include "apps/sparseann/import/drawn_case.hpp"
#include "apps/sparseann/import/result.hpp"
#include "apps/staged_folder.hpp"
#include "sparseann/annotate/round_progress.hpp"
#include "sparseann/core/interruption.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/nnunet_layout.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

struct ImportCall {
  std::string round;
  std::optional<std::string> drawn;
  std::optional<std::string> empty;
  std::vector<std::string> without;
  DrawnLabelsOptions options;
  double geometry_tolerance = 0.01;

  friend void visit(ImportCall& call, auto&& visitor) {
    visitor(field("round", call.round, "folder that `sparseann plan` wrote"));
    visitor(field("drawn", call.drawn,
                  "folder of the drawn files: labels/CASE.nii.gz, planes/PLANE/CASE.nii.gz, or CASE.nii.gz alone; "
                  "none: the round's own"));
    visitor(field("empty", call.empty,
                  "list of slices with nothing to draw on them (case,plane,slice), which the round's page saves; none: "
                  "empty.csv in the round, where it is there"));
    visitor(field("without", call.without, "cases whose files are left out, as if none had come back"));
    visit(call.options, visitor);
    visitor(field("geometry-tolerance", call.geometry_tolerance,
                  "how far, in voxels, a file's header may have its voxels from where the image has them",
                  at_least(0)));
  }
};

std::vector<PlannedCase> empty_slices(const ImportCall& call, const AnnotationRound& round) {
  if (call.empty)
    return read_empty_slices(*call.empty, round);
  if (fs::exists(round.path() / "empty.csv"))
    return read_empty_slices(round.path() / "empty.csv", round);
  return std::vector<PlannedCase>(round.case_names().size());
}

void leave_out(const ImportCall& call, const AnnotationRound& round, ReturnedFiles& returned) {
  for (const std::string& name : call.without) {
    if (std::ranges::find(round.case_names(), name) == round.case_names().end())
      throw InvalidArgument("--without", "cases of the round", fmt::format("'{}'", name));
    returned.erase(name);
  }
}

/// Every case is tried, so that all that is wrong is said at once; where anything is, nothing is imported.
std::vector<DrawnCase> read_cases(const ImportCall& call, const AnnotationRound& round, const Progress& progress) {
  const std::vector<PlannedCase> empty = empty_slices(call, round);
  ReturnedFiles returned = find_returned_files(call.drawn.value_or(call.round), round);
  leave_out(call, round, returned);
  const DrawnCaseOptions options{.drawn = call.options, .geometry_tolerance = call.geometry_tolerance};
  std::vector<DrawnCase> cases;
  std::size_t failures = 0;
  auto task = progress.start("import", round.case_names().size());
  for (std::size_t c = 0; c < round.case_names().size(); ++c) {
    try {
      cases.push_back(read_drawn_case(round, c, returned[round.case_names()[c]], empty[c], options));
    } catch (const Error& error) {
      ++failures;
      progress.say(fmt::format("error: {}", error.what()));
    }
    task.advance();
  }
  task.finish();
  if (failures > 0)
    throw DataError(
        call.round, "files that can all be imported, or --without CASE for those that cannot",
        fmt::format("{} of {} cases that cannot, see above; nothing is imported", failures, round.case_names().size()));
  return cases;
}

/// What else is known of the files is said first, as it may be why nothing is drawn.
void refuse_nothing(const ImportCall& call, const AnnotationRound& round, const std::vector<DrawnCase>& cases,
                    const Progress& progress) {
  const auto unknown = static_cast<std::uint8_t>(round.class_names().size());
  for (const DrawnCase& scan : cases)
    if (std::ranges::any_of(elements(scan.drawn.voxels), [&](std::uint8_t label) { return label != unknown; }))
      return;
  for (const DrawnCase& scan : cases)
    for (const std::string& note : scan.notes)
      progress.say("note: " + note);
  throw DataError(call.drawn.value_or(call.round), "at least one drawn slice",
                  "none: planned slices hold background alone, or ignore (--complete says that it is meant so)");
}

/// What an import that was killed has left. Nobody else is importing, as the folder is locked.
void remove_unfinished_imports(const fs::path& imports) {
  std::vector<fs::path> unfinished;
  for (const auto& entry : fs::directory_iterator(imports))
    if (entry.is_directory() && entry.path().filename().string().starts_with('.'))
      unfinished.push_back(entry.path());
  for (const fs::path& folder : unfinished)
    fs::remove_all(folder);
}

fs::path next_import(const fs::path& imports) {
  std::size_t last = 0;
  for (const auto& entry : fs::directory_iterator(imports))
    last = std::max(last, detail::whole_number(entry.path().filename().string()).value_or(0));
  return imports / fmt::format("{:04}", last + 1);
}

void import_round(const ImportCall& call) {
  check_required({{"--round", call.round, "a folder that `sparseann plan` wrote"}});
  const Progress progress(std::cerr, standard_error_is_terminal());
  const AnnotationRound round(call.round);
  const fs::path imports = round.path() / "imports";
  fs::create_directories(imports);
  const DirectoryLock lock(imports);
  remove_unfinished_imports(imports);
  const std::vector<DrawnCase> cases = read_cases(call, round, progress);
  refuse_nothing(call, round, cases, progress);
  const Uninterrupted guard;
  const fs::path target = next_import(imports);
  StagedFolder folder(target);
  write_import(folder.path(), round, cases, to_json(call));
  folder.commit();
  if (fs::exists(round.path() / "index.html"))
    show_progress(round.path() / "index.html", slices_of(round, cases), round.case_names());
  std::cout << import_in_words(target, round, cases) << std::flush;
}

} // namespace

int run_import(int argc, const char* const* argv) {
  leave_when_interrupted();
  ImportCall call;
  CLI::App app("Takes what annotators have drawn of a round, complete or not, as a new state beside earlier ones.",
               "sparseann import");
  app.set_version_flag("--version", program_line());
  add_options(app, call);
  return run_program(app, argc, argv, [&] { import_round(call); });
}

} // namespace sparseann::app
