#include "sparseann/io/mapped_file.hpp"

#include <fstream>
#include <string>

#include <unistd.h>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::MappedFile;
using sparseann::test::TemporaryDirectory;

namespace {

std::filesystem::path file_of(const TemporaryDirectory& directory, const std::string& bytes) {
  const auto path = directory.path() / "mapped";
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

} // namespace

TEST_CASE("a MappedFile shows every byte, also where the file is no whole number of pages") {
  for (const std::size_t size : {1UL, 4095UL, 4096UL, 10001UL}) {
    std::string bytes(size, '\0');
    for (std::size_t i = 0; i < size; ++i)
      bytes[i] = static_cast<char>(i * 7 + i / 256);
    const TemporaryDirectory directory;
    CHECK(MappedFile(file_of(directory, bytes)).bytes() == bytes);
    CHECK(MappedFile(file_of(directory, bytes), sparseann::Reading::parts).bytes() == bytes);
  }
}

TEST_CASE("an empty file is mapped as no bytes") {
  const TemporaryDirectory directory;
  const MappedFile file(file_of(directory, ""));
  CHECK(file.bytes().empty());
  file.forget();
}

TEST_CASE("what a MappedFile forgot it takes no memory for and shows again") {
  const TemporaryDirectory directory;
  const std::size_t pages = 4096; // the kernel may count late, by some dozens
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  const MappedFile file(file_of(directory, std::string(pages * page, 'x')), sparseann::Reading::parts);
  const auto own_pages = [] { // resident, of files: the third number
    std::ifstream statistics("/proc/self/statm");
    std::size_t total = 0;
    std::size_t resident = 0;
    std::size_t of_files = 0;
    statistics >> total >> resident >> of_files;
    return of_files;
  };
  const std::size_t before = own_pages();
  CHECK(file.bytes() == std::string(pages * page, 'x'));
  CHECK(own_pages() > before + pages / 2);
  file.forget();
  CHECK(own_pages() < before + pages / 2);
  CHECK(file.bytes().back() == 'x');
}

TEST_CASE("a MappedFile outlives the file's name and moves") {
  const TemporaryDirectory directory;
  const auto path = file_of(directory, "one");
  MappedFile first(path);
  std::filesystem::remove(path);
  MappedFile second(std::move(first));
  CHECK(second.bytes() == "one");
  second = MappedFile(file_of(directory, "another"));
  CHECK(second.bytes() == "another");
}

TEST_CASE("a MappedFile names what it cannot map") {
  const TemporaryDirectory directory;
  const auto missing = directory.path() / "missing";
  CHECK_THROWS_AS(MappedFile(missing), sparseann::IoError);
  CHECK_THROWS_WITH(MappedFile(missing), missing.string() + ": cannot be opened: No such file or directory");
  CHECK_THROWS_WITH(MappedFile(directory.path()), directory.path().string() + ": is not a regular file");
}
