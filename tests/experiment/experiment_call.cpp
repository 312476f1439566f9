#include "sparseann/experiment/experiment_call.hpp"

#include <cstdint>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("seeds are a range or a list") {
  CHECK(seeds_from("0..4") == std::vector<std::uint64_t>{0, 1, 2, 3, 4});
  CHECK(seeds_from("7..7") == std::vector<std::uint64_t>{7});
  CHECK(seeds_from("3,1,20") == std::vector<std::uint64_t>{3, 1, 20});
  CHECK(seeds_from("").empty());
  for (const char* const wrong : {"a", "1,", "..3", "1..", "1;2", "-1"})
    CHECK_THROWS_WITH(seeds_from(wrong),
                      std::string("--seeds: expected whole numbers by commas, or FIRST..LAST, got '") + wrong + "'");
  CHECK_THROWS_WITH(seeds_from("4..0"), "--seeds: expected 1 to 10,000 of them, got '4..0'");
}

TEST_CASE("threads are divided among the trials that run at a time") {
  ExperimentCall call;
  call.threads = 3;
  call.jobs = 2;
  CHECK(call.threads_of_trial() == 3);
  call.threads = 0;
  call.jobs = 1024;
  CHECK(call.threads_of_trial() == 1);
}
