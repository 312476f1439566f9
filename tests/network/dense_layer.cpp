#include "sparseann/network/dense_layer.hpp"

#include "support/catch.hpp"

namespace dense_layer = sparseann::dense_layer;

TEST_CASE("slabs hold every plane of every sample once, in order") {
  for (const std::size_t samples : {1U, 3U})
    for (std::size_t planes = 1; planes < 70; ++planes) {
      std::size_t next = 0;
      for (const dense_layer::Slab& slab : dense_layer::slabs(samples, planes)) {
        REQUIRE(slab.planes > 0);
        REQUIRE(slab.sample * planes + slab.first == next);
        next += slab.planes;
        REQUIRE(next <= (slab.sample + 1) * planes);
      }
      REQUIRE(next == samples * planes);
    }
}
