#include "sparseann/select/row_loops.hpp"

#include <cstddef>
#include <span>
#include <vector>

#include "support/catch.hpp"
#include "support/vector_loops.hpp"

using sparseann::InstructionSet;
using sparseann::test::supported_sets;
using sparseann::test::uniform_numbers;
namespace row_loops = sparseann::row_loops;

TEST_CASE("dot sums products in double, to the same bits with all instructions") {
  for (const std::size_t count : {0U, 1U, 7U, 8U, 9U, 31U, 1024U, 1027U}) {
    CAPTURE(count);
    const std::vector<float> a = uniform_numbers(count, 1);
    const std::vector<float> b = uniform_numbers(count, 2);
    long double expected = 0;
    for (std::size_t k = 0; k < count; ++k)
      expected += static_cast<long double>(a[k]) * static_cast<long double>(b[k]);
    const double generic = row_loops::dot(a, b, InstructionSet::generic);
    CHECK(generic == Approx(static_cast<double>(expected)).epsilon(1e-12).margin(1e-13));
    for (const InstructionSet set : supported_sets())
      CHECK(row_loops::dot(a, b, set) == generic);
  }
}

TEST_CASE("dot neither overflows nor vanishes for the largest and smallest floats") {
  for (const float value : {3e38F, 1e-38F}) {
    const std::vector<float> row(20, value);
    const double square = static_cast<double>(value) * static_cast<double>(value);
    for (const InstructionSet set : supported_sets())
      CHECK(row_loops::dot(row, row, set) == Approx(20 * square).epsilon(1e-15));
  }
}

TEST_CASE("scale multiplies in double and rounds once, with all instructions") {
  const double factor = 1 / 3.0;
  for (const std::size_t count : {0U, 1U, 3U, 8U, 13U, 1024U}) {
    CAPTURE(count);
    const std::vector<float> row = uniform_numbers(count, 3);
    for (const InstructionSet set : supported_sets()) {
      std::vector<float> scaled(count + 1, -7.0F);
      row_loops::scale(row, factor, std::span(scaled).first(count), set);
      for (std::size_t k = 0; k < count; ++k)
        REQUIRE(scaled[k] == static_cast<float>(static_cast<double>(row[k]) * factor));
      CHECK(scaled[count] == -7.0F);
    }
  }
}
