#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/core/random.hpp"

namespace sparseann::test {

inline std::vector<float> uniform_numbers(std::size_t count, std::uint64_t seed) {
  Generator generator(seed);
  std::vector<float> numbers(count);
  std::ranges::generate(numbers, [&] { return static_cast<float>(generator.uniform(-1, 1)); });
  return numbers;
}

inline std::vector<InstructionSet> supported_sets() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (is_supported(set))
      sets.push_back(set);
  return sets;
}

} // namespace sparseann::test
