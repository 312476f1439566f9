#include "sparseann/core/memory.hpp"

#include <algorithm>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

TEST_CASE("some memory is available") {
  CHECK(sparseann::available_memory() > 1'000'000);
  CHECK(sparseann::to_gibibytes(40'000'000'000.0) == "37.3 GiB");
}

TEST_CASE("a file of the system gives the number after a label") {
  const sparseann::test::TemporaryDirectory directory;
  const std::string path = directory.path() / "file";
  std::ofstream(path) << "MemFree: 3 kB\nNot MemAvailable: 4 kB\nMemAvailable:   18446744073709551 kB\nSwap: 5 kB\n";
  CHECK(sparseann::detail::number_in(path.c_str(), "MemAvailable:") == 18446744073709551U);
  CHECK(sparseann::detail::number_in(path.c_str(), "MemShared:") == std::nullopt);
  CHECK(sparseann::detail::number_in((path + "s").c_str(), "") == std::nullopt);
  std::ofstream(path) << "12345\n";
  CHECK(sparseann::detail::number_in(path.c_str(), "") == 12345U);
  std::ofstream(path) << "max\n";
  CHECK(sparseann::detail::number_in(path.c_str(), "") == 0U);
}

TEST_CASE("memory behind which large pages were asked for is memory") {
  std::vector<float> memory(5'000'000);
  sparseann::prefer_large_pages(std::span(memory));
  std::ranges::fill(memory, 1.0F);
  CHECK(std::ranges::count(memory, 1.0F) == 5'000'000);
  sparseann::prefer_large_pages(std::span(memory).first(10)); // no whole page
}
