#include "sparseann/io/csv.hpp"

#include <cmath>
#include <limits>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::CsvTable;
using sparseann::CsvWriter;
using sparseann::DataError;

TEST_CASE("CsvWriter quotes where it must and keeps numbers exact") {
  CsvWriter writer({"case", "dice, mean", "rank"});
  writer.add_row("la_001", 0.1, std::size_t{3});
  writer.add_row("say \"so\"", 1.0 / 3.0, std::optional<int>());
  writer.add_row(std::string("two\nlines"), 2.0F, true);
  writer.add_row(std::vector<std::string>{"a,b", "", "c"});
  CHECK(writer.text() == "case,\"dice, mean\",rank\n"
                         "la_001,0.1,3\n"
                         "\"say \"\"so\"\"\",0.3333333333333333,\n"
                         "\"two\nlines\",2,true\n"
                         "\"a,b\",,c\n");
  CHECK_THROWS_WITH(writer.add_row(1, 2), "row: expected 3 cells, got 2");
}

TEST_CASE("CsvTable reads RFC 4180's forms") {
  const CsvTable table("f.csv", "name,\"va\"\"lue\",n\r\n\"a,b\",1.5,-2\r\n\"x\ny\",,7");
  CHECK(table.columns() == std::vector<std::string>{"name", "va\"lue", "n"});
  REQUIRE(table.rows() == 2);
  CHECK(table.cell(0, "name") == "a,b");
  CHECK(table.cell(1, "name") == "x\ny");
  CHECK(table.number<double>(0, "va\"lue") == 1.5);
  CHECK(table.number<int>(0, "n") == -2);
  CHECK(table.optional<double>(1, "va\"lue") == std::nullopt);
  CHECK(table.place(1) == "f.csv, line 3");
}

TEST_CASE("what CsvWriter writes, CsvTable reads back bit for bit") {
  const std::vector<double> values{0.1 + 0.2, -0.0, 1e-310, std::numeric_limits<double>::max(), 12345678901234567.0};
  CsvWriter writer({"value", "text"});
  for (const double value : values)
    writer.add_row(value, "q\"\r\n,");
  const sparseann::test::TemporaryDirectory directory;
  sparseann::publish_atomically(directory.path() / "t.csv", writer.text());
  const CsvTable table = sparseann::read_csv(directory.path() / "t.csv");
  REQUIRE(table.rows() == values.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    CHECK(table.number<double>(row, "value") == values[row]);
    CHECK(std::signbit(table.number<double>(row, "value")) == std::signbit(values[row]));
    CHECK(table.cell(row, "text") == "q\"\r\n,");
  }
}

TEST_CASE("CSV errors name file and line") {
  const auto parse = [](std::string_view text) { return CsvTable("f.csv", text); };
  CHECK_THROWS_AS(parse(""), DataError);
  CHECK_THROWS_WITH(parse(""), "f.csv: expected a header line, got an empty file");
  CHECK_THROWS_WITH(parse("a,b\n1,2\n1,2,3\n"), "f.csv, line 3: expected 2 cells, got 3");
  CHECK_THROWS_WITH(parse("a,b\n\n"), "f.csv, line 2: expected 2 cells, got 1");
  CHECK_THROWS_WITH(parse("a,b,a\n"), "f.csv, line 1: expected columns of different names, got 'a' twice");
  CHECK_THROWS_WITH(parse("a,b\n1,\"2\n"), "f.csv, line 2: expected a closing quote, got the end of the file");
  CHECK_THROWS_WITH(parse("a,b\n1,2\"3\n"),
                    "f.csv, line 2: expected quotes around a whole cell only, got a quote within one");
  CHECK_THROWS_WITH(parse("a,b\n\"1\"x,2\n"), "f.csv, line 2: expected a comma or a line's end after a cell, got 'x'");
  const CsvTable table = parse("a,b\n1.5,\n");
  CHECK_THROWS_WITH(table.cell(0, "c"), "f.csv: expected a column 'c', got the columns a, b");
  CHECK_THROWS_WITH(table.number<int>(0, "a"), "f.csv, line 2: expected a whole number in column 'a', got '1.5'");
  CHECK_THROWS_WITH(table.number<double>(0, "b"), "f.csv, line 2: expected a number in column 'b', got ''");
}
