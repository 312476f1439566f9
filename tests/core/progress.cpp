#include "sparseann/core/progress.hpp"

#include <sstream>

#include "support/catch.hpp"

using sparseann::Progress;

TEST_CASE("without a terminal, short work prints one plain line") {
  std::ostringstream out;
  {
    auto task = Progress(out, false).start("step", 5);
    for (int i = 0; i < 5; ++i)
      task.advance();
    task.finish("loss 0.1");
  }
  CHECK(out.str().find('\r') == std::string::npos);
  CHECK(out.str().rfind("step: done in ", 0) == 0);
  CHECK(out.str().find("loss 0.1") != std::string::npos);
}

TEST_CASE("a default progress is silent") {
  auto task = Progress().start("step", 2);
  task.advance(2);
  task.finish();
  Progress().say("nothing");
}
