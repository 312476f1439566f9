#include "sparseann/core/parallel.hpp"

#include <stdexcept>
#include <string>

#include "support/catch.hpp"

TEST_CASE("parallel_for runs every index once, whatever the number of threads") {
  for (const std::size_t threads : {1U, 2U, 7U}) {
    std::vector<int> visits(100, 0);
    sparseann::parallel_for(visits.size(), threads, [&](std::size_t i) { ++visits[i]; });
    CHECK(visits == std::vector<int>(100, 1));
  }
  sparseann::parallel_for(0, 4, [](std::size_t) { FAIL("nothing to do"); });
}

TEST_CASE("parallel_for passes a failure on") {
  for (const std::size_t threads : {1U, 3U})
    CHECK_THROWS_WITH(sparseann::parallel_for(10, threads,
                                              [](std::size_t i) {
                                                if (i == 4)
                                                  throw std::runtime_error("item 4");
                                              }),
                      "item 4");
}
