#include "sparseann/select/inner_products.hpp"

#include <cmath>
#include <cstddef>
#include <vector>

#include "support/catch.hpp"
#include "support/selection_data.hpp"

using sparseann::InstructionSet;
using sparseann::PackedRows;
using sparseann::RowRange;

namespace {

PackedRows packed(const sparseann::Array2<float>& table) {
  return {table.shape(0), table.shape(1), [&](std::size_t row, std::span<float> values) {
            std::ranges::copy(sparseann::feature_row(table, row), values.begin());
          }};
}

std::vector<float> products(const PackedRows& a, RowRange rows, const PackedRows& b, RowRange columns,
                            InstructionSet set) {
  const std::size_t stride = (columns.count + 15) / 16 * 16;
  std::vector<float> padded((rows.count + 7) / 8 * 8 * stride, std::nanf("")); // a sanitizer sees what goes beyond
  inner_products(a, rows, b, columns, padded.data(), stride, set);
  std::vector<float> values;
  for (std::size_t i = 0; i < rows.count; ++i)
    for (std::size_t j = 0; j < columns.count; ++j)
      values.push_back(padded[i * stride + j]);
  return values;
}

} // namespace

TEST_CASE("inner products by hand, exact in any instruction set") {
  const PackedRows a = packed({{1, 2, 3}, {0, -1, 4}});
  const PackedRows b = packed({{1, 1, 1}, {2, 0, -2}, {0.5F, 0.25F, 0}});
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512})
    if (sparseann::is_supported(set))
      CHECK(products(a, {0, 2}, b, {0, 3}, set) == std::vector<float>{6, -4, 1, 3, -8, -0.25F});
}

TEST_CASE("inner products are those of double within rounding, in tiles of any size") {
  for (const std::size_t depth : {1U, 5U, 255U, 256U, 257U, 700U}) {
    CAPTURE(depth);
    const sparseann::Array2<float> left = sparseann::test::random_features(83, depth, sparseann::Generator(1));
    const sparseann::Array2<float> right = sparseann::test::random_features(120, depth, sparseann::Generator(2));
    const PackedRows a = packed(left);
    const PackedRows b = packed(right);
    for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
      if (!sparseann::is_supported(set))
        continue;
      for (const RowRange rows : {RowRange{0, 83}, RowRange{16, 1}, RowRange{32, 9}, RowRange{80, 3}, RowRange{0, 5},
                                  RowRange{16, 7}, RowRange{32, 8}, RowRange{48, 12}, RowRange{64, 15}})
        for (const RowRange columns : {RowRange{0, 120}, RowRange{64, 17}, RowRange{48, 48}, RowRange{112, 8}}) {
          const std::vector<float> values = products(a, rows, b, columns, set);
          for (std::size_t i = 0; i < rows.count; ++i)
            for (std::size_t j = 0; j < columns.count; ++j) {
              double exact = 0;
              double size = 0;
              for (std::size_t k = 0; k < depth; ++k) {
                const double term =
                    static_cast<double>(left(rows.first + i, k)) * static_cast<double>(right(columns.first + j, k));
                exact += term;
                size += std::abs(term);
              }
              const auto value = static_cast<double>(values[i * columns.count + j]);
              if (std::abs(value - exact) > 1e-6 * size) // CHECK itself takes longer than all the rest
                FAIL_CHECK("row " << i << ", column " << j << ": " << value << " for " << exact);
            }
        }
    }
  }
}

TEST_CASE("inner products have the same bits in every tile, either way round, with avx2 and avx512") {
  const PackedRows rows = packed(sparseann::test::random_features(100, 600, sparseann::Generator(3)));
  for (const InstructionSet set : {InstructionSet::generic, InstructionSet::avx2, InstructionSet::avx512}) {
    if (!sparseann::is_supported(set))
      continue;
    const std::vector<float> whole = products(rows, {0, 100}, rows, {0, 100}, set);
    for (std::size_t i = 0; i < 100; ++i)
      for (std::size_t j = 0; j < i; ++j)
        if (whole[i * 100 + j] != whole[j * 100 + i])
          FAIL_CHECK("rows " << i << " and " << j);
    const std::vector<float> part = products(rows, {32, 10}, rows, {48, 20}, set);
    for (std::size_t i = 0; i < 10; ++i)
      for (std::size_t j = 0; j < 20; ++j)
        CHECK(part[i * 20 + j] == whole[(32 + i) * 100 + 48 + j]);
    if (set == InstructionSet::avx512)
      CHECK(whole == products(rows, {0, 100}, rows, {0, 100}, InstructionSet::avx2));
  }
}
