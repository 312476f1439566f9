#include "sparseann/encode/feature_encoder.hpp"

#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/no_encoder.hpp"
#include "sparseann/encode/precomputed_features.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("encoders fill the slot as what they are") {
  STATIC_REQUIRE(FeatureEncoder<ConvAutoencoder>);
  STATIC_REQUIRE(FeatureEncoder<PrecomputedFeatures>);
  STATIC_REQUIRE(AbsentEncoder<NoEncoder>);
  STATIC_REQUIRE_FALSE(FeatureEncoder<NoEncoder>);
  STATIC_REQUIRE_FALSE(EncoderSlot<int>);
  STATIC_REQUIRE(ReconstructingEncoder<ConvAutoencoder>);
  STATIC_REQUIRE_FALSE(ReconstructingEncoder<PrecomputedFeatures>);
}
