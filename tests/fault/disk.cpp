// A disk that is full or read-only.
#include <cstddef>
#include <filesystem>
#include <string>

#include <fmt/format.h>

#include "fault/small_disk.hpp"
#include "fault/toy_training.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;
using sparseann::test::SmallDisk;
using sparseann::test::TemporaryDirectory;

namespace {

constexpr std::size_t enough = std::size_t{256} << 20U;

[[nodiscard]] std::size_t bytes_of(const std::map<std::string, std::string>& results) {
  std::size_t sum = 0;
  for (const auto& [name, bytes] : results)
    sum += bytes.size();
  return sum;
}

/// Runs on a disk that is full at several points, makes room each time, and checks what comes of it.
void fill_disks(std::size_t disks) {
  const TemporaryDirectory directory;
  const auto expected = test::undisturbed_results(directory.path());
  std::string reason;
  const auto mounted = SmallDisk::mount_at(directory.path() / "disk", enough, reason);
  if (!mounted) {
    WARN("skipped: " + reason);
    return;
  }
  for (std::size_t i = 0; i < disks; ++i) {
    const auto run = directory.path() / "disk" / fmt::format("run_{}", i);
    const std::size_t room = bytes_of(expected) * (i + 1) / (disks + 1);
    CAPTURE(room);
    REQUIRE(mounted->resize(room));
    const auto full = test::quickstart(test::fault_run(run));
    CHECK(full.exit_code == 1);
    CHECK_THAT(test::last_line(full.errors), ContainsSubstring("No space left on device"));
    CHECK_THAT(test::last_line(full.errors), ContainsSubstring("error: " + run.string()));
    REQUIRE(mounted->resize(enough));
    test::check_runs(test::fault_run(run));
    test::check_same_results(test::results_of(run), expected);
    std::filesystem::remove_all(run);
  }
}

} // namespace

TEST_CASE("a run on a full disk names the file, and goes on to the same bytes once there is room") { fill_disks(2); }

TEST_CASE("runs on disks that are full at forty different points all end with the same bytes", "[long]") {
  fill_disks(40);
}

TEST_CASE("a read-only run directory is an error that names it, and the run goes on when it can be written again") {
  const TemporaryDirectory directory;
  const auto run = directory.path() / "disk" / "run";
  std::string reason;
  const auto mounted = SmallDisk::mount_at(directory.path() / "disk", enough, reason);
  if (!mounted) {
    WARN("skipped: " + reason);
    return;
  }
  test::check_runs(test::fault_run(run));
  const auto expected = test::results_of(run);
  REQUIRE(mounted->make_read_only(true));
  for (const auto& out : {run, directory.path() / "disk" / "other"}) {
    const auto result = test::quickstart(test::fault_run(out));
    CHECK(result.exit_code == 1);
    CHECK_THAT(test::last_line(result.errors), ContainsSubstring("error: " + out.string()));
    CHECK_THAT(test::last_line(result.errors), ContainsSubstring("Read-only file system"));
  }
  REQUIRE(mounted->make_read_only(false));
  test::check_runs(test::fault_run(run));
  test::check_same_results(test::results_of(run), expected);
}
