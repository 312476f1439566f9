#include "sparseann/infer/padding.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("reflection continues a line without repeating its edge, as often as needed") {
  const auto line = torch::tensor({1, 2, 3}, torch::kFloat);
  CHECK(torch::equal(pad_by_reflection(line, 0, 9), torch::tensor({1, 2, 3, 2, 1, 2, 3, 2, 1}, torch::kFloat)));
  CHECK(torch::equal(pad_by_reflection(line, 0, 2), line));
  CHECK(torch::equal(pad_by_reflection(torch::tensor({7.0F}), 0, 3), torch::tensor({7.0F, 7.0F, 7.0F})));
}

TEST_CASE("round_up gives the next multiple") {
  CHECK(round_up(8, 4) == 8);
  CHECK(round_up(9, 4) == 12);
}
