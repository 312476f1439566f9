#include "sparseann/train/labelled_cases.hpp"

#include <type_traits>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("training data has no place for a dense label volume") {
  STATIC_REQUIRE(std::is_same_v<decltype(LabelledCases::labels), std::span<const SparseLabels>>);
  STATIC_REQUIRE_FALSE(std::is_convertible_v<LabelVolume, SparseLabels>);
}
