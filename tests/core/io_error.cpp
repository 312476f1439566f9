#include "sparseann/core/io_error.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("an error of a file names it and the byte where it went wrong") {
  const IoError truncated("a/b.nii", "file ends early", 352);
  CHECK(std::string(truncated.what()) == "a/b.nii: file ends early (at byte 352)");
  CHECK(truncated.path() == "a/b.nii");
  CHECK(truncated.offset() == 352);
  CHECK(exit_code(truncated) == 1);

  const IoError missing("a/b.nii", "no such file");
  CHECK(std::string(missing.what()) == "a/b.nii: no such file");
  CHECK(missing.offset() == std::nullopt);
}
