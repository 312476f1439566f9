#include "sparseann/tensor/tracing.hpp"

#include "support/catch.hpp"

TEST_CASE("nothing is traced where nobody asked for it") { CHECK_FALSE(sparseann::is_tracing()); }
