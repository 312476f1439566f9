#include "sparseann/io/edge_list.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::AllowedWeights;
using sparseann::CsvTable;
using sparseann::DataError;
using sparseann::SparseRows;

namespace {

SparseRows graph_in(std::string_view text, std::optional<std::size_t> nodes = std::nullopt,
                    AllowedWeights allowed = AllowedWeights::finite) {
  return sparseann::parse_edge_list(CsvTable("edges.csv", text), nodes, allowed);
}

} // namespace

TEST_CASE("an edge list gives the edges of each node, by target") {
  const SparseRows graph = graph_in("source,target,weight\n2,0,-1\n0,3,2\n0,1,0.5\n2,2,1e-3\n");
  CHECK(graph == SparseRows{.rows = 4,
                            .columns = 4,
                            .offsets = {0, 2, 2, 4, 4},
                            .targets = {1, 3, 0, 2},
                            .weights = {0.5F, 2, -1, 1e-3F}});
  CHECK_NOTHROW(sparseann::check_sparse_rows(graph));
  CHECK(graph_in("weight,note,target,source\n7,x,1,0\n") == graph_in("source,target,weight\n0,1,7\n"));
}

TEST_CASE("an edge list has as many nodes as it is told, or as it names") {
  CHECK(graph_in("source,target,weight\n1,0,1\n").rows == 2);
  CHECK(graph_in("source,target,weight\n0,6,1\n").rows == 7);
  CHECK(graph_in("source,target,weight\n0,6,1\n", 9).offsets ==
        std::vector<std::uint64_t>{0, 1, 1, 1, 1, 1, 1, 1, 1, 1});
  CHECK(graph_in("source,target,weight\n") == SparseRows{});
  CHECK(graph_in("source,target,weight\n", 2).offsets == std::vector<std::uint64_t>{0, 0, 0});
}

TEST_CASE("an edge list agrees with a dense matrix that was filled edge by edge") {
  constexpr std::size_t nodes = 23;
  std::vector<float> dense(nodes * nodes, 0);
  std::string text = "source,target,weight\n";
  for (std::size_t i = 0; i < nodes * nodes; i += 1 + i % 3) {
    const std::size_t edge = i * 100 % (nodes * nodes); // 100 and 23 * 23 have no common divisor
    dense[edge] = static_cast<float>(i + 1);
    text += fmt::format("{},{},{}\n", edge / nodes, edge % nodes, i + 1);
  }
  const SparseRows graph = graph_in(text, nodes);
  CHECK_NOTHROW(sparseann::check_sparse_rows(graph));
  std::vector<float> filled(nodes * nodes, 0);
  for (std::size_t row = 0; row < nodes; ++row)
    for (std::size_t i = graph.offsets[row]; i < graph.offsets[row + 1]; ++i)
      filled[row * nodes + graph.targets[i]] = graph.weights[i];
  CHECK(filled == dense);
}

TEST_CASE("read_edge_list reads a file") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "edges.csv";
  sparseann::publish_atomically(path, "source,target,weight\n0,1,0.25\n");
  CHECK(sparseann::read_edge_list(path).weights == std::vector<float>{0.25F});
  CHECK_THROWS_WITH(sparseann::read_edge_list(path, 1),
                    path.string() + ", line 2: expected a node below 1 in column 'target', got 1");
  CHECK_THROWS_AS(sparseann::read_edge_list(directory.path() / "none.csv"), sparseann::IoError);
}

TEST_CASE("edge lists name the line of an endpoint that is no node") {
  CHECK_THROWS_AS(graph_in("source,target,weight\n0,1,1\n0,3,1\n", 3), DataError);
  CHECK_THROWS_WITH(graph_in("source,target,weight\n0,1,1\n0,3,1\n", 3),
                    "edges.csv, line 3: expected a node below 3 in column 'target', got 3");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n-1,1,1\n"),
                    "edges.csv, line 2: expected a whole number from 0 in column 'source', got '-1'");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n0,1.0,1\n"),
                    "edges.csv, line 2: expected a whole number from 0 in column 'target', got '1.0'");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n4294967295,1,1\n"),
                    "edges.csv, line 2: expected a node below 4294967295 in column 'source', got 4294967295");
  CHECK_THROWS_WITH(graph_in("source,target\n0,1\n"),
                    "edges.csv: expected a column 'weight', got the columns source, target");
}

TEST_CASE("edge lists name the line of a weight that is not allowed") {
  const std::string text = "source,target,weight\n0,1,1\n1,0,-0.5\n";
  CHECK(graph_in(text).weights == std::vector<float>{1, -0.5F});
  CHECK_THROWS_WITH(graph_in(text, 2, AllowedWeights::non_negative),
                    "edges.csv, line 3: expected a finite weight from 0 in column 'weight', got -0.5");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n0,1,nan\n"),
                    "edges.csv, line 2: expected a finite weight in column 'weight', got nan");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n0,1,inf\n"),
                    "edges.csv, line 2: expected a finite weight in column 'weight', got inf");
  CHECK_THROWS_WITH(graph_in("source,target,weight\n0,1,1e40\n"),
                    "edges.csv, line 2: expected a number in column 'weight', got '1e40'");
}

TEST_CASE("edge lists name both lines of an edge that is there twice") {
  CHECK_THROWS_WITH(graph_in("source,target,weight\n1,0,1\n0,1,1\n2,2,5\n0,1,1\n"),
                    "edges.csv, line 5: expected each edge once, got 0 to 1 again, after edges.csv, line 3");
  CHECK_NOTHROW(graph_in("source,target,weight\n1,0,1\n0,1,1\n"));
}
