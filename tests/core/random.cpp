#include "sparseann/core/random.hpp"

#include <algorithm>
#include <array>
#include <numeric>
#include <vector>

#include "support/catch.hpp"

using sparseann::Generator;

TEST_CASE("a generator's children depend on the seed and the names, not on what was drawn") {
  Generator parent(7);
  const auto before = parent.split("sampler").split(3)();
  for (int i = 0; i < 10; ++i)
    (void)parent();
  CHECK(parent.split("sampler").split(3)() == before);
  CHECK(parent.split("sampler").split(4)() != before);
  CHECK(parent.split("dropout").split(3)() != before);
  CHECK(Generator(8).split("sampler").split(3)() != before);
}

TEST_CASE("uniform_index covers its range evenly") {
  Generator generator(1);
  std::array<int, 5> counts{};
  for (int i = 0; i < 50000; ++i)
    ++counts[generator.uniform_index(5)];
  for (const int count : counts)
    CHECK(std::abs(count - 10000) < 400); // 4.5 standard deviations of a binomial
}

TEST_CASE("shuffle is a permutation and depends on the seed") {
  std::vector<int> items(50);
  std::iota(items.begin(), items.end(), 0);
  auto shuffled = items;
  Generator(3).shuffle(std::span(shuffled));
  CHECK(shuffled != items);
  auto other = items;
  Generator(4).shuffle(std::span(other));
  CHECK(other != shuffled);
  std::sort(shuffled.begin(), shuffled.end());
  CHECK(shuffled == items);
}

TEST_CASE("normal has the mean and spread asked for") {
  Generator generator(5);
  double sum = 0;
  double squares = 0;
  constexpr int count = 40000;
  for (int i = 0; i < count; ++i) {
    const double x = generator.normal(2.0, 3.0);
    sum += x;
    squares += (x - 2.0) * (x - 2.0);
  }
  CHECK(sum / count == Approx(2.0).margin(0.07));
  CHECK(squares / count == Approx(9.0).epsilon(0.05));
}
