#include "sparseann/io/file.hpp"

#include <fstream>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::test::TemporaryDirectory;

TEST_CASE("read_file returns every byte") {
  const TemporaryDirectory directory;
  const std::string bytes("a\0\n\xff\r\n", 6);
  std::ofstream(directory.path() / "bytes", std::ios::binary) << bytes;
  std::ofstream(directory.path() / "empty").flush();
  CHECK(sparseann::read_file(directory.path() / "bytes") == bytes);
  CHECK(sparseann::read_file(directory.path() / "empty").empty());
}

TEST_CASE("read_file names what it cannot read") {
  const TemporaryDirectory directory;
  const auto missing = directory.path() / "missing";
  CHECK_THROWS_AS(sparseann::read_file(missing), sparseann::IoError);
  CHECK_THROWS_WITH(sparseann::read_file(missing), missing.string() + ": cannot be opened: No such file or directory");
  CHECK_THROWS_WITH(sparseann::read_file(directory.path()), directory.path().string() + ": is not a regular file");
}

TEST_CASE("a normal path is absolute and ends with the folder's own name") {
  const std::filesystem::path here = std::filesystem::current_path();
  for (const char* const same : {"a/b", "a/b/", "./a//b/.", "a/c/../b"})
    CHECK(sparseann::normal_path(same) == here / "a" / "b");
  CHECK(sparseann::normal_path(".") == here);
  CHECK(sparseann::normal_path("/") == "/");
}

TEST_CASE("a FileDescriptor closes what it owns, once") {
  const TemporaryDirectory directory;
  const int raw = ::open(directory.path().c_str(), O_RDONLY | O_DIRECTORY);
  REQUIRE(raw >= 0);
  {
    sparseann::FileDescriptor first(raw);
    const sparseann::FileDescriptor second(std::move(first));
    CHECK(second.get() == raw);
    CHECK(::fcntl(raw, F_GETFD) >= 0);
  }
  CHECK(::fcntl(raw, F_GETFD) == -1);
}
