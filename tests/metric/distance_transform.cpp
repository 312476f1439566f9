#include "sparseann/metric/distance_transform.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

double brute_force(const Array3<std::uint8_t>& sites, const std::array<double, 3>& spacing_mm, const Shape3& place) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t z = 0; z < sites.shape(0); ++z)
    for (std::size_t y = 0; y < sites.shape(1); ++y)
      for (std::size_t x = 0; x < sites.shape(2); ++x)
        if (sites(z, y, x) != 0) {
          const double dz = spacing_mm[0] * (static_cast<double>(z) - static_cast<double>(place[0]));
          const double dy = spacing_mm[1] * (static_cast<double>(y) - static_cast<double>(place[1]));
          const double dx = spacing_mm[2] * (static_cast<double>(x) - static_cast<double>(place[2]));
          best = std::min(best, dz * dz + dy * dy + dx * dx);
        }
  return best;
}

} // namespace

TEST_CASE("the distance transform equals brute force for any spacing and density") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(9), 1 + generator.uniform_index(9), 1 + generator.uniform_index(9)};
    const std::array<double, 3> spacing_mm{generator.uniform(0.1, 8.0), generator.uniform(0.1, 8.0),
                                           generator.uniform(0.1, 8.0)};
    const double density = generator.uniform(0.0, 0.3);
    Array3<std::uint8_t> sites(std::array<std::size_t, 3>{shape});
    for (std::uint8_t& site : elements(sites))
      site = generator.coin(density) ? 1 : 0;
    const Array3<float> squared = squared_distance_transform(sites, spacing_mm);
    std::size_t wrong = 0;
    for (std::size_t z = 0; z < shape[0]; ++z)
      for (std::size_t y = 0; y < shape[1]; ++y)
        for (std::size_t x = 0; x < shape[2]; ++x) {
          const double expected = brute_force(sites, spacing_mm, {z, y, x});
          const double got = static_cast<double>(squared(z, y, x));
          const bool same = std::isinf(expected) ? std::isinf(got) : std::abs(got - expected) <= 1e-6 * expected;
          if (!same)
            ++wrong;
        }
    CAPTURE(seed);
    CHECK(wrong == 0);
  }
}

TEST_CASE("the distance transform is infinite without a site and 0 on it") {
  Array3<std::uint8_t> sites = xt::zeros<std::uint8_t>({2, 3, 4});
  const Array3<float> nowhere = squared_distance_transform(sites, {1.0, 1.0, 1.0});
  for (const float value : elements(nowhere))
    CHECK(std::isinf(value));
  sites(1, 2, 3) = 9;
  const Array3<float> squared = squared_distance_transform(sites, {2.0, 3.0, 0.5});
  CHECK(squared(1, 2, 3) == 0.0F);
  CHECK(squared(0, 0, 0) == Approx(4.0 + 36.0 + 2.25));
}

TEST_CASE("the distance transform refuses a spacing that is none") {
  const Array3<std::uint8_t> sites = xt::zeros<std::uint8_t>({1, 1, 1});
  CHECK_THROWS_AS(squared_distance_transform(sites, {0.0, 1.0, 1.0}), InvalidArgument);
  CHECK_THROWS_AS(squared_distance_transform(sites, {1.0, -1.0, 1.0}), InvalidArgument);
  CHECK_THROWS_AS(squared_distance_transform(sites, {1.0, 1.0, std::nan("")}), InvalidArgument);
}

TEST_CASE("distances on a whole number's grid are exact, far away too, with any instructions and threads") {
  Array3<std::uint8_t> sites = xt::zeros<std::uint8_t>({5, 300, 37});
  sites(4, 0, 30) = 1;
  sites(0, 299, 2) = 1;
  const Array3<float> squared = squared_distance_transform(sites, {3.0, 1.0, 2.0}, {.threads = 1});
  for (std::size_t z = 0; z < 5; ++z)
    for (std::size_t y = 0; y < 300; ++y)
      for (std::size_t x = 0; x < 37; ++x)
        REQUIRE(static_cast<double>(squared(z, y, x)) == brute_force(sites, {3.0, 1.0, 2.0}, {z, y, x}));
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (is_supported(set))
      for (const std::size_t threads : {1U, 3U})
        CHECK((squared_distance_transform(sites, {3.0, 1.0, 2.0}, {.threads = threads, .instruction_set = set}) ==
               squared));
}

TEST_CASE("lines longer than the steps that are made one by one are right, too") {
  Array3<std::uint8_t> sites = xt::zeros<std::uint8_t>({1, 1200, 3});
  sites(0, 10, 1) = 1;
  sites(0, 1100, 2) = 1;
  const std::array<double, 3> spacing_mm{1.0, 0.7, 1.3};
  const Array3<float> squared = squared_distance_transform(sites, spacing_mm);
  for (std::size_t y = 0; y < 1200; ++y)
    for (std::size_t x = 0; x < 3; ++x) {
      const double expected = brute_force(sites, spacing_mm, {0, y, x});
      REQUIRE(std::abs(static_cast<double>(squared(0, y, x)) - expected) <= 1e-5 * expected);
    }
}
