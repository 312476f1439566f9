#pragma once

#include <cmath>
#include <vector>

#include "sparseann/encode/feature_encoder.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// What every feature encoder must do: one finite row per slice, the same for the same slice and seed, in the order of
/// the source.
template <FeatureEncoder Encoder> void check_encoder(const Encoder& fresh, std::span<const Case> cases) {
  const SliceSource all(cases, all_slices(cases, all_planes));
  const StageContext context{.stage = "encode", .generator = Generator(5)};
  Encoder encoder = fresh;
  encoder.fit(all, context);
  const Array2<float> features = encoder.encode(all, context);
  REQUIRE(features.shape(0) == all.size());
  REQUIRE(features.shape(1) >= 1);
  for (const float value : elements(features))
    REQUIRE(std::isfinite(value));

  SECTION("rows do not depend on which other slices are asked for") {
    const std::vector<SliceIndex> two{all.index(7), all.index(2)};
    const Array2<float> rows = encoder.encode(SliceSource(cases, two), context);
    for (std::size_t d = 0; d < features.shape(1); ++d) {
      CHECK(rows(0, d) == Approx(features(7, d)).margin(1e-4));
      CHECK(rows(1, d) == Approx(features(2, d)).margin(1e-4));
    }
  }
  SECTION("the same seed gives the same features") {
    Encoder again = fresh;
    again.fit(all, context);
    CHECK((again.encode(all, context) == features));
  }
  SECTION("different slices have different features") {
    bool differs = false;
    for (std::size_t d = 0; d < features.shape(1); ++d)
      differs = differs || features(0, d) != features(8, d);
    CHECK(differs);
  }
}

} // namespace sparseann::test
