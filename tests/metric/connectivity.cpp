#include "sparseann/metric/connectivity.hpp"

#include "support/catch.hpp"

#include "sparseann/core/options.hpp"

using namespace sparseann;

TEST_CASE("connectivities have names") {
  STATIC_REQUIRE(NamedEnum<Connectivity>);
  CHECK(name_of_value(Connectivity::edges) == "edges");
  CHECK(value_from_name<Connectivity>("neighbours", "corners") == Connectivity::corners);
}
