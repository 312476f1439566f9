#include "sparseann/metric/holm.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace sparseann;

// statsmodels 0.15.0: multipletests(p, method="holm")
TEST_CASE("adjusted p-values are those of statsmodels") {
  const std::vector<double> adjusted = holm_adjusted(std::vector<double>{0.01, 0.04, 0.03, 0.005, 0.5, 0.04});
  const std::vector<double> expected{0.05, 0.12, 0.12, 0.03, 0.5, 0.12};
  REQUIRE(adjusted.size() == expected.size());
  for (std::size_t i = 0; i < expected.size(); ++i)
    CHECK(adjusted[i] == Approx(expected[i]));
}

TEST_CASE("one comparison needs no adjustment, none has none, and 1 is the most") {
  CHECK((holm_adjusted(std::vector<double>{0.2}) == std::vector<double>{0.2}));
  CHECK(holm_adjusted({}).empty());
  CHECK((holm_adjusted(std::vector<double>{0.9, 0.8}) == std::vector<double>{1, 1}));
}

TEST_CASE("what is no probability is refused with its place") {
  CHECK_THROWS_WITH(holm_adjusted(std::vector<double>{0.5, 1.5}),
                    "p_values: expected numbers from 0 to 1, got 1.5 at index 1");
  CHECK_THROWS_AS(holm_adjusted(std::vector<double>{std::nan("")}), InvalidArgument);
}
