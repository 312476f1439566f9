#include "sparseann/network/dropped_places.hpp"

#include <cmath>
#include <cstddef>

#include "support/catch.hpp"

using sparseann::DroppedPlaces;

TEST_CASE("a share of the places is dropped, by the seed and the place alone") {
  constexpr std::size_t places = 100000;
  for (const double rate : {0.0, 0.2, 0.9}) {
    const DroppedPlaces dropped(rate, 3);
    std::size_t count = 0;
    for (std::size_t place = 0; place < places; ++place)
      count += dropped.drops(place) ? 1U : 0U;
    CHECK(static_cast<double>(count) / places == Approx(rate).margin(4 * std::sqrt(rate * (1 - rate) / places)));
    CHECK(dropped.scale() == Approx(1 / (1 - rate)).epsilon(1e-4));
    CHECK(dropped.drops_any() == (rate > 0));
  }
}

TEST_CASE("places drop independently of their neighbours and of other seeds") {
  constexpr std::size_t places = 100000;
  const DroppedPlaces one(0.5, 1);
  const DroppedPlaces other(0.5, 2);
  std::size_t as_other = 0;
  for (std::size_t place = 0; place < places; ++place)
    as_other += one.drops(place) == other.drops(place) ? 1U : 0U;
  CHECK(static_cast<double>(as_other) / places == Approx(0.5).margin(0.01));
  for (const std::size_t distance : {1U, 2U, 3U, 4U, 160U}) {
    std::size_t alike = 0;
    for (std::size_t place = 0; place < places; ++place)
      alike += one.drops(place) == one.drops(place + distance) ? 1U : 0U;
    CHECK(static_cast<double>(alike) / places == Approx(0.5).margin(0.01));
  }
}

TEST_CASE("a row of places is dropped as each place is") {
  const DroppedPlaces dropped(0.3, 9);
  for (std::uint64_t begin = 0; begin < 9; ++begin)
    for (std::size_t count = 0; count < 12; ++count) {
      std::size_t seen = 0;
      dropped.each(begin, count, [&](std::size_t i, bool drops) {
        CHECK(i == seen++);
        CHECK(drops == dropped.drops(begin + i));
      });
      CHECK(seen == count);
    }
}
