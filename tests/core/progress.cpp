#include "sparseann/core/progress.hpp"

#include <chrono>
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

TEST_CASE("long work tells where it is and how long it takes, as a bar on a terminal and as lines elsewhere") {
  const auto output_of = [](bool terminal, std::size_t skipped) {
    Progress::Clock::time_point now{};
    std::ostringstream out;
    auto task = Progress(out, terminal, [&] { return now; }).start("base/3d", 8);
    task.skip(skipped);
    for (int i = 0; i < 2; ++i) {
      now += std::chrono::seconds(10);
      task.advance(1, "loss 0.5");
      now += std::chrono::milliseconds(10);
      task.advance(0); // too soon for another line
    }
    now += std::chrono::seconds(60);
    task.finish("loss 0.1");
    return out.str();
  };
  CHECK(output_of(false, 0) == "base/3d 1/8  12 %, 70 s left, loss 0.5\n"
                               "base/3d 2/8  25 %, 60 s left, loss 0.5\n"
                               "base/3d: done in 80.0 s, loss 0.1\n");
  CHECK(output_of(true, 0) == "\r\033[K[===                     ] base/3d 1/8  12 %, 70 s left, loss 0.5"
                              "\r\033[K[======                  ] base/3d 2/8  25 %, 60 s left, loss 0.5"
                              "\r\033[Kbase/3d: done in 80.0 s, loss 0.1\n");
  // Steps of an earlier run count as done, and not for the speed.
  CHECK_THAT(output_of(false, 4), ContainsSubstring("base/3d 5/8  62 %, 30 s left, loss 0.5\n"));
}

TEST_CASE("a default progress is silent") {
  auto task = Progress().start("step", 2);
  task.advance(2);
  task.finish();
  Progress().say("nothing");
}
