#include "sparseann/annotate/budget.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using sparseann::Budget;

TEST_CASE("one slice in k is floor(D / k), at least one") {
  CHECK(Budget{.every = 10}.slices_of(40) == 4);
  CHECK(Budget{.every = 10}.slices_of(49) == 4);
  CHECK(Budget{.every = 10}.slices_of(9) == 1);
  CHECK(Budget{.every = 1}.slices_of(31) == 31);
  CHECK(Budget{.every = 1000}.slices_of(1) == 1);
}

TEST_CASE("a count is a count") {
  CHECK(Budget{.count = 3}.slices_of(40) == 3);
  CHECK(Budget{.count = 40}.slices_of(40) == 40);
}

TEST_CASE("a budget's errors name its flag") {
  CHECK_THROWS_WITH(Budget{}.slices_of(10), "--every, --budget: expected exactly one of the two, got neither");
  CHECK_THROWS_WITH((Budget{.every = 5, .count = 2}.slices_of(10)),
                    "--every, --budget: expected exactly one of the two, got both");
  CHECK_THROWS_WITH(Budget{.every = 0}.slices_of(10), "--every: expected a whole number of at least 1, got 0");
  CHECK_THROWS_WITH(Budget{.count = 0}.slices_of(10), "--budget: expected a whole number of at least 1, got 0");
  CHECK_THROWS_WITH(Budget{.count = 11}.slices_of(10),
                    "--budget: expected at most 10, the number of slices of a plane, got 11");
  CHECK_THROWS_AS(Budget{.every = 2}.slices_of(0), sparseann::InvalidArgument);
}

TEST_CASE("a budget's fields are its flags") {
  Budget budget{.every = 5};
  std::vector<std::string> names;
  visit(budget, [&](const auto& field) { names.emplace_back(field.name); });
  CHECK(names == std::vector<std::string>{"every", "budget"});
  CHECK_THROWS_AS(sparseann::validate(Budget{.every = 0}), sparseann::InvalidArgument);
}
