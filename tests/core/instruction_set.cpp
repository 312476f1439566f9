#include "sparseann/core/instruction_set.hpp"

#include "support/catch.hpp"

using sparseann::InstructionSet;

TEST_CASE("automatic is the widest supported set") {
  CHECK(sparseann::is_supported(InstructionSet::automatic));
  CHECK(sparseann::is_supported(InstructionSet::generic));
  const InstructionSet found = sparseann::resolve(InstructionSet::automatic);
  CHECK(found != InstructionSet::automatic);
  CHECK(sparseann::is_supported(found));
  for (const InstructionSet wider : {InstructionSet::avx2, InstructionSet::avx512})
    if (wider > found)
      CHECK_FALSE(sparseann::is_supported(wider));
}

TEST_CASE("a set is taken by name where the processor has it, and refused elsewhere") {
  CHECK(sparseann::value_from_name<InstructionSet>("set", "avx2") == InstructionSet::avx2);
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
    if (sparseann::is_supported(set))
      CHECK(sparseann::resolve(set) == set);
    else
      CHECK_THROWS_AS(sparseann::resolve(set), sparseann::InvalidArgument);
  }
}
