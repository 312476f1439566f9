#include "sparseann/metric/distance_lines.hpp"

#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

constexpr float infinite = std::numeric_limits<float>::infinity();

double lowest(const std::vector<float>& heights, double spacing, std::size_t place) {
  double best = std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < heights.size(); ++i) {
    const double offset = spacing * (static_cast<double>(i) - static_cast<double>(place));
    best = std::min(best, offset * offset + static_cast<double>(heights[i]));
  }
  return best;
}

} // namespace

TEST_CASE("lines side by side become their parabolas' minimum, each by itself") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const std::size_t count = 1 + generator.uniform_index(seed % 4 == 0 ? 700 : 40);
    const std::size_t lines = 1 + generator.uniform_index(distance_lines::width);
    const double spacing = generator.uniform(0.2, 3);
    const double density = generator.uniform(0, 0.3);
    std::vector<std::vector<float>> heights(lines, std::vector<float>(count, infinite));
    std::vector<float> data(count * 20, -1.0F);
    for (std::size_t l = 0; l < lines; ++l)
      for (std::size_t p = 0; p < count; ++p) {
        if (generator.coin(density))
          heights[l][p] = static_cast<float>(generator.uniform(0, 50));
        data[p * 20 + l] = heights[l][p];
      }
    distance_lines::Buffers buffers(count + generator.uniform_index(5));
    distance_lines::transform(data.data(), count, 20, lines, spacing, resolve(InstructionSet::automatic), buffers);
    std::size_t wrong = 0;
    for (std::size_t l = 0; l < lines; ++l)
      for (std::size_t p = 0; p < count; ++p) {
        const double expected = lowest(heights[l], spacing, p);
        const auto got = static_cast<double>(data[p * 20 + l]);
        const bool same = std::isinf(expected) ? std::isinf(got) : std::abs(got - expected) <= 2e-5 * expected + 1e-6;
        wrong += same ? 0U : 1U;
      }
    CHECK(wrong == 0);
    CHECK(data[lines] == -1.0F); // what lies beside the lines stays
  }
}

TEST_CASE("a row's distances go to the nearer of the sites on both sides") {
  const std::vector<std::uint8_t> sites{0, 0, 9, 0, 0, 0, 0, 1, 0, 0, 0};
  std::vector<float> distances(sites.size());
  distance_lines::transform_sites(sites, distances, 2.0);
  const std::vector<float> expected{16, 4, 0, 4, 16, 16, 4, 0, 4, 16, 36};
  CHECK(distances == expected);
  distance_lines::transform_sites(std::vector<std::uint8_t>(11), distances, 2.0);
  CHECK(distances == std::vector<float>(11, infinite));
  CHECK(distance_lines::first_site(sites, 3) == 7);
  CHECK(distance_lines::first_site(sites, 8) == sites.size());
}

TEST_CASE("the lower envelope is the minimum, also where heights are equal or missing") {
  const std::vector<float> heights{infinite, 5, 5, infinite, 0, 30, infinite};
  std::vector<float> line(heights.size(), infinite);
  distance_lines::detail::ParabolaEnvelope(heights, 1.5).evaluate(line);
  for (std::size_t p = 0; p < line.size(); ++p)
    CHECK(static_cast<double>(line[p]) == Approx(lowest(heights, 1.5, p)));
}
