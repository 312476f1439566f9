#include "sparseann/select/gain_loops.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/vector_loops.hpp"

using sparseann::InstructionSet;
using sparseann::test::supported_sets;
using sparseann::test::uniform_numbers;
namespace gain_loops = sparseann::gain_loops;

TEST_CASE("excess sums what is offered above what there is, to the same bits with all instructions") {
  for (const std::size_t count : {0U, 1U, 7U, 16U, 31U, 1023U, 1024U, 1025U, 5000U}) {
    CAPTURE(count);
    const std::vector<float> offered = uniform_numbers(count, 1);
    const std::vector<float> represented = uniform_numbers(count, 2);
    long double expected = 0;
    for (std::size_t j = 0; j < count; ++j)
      expected += std::max(0.0L, static_cast<long double>(offered[j]) - static_cast<long double>(represented[j]));
    const double generic = gain_loops::excess(offered, represented, InstructionSet::generic);
    CHECK(generic == Approx(static_cast<double>(expected)).epsilon(1e-13));
    for (const InstructionSet set : supported_sets())
      CHECK(gain_loops::excess(offered, represented, set) == generic);
  }
}

TEST_CASE("an excess of blocks is the sum of the blocks' excesses, in order") {
  const std::vector<float> offered = uniform_numbers(3000, 3);
  const std::vector<float> represented = uniform_numbers(3000, 4);
  double sum = 0;
  for (std::size_t begin = 0; begin < 3000; begin += gain_loops::block) {
    const std::size_t count = std::min<std::size_t>(gain_loops::block, 3000 - begin);
    sum += gain_loops::excess(std::span(offered).subspan(begin, count), std::span(represented).subspan(begin, count),
                              InstructionSet::generic);
  }
  CHECK(gain_loops::excess(offered, represented, InstructionSet::generic) == sum);
}

TEST_CASE("lower takes what lies between a client's old and new representation") {
  CHECK(gain_loops::step_between(0.25F, 0.5F, 0.75F) == 0);
  CHECK(gain_loops::step_between(0.625F, 0.5F, 0.75F) == 0.125);
  CHECK(gain_loops::step_between(1.0F, 0.5F, 0.75F) == 0.25);
  for (const std::size_t count : {1U, 8U, 37U, 500U}) {
    const std::vector<float> offered = uniform_numbers(count, 5);
    for (const float to : {0.25F, std::numeric_limits<float>::infinity()})
      for (const InstructionSet set : supported_sets()) {
        std::vector<double> gains(count, 10.0);
        gain_loops::lower(gains, offered.data(), -0.5F, to, set);
        for (std::size_t i = 0; i < count; ++i)
          CHECK(gains[i] == 10.0 - gain_loops::step_between(offered[i], -0.5F, to));
      }
  }
}

TEST_CASE("what is above a level, or above one of two, is found in order") {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 300U}) {
    const std::vector<float> offered = uniform_numbers(count, 6);
    const std::vector<float> levels = uniform_numbers(count, 8);
    for (const float level : {-2.0F, 0.25F, 2.0F})
      for (const InstructionSet set : supported_sets()) {
        gain_loops::Found found;
        found.above(uniform_numbers(400, 7), 0, set); // what was found before does not matter
        const auto check = [&](const auto& is_above) {
          std::vector<std::uint32_t> items;
          std::vector<float> values;
          for (std::uint32_t item = 0; item < count; ++item)
            if (is_above(item)) {
              items.push_back(item);
              values.push_back(offered[item]);
            }
          CHECK(std::ranges::equal(found.items(), items));
          CHECK(std::ranges::equal(found.values(), values));
        };
        found.above(offered, level, set);
        check([&](std::uint32_t item) { return offered[item] > level; });
        found.above_either(offered, level, levels, set);
        check([&](std::uint32_t item) { return offered[item] > level || offered[item] > levels[item]; });
      }
  }
}

TEST_CASE("raise keeps the larger, and counts what is higher than before") {
  for (const std::size_t count : {0U, 3U, 16U, 37U}) {
    const std::vector<float> start = uniform_numbers(count, 9);
    const std::vector<float> offered = uniform_numbers(count, 10);
    const std::vector<float> before = uniform_numbers(count, 11);
    std::vector<float> represented = start;
    std::size_t higher = 0;
    const std::size_t counted = gain_loops::raise(represented, offered, before);
    for (std::size_t j = 0; j < count; ++j) {
      CHECK(represented[j] == std::max(start[j], offered[j]));
      higher += represented[j] > before[j] ? 1U : 0U;
    }
    CHECK(counted == higher);
  }
}

TEST_CASE("bounds are lowered to gains and a slack, and the largest is found wherever it stands") {
  for (const std::size_t count : {1U, 16U, 37U}) {
    std::vector<double> bounds(count);
    std::vector<double> gains(count);
    for (std::size_t i = 0; i < count; ++i) {
      bounds[i] = static_cast<double>(i % 5);
      gains[i] = static_cast<double>(i % 3);
    }
    const std::vector<double> before = bounds;
    gain_loops::lower_to(bounds, gains, 0.5);
    for (std::size_t i = 0; i < count; ++i)
      CHECK(bounds[i] == std::min(before[i], gains[i] + 0.5));
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<double> values(count, -3.0);
      values[i] = -2.5;
      CHECK(gain_loops::largest(count, [&](std::size_t item) { return values[item]; }) == -2.5);
    }
  }
}
