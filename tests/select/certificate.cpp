#include "sparseann/select/certificate.hpp"

#include "support/catch.hpp"

TEST_CASE("a certificate says how far the bound is") {
  const sparseann::Certificate certificate{.items = 10, .value = 7, .upper_bound = 8, .best_single = 4};
  CHECK(mean_gap(certificate) == Approx(0.1));
  CHECK(share_closed(certificate) == 0.75);
  CHECK(share_closed(certificate, 4) == 0);
  CHECK(share_closed(certificate, 8) == 1);
  CHECK(sparseann::share_closed({.items = 10, .value = 4, .upper_bound = 4, .best_single = 4}) == 1);
}
