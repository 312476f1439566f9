#include "sparseann/select/packed_rows.hpp"

#include <cstdint>
#include <vector>

#include "support/catch.hpp"

using sparseann::PackedRows;

namespace {
PackedRows numbered_rows(std::size_t rows, std::size_t depth, std::size_t threads = 1) {
  return {rows, depth,
          [](std::size_t row, std::span<float> values) {
            for (std::size_t k = 0; k < values.size(); ++k)
              values[k] = static_cast<float>(1000 * row + k + 1);
          },
          threads};
}
} // namespace

TEST_CASE("rows are packed in panels of sixteen, filled up with zeros") {
  for (const std::size_t threads : {1U, 2U}) {
    const PackedRows packed = numbered_rows(19, 5, threads);
    CHECK(packed.rows() == 19);
    CHECK(packed.depth() == 5);
    CHECK(packed.panels() == 2);
    for (std::size_t row = 0; row < 32; ++row)
      for (std::size_t k = 0; k < 5; ++k)
        CHECK(packed(row, k) == (row < 19 ? static_cast<float>(1000 * row + k + 1) : 0.0F));
    CHECK(packed.panel(1)[3].values[2] == packed(18, 3));
    CHECK(reinterpret_cast<std::uintptr_t>(packed.panel(1).data()) % 64 == 0);
  }
}

TEST_CASE("chosen rows are packed in the order asked for") {
  const std::vector<std::size_t> rows{18, 0, 7, 7};
  const PackedRows chosen = gather(numbered_rows(19, 3), rows);
  CHECK(chosen.rows() == 4);
  for (std::size_t i = 0; i < 4; ++i)
    CHECK(chosen(i, 2) == static_cast<float>(1000 * rows[i] + 3));
}
