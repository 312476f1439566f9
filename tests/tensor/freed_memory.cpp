#include "sparseann/tensor/freed_memory.hpp"

#include <cstddef>
#include <vector>

#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "support/catch.hpp"

#if defined(__GLIBC__)
TEST_CASE("large allocations are not mapped one by one once freed memory is kept") {
  sparseann::keep_freed_memory();
  const std::size_t mapped = mallinfo2().hblks;
  const std::vector<char> large(std::size_t{64} << 20U, 'a');
  CHECK(large.back() == 'a');
  CHECK(mallinfo2().hblks == mapped);
}
#endif
