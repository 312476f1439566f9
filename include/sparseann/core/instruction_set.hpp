#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"

namespace sparseann {

/// Which vector instructions of an x86-64 processor the hand-made loops use. `automatic` is the widest that there is;
/// every choice but `generic` gives the same bits.
enum class InstructionSet { automatic, generic, avx2, avx512 };

[[nodiscard]] constexpr std::array<std::string_view, 4> names_of(InstructionSet) noexcept {
  return {"automatic", "generic", "avx2", "avx512"};
}

/// Whether this processor, and the system that runs it, have the instructions.
[[nodiscard]] inline bool is_supported(InstructionSet set) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return __builtin_cpu_supports("avx512f") != 0 && __builtin_cpu_supports("fma") != 0;
  if (set == InstructionSet::avx2)
    return __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
#endif
  return set == InstructionSet::automatic || set == InstructionSet::generic;
}

/// The set to use where `wanted` is wanted. Throws InvalidArgument where this processor lacks it.
[[nodiscard]] inline InstructionSet resolve(InstructionSet wanted) {
  if (!is_supported(wanted))
    throw InvalidArgument("instruction_set", "instructions that this processor has",
                          std::string(name_of_value(wanted)));
  if (wanted != InstructionSet::automatic)
    return wanted;
  for (const InstructionSet set : {InstructionSet::avx512, InstructionSet::avx2})
    if (is_supported(set))
      return set;
  return InstructionSet::generic;
}

namespace detail {

/// The compiler's vectors, as many doubles as a register holds and as many floats: of SSE2, AVX2 and AVX-512. g++ 12
/// ignores vector_size on a type that depends on a template's parameter.
struct Vectors128 {
  using Floats = float __attribute__((vector_size(8)));
  using Doubles = double __attribute__((vector_size(16)));
};
struct Vectors256 {
  using Floats = float __attribute__((vector_size(16)));
  using Doubles = double __attribute__((vector_size(32)));
};
struct Vectors512 {
  using Floats = float __attribute__((vector_size(32)));
  using Doubles = double __attribute__((vector_size(64)));
};

template <class Vectors> inline constexpr std::size_t lanes = sizeof(typename Vectors::Doubles) / sizeof(double);

} // namespace detail

} // namespace sparseann
