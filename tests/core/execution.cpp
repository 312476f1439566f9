#include "sparseann/core/execution.hpp"

#include "support/catch.hpp"

using sparseann::Execution;
using sparseann::worthwhile_threads;

TEST_CASE("threads are as many as the work is worth, and as are wanted") {
  CHECK(worthwhile_threads({.threads = 4}, 1e-6) == 1);
  CHECK(worthwhile_threads({.threads = 4}, 5e-4) == 2);
  CHECK(worthwhile_threads({.threads = 4}, 100) == 4);
  CHECK(worthwhile_threads({.threads = 1}, 100) == 1);
  CHECK(worthwhile_threads({}, 100) >= 1);
  CHECK(worthwhile_threads({}, 0) == 1);
}

TEST_CASE("execution affects no results") {
  Execution execution;
  visit(execution, [](const auto& member) { CHECK(member.affects == sparseann::Affects::execution); });
}
