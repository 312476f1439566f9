#include "sparseann/network/segmentation_output.hpp"

#include "support/catch.hpp"

TEST_CASE("an output without auxiliary head has an undefined auxiliary") {
  const sparseann::SegmentationOutput output{.logits = torch::zeros({1}), .auxiliary = {}};
  CHECK(output.logits.defined());
  CHECK(output.auxiliary.empty());
}
