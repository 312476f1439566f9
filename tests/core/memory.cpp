#include "sparseann/core/memory.hpp"

#include <algorithm>
#include <vector>

#include "support/catch.hpp"

TEST_CASE("some memory is available") {
  CHECK(sparseann::available_memory() > 1'000'000);
  CHECK(sparseann::to_gibibytes(40'000'000'000.0) == "37.3 GiB");
}

TEST_CASE("memory behind which large pages were asked for is memory") {
  std::vector<float> memory(5'000'000);
  sparseann::prefer_large_pages(std::span(memory));
  std::ranges::fill(memory, 1.0F);
  CHECK(std::ranges::count(memory, 1.0F) == 5'000'000);
  sparseann::prefer_large_pages(std::span(memory).first(10)); // no whole page
}
