#include "sparseann/io/groups.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using sparseann::CsvTable;
using sparseann::DataError;
using sparseann::Groups;

namespace {

Groups groups_in(std::string_view text, std::size_t rows) {
  return sparseann::parse_groups(CsvTable("groups.csv", text), rows);
}

} // namespace

TEST_CASE("groups are numbered in the order in which their names first appear") {
  CHECK(groups_in("row,group\n2,b\n0,a\n1,b\n3,\"c, d\"\n", 4) == Groups{{1, 0, 0, 2}, {"b", "a", "c, d"}});
  CHECK(groups_in("group,note,row\nx,first,0\n", 1) == Groups{{0}, {"x"}});
  CHECK(groups_in("row,group\n", 0) == Groups{});
}

TEST_CASE("read_groups reads a file") {
  const sparseann::test::TemporaryDirectory directory;
  const auto path = directory.path() / "groups.csv";
  sparseann::publish_atomically(path, "row,group\r\n1,b\r\n0,a\r\n");
  CHECK(sparseann::read_groups(path, 2) == Groups{{1, 0}, {"b", "a"}});
  CHECK_THROWS_AS(sparseann::read_groups(directory.path() / "none.csv", 2), sparseann::IoError);
}

TEST_CASE("groups name the line of a row that is unknown, there twice or no number") {
  CHECK_THROWS_AS(groups_in("row,group\n0,a\n2,b\n", 2), DataError);
  CHECK_THROWS_WITH(groups_in("row,group\n0,a\n2,b\n", 2),
                    "groups.csv, line 3: expected a row below 2 in column 'row', got 2");
  CHECK_THROWS_WITH(groups_in("row,group\n0,a\n1,b\n0,a\n", 2),
                    "groups.csv, line 4: expected each row once, got row 0 again, after groups.csv, line 2");
  CHECK_THROWS_WITH(groups_in("row,group\n-1,a\n", 2),
                    "groups.csv, line 2: expected a whole number from 0 in column 'row', got '-1'");
  CHECK_THROWS_WITH(groups_in("row,group\n0.5,a\n", 2),
                    "groups.csv, line 2: expected a whole number from 0 in column 'row', got '0.5'");
  CHECK_THROWS_WITH(groups_in("row,group\n0,\n", 1), "groups.csv, line 2: expected a name in column 'group', got ''");
}

TEST_CASE("groups name what is missing") {
  CHECK_THROWS_WITH(groups_in("row,group\n2,b\n0,a\n", 3),
                    "groups.csv: expected each of 3 rows once, got no line for row 1");
  CHECK_THROWS_WITH(groups_in("row,name\n0,a\n", 1),
                    "groups.csv: expected a column 'group', got the columns row, name");
}
