#pragma once

#include <array>
#include <cstddef>
#include <numeric>

#include "sparseann/core/array.hpp"

namespace sparseann::test {

/// Every element is its own place in memory.
template <class T, std::size_t Rank> sparseann::Array<T, Rank> numbered(const std::array<std::size_t, Rank>& shape) {
  sparseann::Array<T, Rank> array(shape);
  std::iota(array.data(), array.data() + array.size(), T{0});
  return array;
}

} // namespace sparseann::test
