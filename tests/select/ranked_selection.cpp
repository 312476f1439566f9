#include "sparseann/select/ranked_selection.hpp"

#include "support/catch.hpp"

TEST_CASE("a selection budget is at least 1 and at most the number of items") {
  CHECK_NOTHROW(sparseann::check_selection_budget(1, 4));
  CHECK_NOTHROW(sparseann::check_selection_budget(4, 4));
  CHECK_THROWS_WITH(sparseann::check_selection_budget(0, 4),
                    "budget: expected a count of at least 1 and at most 4 (all there are), got 0");
  CHECK_THROWS_WITH(sparseann::check_selection_budget(5, 4, "--budget"),
                    "--budget: expected a count of at least 1 and at most 4 (all there are), got 5");
  CHECK_THROWS_AS(sparseann::check_selection_budget(1, 0), sparseann::InvalidArgument);
}
