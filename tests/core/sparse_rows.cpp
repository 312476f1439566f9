#include "sparseann/core/sparse_rows.hpp"

#include "support/catch.hpp"

using sparseann::AllowedWeights;
using sparseann::check_sparse_rows;
using sparseann::DataError;
using sparseann::SparseRows;

namespace {

/// Edges 0 -> 1 and 0 -> 3, none from 1, 2 -> 0.
SparseRows three_edges() {
  return {.rows = 3, .columns = 4, .offsets = {0, 2, 2, 3}, .targets = {1, 3, 0}, .weights = {0.5F, 2, -1}};
}

} // namespace

TEST_CASE("check_sparse_rows passes what keeps the promises") {
  CHECK_NOTHROW(check_sparse_rows(three_edges()));
  CHECK_NOTHROW(check_sparse_rows({}));
  CHECK_NOTHROW(check_sparse_rows({.rows = 2, .columns = 0, .offsets = {0, 0, 0}, .targets = {}, .weights = {}}));
  CHECK_NOTHROW(check_sparse_rows(
      {.rows = 1, .columns = std::size_t{1} << 32U, .offsets = {0, 1}, .targets = {0xffffffff}, .weights = {0}}));
}

TEST_CASE("check_sparse_rows names wrong offsets") {
  SparseRows graph = three_edges();
  graph.offsets = {0, 2, 3};
  CHECK_THROWS_AS(check_sparse_rows(graph), DataError);
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected offsets of 3 rows and one more, got 3");
  graph.offsets = {};
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected offsets of 3 rows and one more, got 0");
  graph.offsets = {1, 2, 2, 3};
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected offsets from 0, got 1 in row 0");
  graph.offsets = {0, 3, 2, 3};
  CHECK_THROWS_WITH(check_sparse_rows(graph, "g.npz"),
                    "g.npz: expected offsets that never fall, got 2 after 3 in row 1");
  graph.offsets = {0, 2, 2, 4};
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected offsets up to the number of entries, 3, got 4");
}

TEST_CASE("check_sparse_rows names wrong entries") {
  SparseRows graph = three_edges();
  graph.weights.pop_back();
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected a weight for each of 3 entries, got 2 weights");
  graph = three_edges();
  graph.targets[1] = 4;
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected targets below 4, got 4 in row 0, entry 1");
  graph.targets[1] = 1;
  CHECK_THROWS_WITH(check_sparse_rows(graph),
                    "graph: expected each target of a row once, in ascending order, got 1 after 1 in row 0, entry 1");
  graph.targets[1] = 0;
  CHECK_THROWS_WITH(check_sparse_rows(graph),
                    "graph: expected each target of a row once, in ascending order, got 0 after 1 in row 0, entry 1");
  graph = three_edges();
  graph.columns = (std::size_t{1} << 32U) + 1;
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected at most 4294967296 columns, got 4294967297");
}

TEST_CASE("check_sparse_rows names weights that are not allowed") {
  SparseRows graph = three_edges();
  CHECK_THROWS_WITH(check_sparse_rows(graph, "graph", AllowedWeights::non_negative),
                    "graph: expected a finite weight from 0, got -1 in row 2, entry 0");
  graph.weights[1] = std::numeric_limits<float>::quiet_NaN();
  CHECK_THROWS_WITH(check_sparse_rows(graph), "graph: expected a finite weight, got nan in row 0, entry 1");
  graph.weights = {0, -0.0F, 1};
  CHECK_NOTHROW(check_sparse_rows(graph, "graph", AllowedWeights::non_negative));
}

TEST_CASE("sort_rows sorts each row by target and takes the weights along") {
  SparseRows graph{.rows = 3,
                   .columns = 9,
                   .offsets = {0, 4, 4, 6},
                   .targets = {7, 2, 8, 3, 5, 1},
                   .weights = {0.7F, 0.2F, 0.8F, 0.3F, 0.5F, 0.1F}};
  sparseann::sort_rows(graph);
  CHECK(graph == SparseRows{.rows = 3,
                            .columns = 9,
                            .offsets = {0, 4, 4, 6},
                            .targets = {2, 3, 7, 8, 1, 5},
                            .weights = {0.2F, 0.3F, 0.7F, 0.8F, 0.1F, 0.5F}});
}
