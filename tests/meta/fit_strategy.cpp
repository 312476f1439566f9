#include "sparseann/meta/fit_strategy.hpp"

#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("fit strategies compose") {
  STATIC_REQUIRE(FitStrategy<RandomFit>);
  STATIC_REQUIRE(FitStrategy<NearestFit>);
  STATIC_REQUIRE(FitStrategy<Then<RandomFit, NearestFit>>);
  STATIC_REQUIRE(FitStrategy<Then<RandomFit, Then<NearestFit, RandomFit>>>);
  STATIC_REQUIRE_FALSE(FitStrategy<int>);
}
