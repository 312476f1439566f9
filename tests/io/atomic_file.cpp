#include "sparseann/io/atomic_file.hpp"

#include <csignal>
#include <fstream>
#include <iterator>
#include <stdexcept>

#include <sys/resource.h>
#include <sys/stat.h>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::AtomicFile;
using sparseann::IoError;
using sparseann::publish_atomically;
using sparseann::read_file;
using sparseann::test::TemporaryDirectory;

namespace {

std::ptrdiff_t entries_in(const std::filesystem::path& directory) {
  return std::distance(std::filesystem::directory_iterator(directory), std::filesystem::directory_iterator());
}

/// Makes writing beyond `bytes` fail as a full disk does.
class FileSizeLimit {
public:
  explicit FileSizeLimit(::rlim_t bytes) : old_handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &old_limit_);
    const ::rlimit limit{bytes, old_limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &limit);
  }
  FileSizeLimit(const FileSizeLimit&) = delete;
  FileSizeLimit& operator=(const FileSizeLimit&) = delete;
  ~FileSizeLimit() {
    ::setrlimit(RLIMIT_FSIZE, &old_limit_);
    std::signal(SIGXFSZ, old_handler_);
  }

private:
  void (*old_handler_)(int);
  ::rlimit old_limit_{};
};

} // namespace

TEST_CASE("a file appears on commit, complete and alone") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "plan.csv";
  AtomicFile file(path);
  file.write("case,");
  file.write("plane\n");
  CHECK_FALSE(std::filesystem::exists(path));
  file.commit();
  CHECK(read_file(path) == "case,plane\n");
  CHECK(entries_in(directory.path()) == 1);
}

TEST_CASE("a file that is not committed leaves the old one and nothing else") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "plan.csv";
  publish_atomically(path, "old");
  {
    AtomicFile(path).write("new");
  }
  CHECK(read_file(path) == "old");
  const auto fail = [](AtomicFile& file) {
    file.write("half");
    throw std::runtime_error("stop");
  };
  CHECK_THROWS_AS(publish_atomically(path, fail), std::runtime_error);
  CHECK(read_file(path) == "old");
  CHECK(entries_in(directory.path()) == 1);
  publish_atomically(path, "new");
  CHECK(read_file(path) == "new");
}

TEST_CASE("published files follow the umask") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "shared";
  const ::mode_t old = ::umask(027);
  publish_atomically(path, "x");
  ::umask(old);
  struct ::stat status{};
  REQUIRE(::stat(path.c_str(), &status) == 0);
  CHECK((status.st_mode & 0777U) == 0640U);
}

TEST_CASE("a full disk is an error that names the file and leaves nothing") {
  const TemporaryDirectory directory;
  const auto path = directory.path() / "big";
  std::string message;
  {
    const FileSizeLimit limit(4096);
    try {
      publish_atomically(path, std::string(10000, 'x'));
    } catch (const IoError& error) {
      message = error.what();
    }
  }
  CHECK(message == path.string() + ": cannot be written: File too large (at byte 4096)");
  CHECK(entries_in(directory.path()) == 0);
}

TEST_CASE("what cannot be created or put in place is an error that names the file") {
  const TemporaryDirectory directory;
  const auto orphan = directory.path() / "missing" / "file";
  CHECK_THROWS_AS(publish_atomically(orphan, "x"), IoError);
  CHECK_THROWS_WITH(publish_atomically(orphan, "x"),
                    orphan.string() + ": cannot be created: No such file or directory");
  const auto taken = directory.path() / "taken";
  std::filesystem::create_directory(taken);
  CHECK_THROWS_WITH(publish_atomically(taken, "x"), taken.string() + ": cannot be put in place: Is a directory");
  CHECK(entries_in(directory.path()) == 1);
}

TEST_CASE("an unwritable directory is an error that names the file") {
  if (::geteuid() == 0) {
    WARN("skipped: root may write everywhere");
    return;
  }
  const TemporaryDirectory directory;
  std::filesystem::permissions(directory.path(),
                               std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const auto path = directory.path() / "file";
  CHECK_THROWS_WITH(publish_atomically(path, "x"), path.string() + ": cannot be created: Permission denied");
}

TEST_CASE("what killed processes left unfinished is removed, at any depth, and nothing else") {
  const TemporaryDirectory directory;
  std::filesystem::create_directories(directory.path() / "base" / "3d");
  const auto write = [&](const std::filesystem::path& name) {
    std::ofstream(directory.path() / name) << "text";
    return directory.path() / name;
  };
  const auto unfinished = {write(".plan.csv.12-0.tmp"), write("base/3d/.checkpoint.pt.7-3.tmp")};
  const auto others = {write("mine.tmp"),   write(".mine.tmp"), write(".lock"),     write("base/3d/model.pt"),
                       write(".tmp"),       write("..7-0.tmp"), write(".a.7.tmp"),  write(".a.7-.tmp"),
                       write(".a.x-1.tmp"), write("a.7-1.tmp"), write(".a.7-1.txt")};
  sparseann::remove_unfinished_files(directory.path());
  for (const auto& file : unfinished)
    CHECK_FALSE(std::filesystem::exists(file));
  for (const auto& file : others)
    CHECK(std::filesystem::exists(file));
}
