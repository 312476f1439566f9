#include "sparseann/select/inner_product_table.hpp"

#include <vector>

#include "sparseann/select/similarity.hpp"
#include "support/catch.hpp"

namespace {

/// The product, plus ten for an item and itself.
struct MarkItself {
  void operator()(std::span<float> products, std::size_t item, std::size_t first) const {
    for (std::size_t j = 0; j < products.size(); ++j)
      products[j] += item == first + j ? 10.0F : 0.0F;
  }
  [[nodiscard]] float lowest() const { return -7.0F; }
  [[nodiscard]] double seconds_per_value() const { return 1e-9; }
};

using Table = sparseann::InnerProductTable<MarkItself>;

/// Row i is (i, 1).
Table numbered_table(std::size_t items) {
  return {sparseann::PackedRows(items, 2,
                                [](std::size_t row, std::span<float> values) {
                                  values[0] = static_cast<float>(row);
                                  values[1] = 1;
                                }),
          {},
          sparseann::resolve({})};
}

} // namespace

static_assert(sparseann::SimilarityTable<Table>);

TEST_CASE("tiles of a table are finished inner products, of all items and of chosen ones") {
  const Table table = numbered_table(40);
  CHECK(table.size() == 40);
  CHECK(table.lowest() == -7);
  CHECK(table.seconds_per_value() > 1e-9);
  std::vector<float> tile(16 * 32);
  table.tile(table.all(), {16, 16}, {16, 24}, tile.data(), 32);
  for (std::size_t i = 0; i < 16; ++i)
    for (std::size_t j = 0; j < 24; ++j)
      CHECK(tile[i * 32 + j] == static_cast<float>((16 + i) * (16 + j) + 1 + (i == j ? 10 : 0)));

  const std::vector<std::size_t> items{39, 3, 20};
  table.tile(table.only(items), {0, 3}, {16, 24}, tile.data(), 32);
  for (std::size_t i = 0; i < 3; ++i)
    for (std::size_t j = 0; j < 24; ++j)
      CHECK(tile[i * 32 + j] == static_cast<float>(items[i] * (16 + j) + 1 + (items[i] == 16 + j ? 10 : 0)));
}
