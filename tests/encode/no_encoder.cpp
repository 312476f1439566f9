#include "sparseann/encode/no_encoder.hpp"

#include "support/catch.hpp"

TEST_CASE("NoEncoder stands where an encoder would and encodes nothing") {
  STATIC_REQUIRE(sparseann::EncoderSlot<sparseann::NoEncoder>);
  CHECK(sparseann::NoEncoder::name == "none");
}
