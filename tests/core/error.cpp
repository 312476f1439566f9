#include "sparseann/core/error.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("errors say what was expected and what came, and map to exit codes") {
  const InvalidArgument usage("--every", "an integer of at least 1", "0");
  CHECK(std::string(usage.what()) == "--every: expected an integer of at least 1, got 0");
  CHECK(usage.argument() == "--every");
  CHECK(exit_code(usage) == 2);
  CHECK(std::string(usage.renamed("every_n").what()) == "every_n: expected an integer of at least 1, got 0");
  CHECK(usage.renamed("every_n").argument() == "every_n");

  CHECK(exit_code(DataError("case 3", "1 channel", "2")) == 1);

  const NumericalError diverged("sparse 3d", 17, "loss is nan");
  CHECK(std::string(diverged.what()) == "sparse 3d, iteration 17: loss is nan");
  CHECK(exit_code(diverged) == 1);
  CHECK(exit_code(std::runtime_error("other")) == 1);
}
