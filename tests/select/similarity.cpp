#include "sparseann/select/similarity.hpp"

#include <vector>

#include "support/catch.hpp"

namespace {

/// All items are equally alike.
struct ConstantTable {
  struct Rows {};

  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] Rows all() const { return {}; }
  [[nodiscard]] Rows only(std::span<const std::size_t>) const { return {}; }
  void tile(const Rows&, sparseann::RowRange, sparseann::RowRange, float*, std::size_t) const {}
  [[nodiscard]] float lowest() const { return 0.5F; }
  [[nodiscard]] double seconds_per_value() const { return 1e-9; }
};

struct Constant {
  [[nodiscard]] ConstantTable operator()(const sparseann::Array2<float>&, const sparseann::Execution&) const {
    return {};
  }
};

struct NoTable {
  [[nodiscard]] int operator()(const sparseann::Array2<float>&, const sparseann::Execution&) const { return 0; }
};

} // namespace

TEST_CASE("a similarity makes a table of similarities") {
  CHECK(sparseann::SimilarityTable<ConstantTable>);
  CHECK(sparseann::Similarity<Constant>);
  CHECK_FALSE(sparseann::Similarity<NoTable>);
  CHECK(std::is_same_v<sparseann::TableOf<Constant>, ConstantTable>);
}
