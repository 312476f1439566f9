// Checkpoints that a disk or a person damaged, and runs that were moved.
#include <csignal>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "fault/toy_training.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::Program;
using sparseann::test::TemporaryDirectory;

namespace {

/// Cuts a file at a random length, or flips one of its bits.
void damage(const std::filesystem::path& path, Generator& generator) {
  std::string bytes = read_file(path);
  const std::size_t at = generator.uniform_index(bytes.size());
  if (generator.coin())
    bytes.resize(at);
  else
    bytes[at] = static_cast<char>(static_cast<unsigned char>(bytes[at]) ^ (1U << generator.uniform_index(8)));
  publish_atomically(path, bytes);
}

/// The checkpoints, from the oldest, of the training that a run is in; none between trainings.
std::vector<std::filesystem::path> open_checkpoints(const std::filesystem::path& run) {
  std::vector<std::filesystem::path> paths = test::checkpoints(run);
  std::erase_if(paths, [](const std::filesystem::path& path) {
    return std::filesystem::exists(path.parent_path() / "model.safetensors");
  });
  return paths;
}

/// Lets a run go on until a training has two checkpoints, and kills it, until the kill came before the training ended.
/// None where the run ended before.
std::optional<std::filesystem::path> newest_checkpoint_of_killed(const std::filesystem::path& run) {
  for (;;) {
    Program program(SPARSEANN_QUICKSTART, test::fault_run(run));
    const bool reached = program.run_until(
        [&] { return std::filesystem::exists(run / "run.json") && open_checkpoints(run).size() >= 2; });
    program.kill();
    if (program.wait().exit_code != -SIGKILL || !reached)
      return std::nullopt;
    if (const auto checkpoints = open_checkpoints(run); checkpoints.size() >= 2)
      return checkpoints.back();
  }
}

/// Damages the newest checkpoint `times` times, in every training that there is, and checks what comes of it.
std::size_t damage_checkpoints(std::size_t times, Generator generator) {
  const TemporaryDirectory directory;
  const auto expected = test::undisturbed_results(directory.path());
  std::size_t damaged = 0;
  for (std::size_t runs = 0; damaged < times; ++runs) {
    const auto run = directory.path() / fmt::format("run_{}", runs);
    while (damaged < times) {
      const auto newest = newest_checkpoint_of_killed(run);
      if (!newest)
        break;
      damage(*newest, generator);
      ++damaged;
      // The next program tells it and goes on from the one before.
      Program program(SPARSEANN_QUICKSTART, test::fault_run(run));
      CHECK(program.run_until(
          [&] { return program.errors().find("warning: " + newest->string()) != std::string::npos; }));
      CHECK(program.run_until([&] { return !std::filesystem::exists(newest->string() + ".damaged"); }));
      program.kill();
      (void)program.wait();
    }
    test::check_runs(test::fault_run(run));
    test::check_same_results(test::results_of(run), expected);
    std::filesystem::remove_all(run);
  }
  return damaged;
}

} // namespace

TEST_CASE("a checkpoint that was cut or has a flipped bit is told, and the one before it is taken") {
  CHECK(damage_checkpoints(2, Generator(1)) == 2);
}

TEST_CASE("a hundred damaged checkpoints, cut or with a flipped bit, are told, and change no result", "[long]") {
  CHECK(damage_checkpoints(100, Generator(2)) == 100);
}

TEST_CASE("a run that is copied elsewhere while idle goes on there and ends with the same bytes") {
  const TemporaryDirectory directory;
  const auto expected = test::undisturbed_results(directory.path());
  const auto here = directory.path() / "here";
  const auto there = directory.path() / "elsewhere" / "there";
  REQUIRE(newest_checkpoint_of_killed(here));
  std::filesystem::create_directories(there.parent_path());
  std::filesystem::copy(here, there, std::filesystem::copy_options::recursive);
  std::filesystem::remove_all(here);
  test::check_runs(test::fault_run(there));
  test::check_same_results(test::results_of(there), expected);
}
