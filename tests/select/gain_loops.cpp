#include "sparseann/select/gain_loops.hpp"

#include <algorithm>
#include <limits>
#include <vector>

#include "sparseann/core/random.hpp"
#include "support/catch.hpp"

using sparseann::InstructionSet;
namespace gain_loops = sparseann::gain_loops;

namespace {

std::vector<float> uniform_numbers(std::size_t count, std::uint64_t seed) {
  sparseann::Generator generator(seed);
  std::vector<float> numbers(count);
  std::ranges::generate(numbers, [&] { return static_cast<float>(generator.uniform(-1, 1)); });
  return numbers;
}

std::vector<InstructionSet> supported_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (sparseann::is_supported(set))
      sets.push_back(set);
  return sets;
}

} // namespace

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

TEST_CASE("what is above a level is found in order") {
  for (const std::size_t count : {0U, 1U, 15U, 16U, 17U, 300U}) {
    const std::vector<float> offered = uniform_numbers(count, 6);
    for (const float level : {-2.0F, 0.25F, 2.0F})
      for (const InstructionSet set : supported_sets()) {
        std::vector<std::uint32_t> items(count + 16);
        std::vector<float> values(count + 16);
        const std::size_t found = gain_loops::above(offered, level, items.data(), values.data(), set);
        std::vector<std::uint32_t> expected;
        for (std::size_t item = 0; item < count; ++item)
          if (offered[item] > level)
            expected.push_back(static_cast<std::uint32_t>(item));
        CHECK(std::vector(items.begin(), items.begin() + static_cast<std::ptrdiff_t>(found)) == expected);
        for (std::size_t i = 0; i < found; ++i)
          CHECK(values[i] == offered[expected[i]]);
      }
  }
}

TEST_CASE("raise keeps the larger") {
  std::vector<float> represented{0, 1, -1};
  gain_loops::raise(represented, std::vector<float>{0.5F, 0.5F, -2.0F});
  CHECK(represented == std::vector<float>{0.5F, 1, -1});
}
