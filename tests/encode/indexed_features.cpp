#include "sparseann/encode/indexed_features.hpp"

#include <limits>

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/stacked_slices.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// Cases a, of two xy slices, and b, of one.
std::vector<Case> cases_a_and_b() {
  return {test::case_of_slices(xt::ones<float>({2, 1, 1}), "a"), test::case_of_slices(xt::ones<float>({1, 1, 1}), "b")};
}

/// Rows 10, 20, 30 and an index of them.
class IndexedFolder {
public:
  explicit IndexedFolder(const std::string& index, const Array2<float>& table = {{10}, {20}, {30}}) {
    write_npy(directory_.path() / "features.npy", table);
    publish_atomically(directory_.path() / "index.csv", index);
  }

  [[nodiscard]] Array2<float> read() const {
    const std::vector<Case> cases = cases_a_and_b();
    return read_indexed_features(directory_.path(), test::xy_slices(cases));
  }

  /// The complaint after the path of the index.
  [[nodiscard]] std::string failure() const {
    try {
      (void)read();
    } catch (const DataError& error) {
      return std::string(error.what()).substr((directory_.path() / "index.csv").string().size());
    }
    return "";
  }

private:
  test::TemporaryDirectory directory_;
};

} // namespace

TEST_CASE("lines of an index are in the order of the rows, and may be in any order of the slices") {
  CHECK((IndexedFolder("case,plane,slice\na,xy,0\na,xy,1\nb,xy,0\n").read() == Array2<float>{{10}, {20}, {30}}));
  CHECK(
      (IndexedFolder("slice,case,note,plane\n0,b,,xy\n1,a,,xy\n0,a,,xy\n").read() == Array2<float>{{30}, {20}, {10}}));
}

TEST_CASE("a column row says which row a line is of") {
  CHECK((IndexedFolder("case,plane,slice,row\na,xy,0,2\na,xy,1,0\nb,xy,0,1\n").read() ==
         Array2<float>{{30}, {10}, {20}}));
}

TEST_CASE("slices of other cases and planes may be there too") {
  const IndexedFolder folder("case,plane,slice\nc,xy,0\na,xy,0\na,xz,0\na,xy,1\nb,xy,0\n", {{1}, {2}, {3}, {4}, {5}});
  CHECK((folder.read() == Array2<float>{{2}, {4}, {5}}));
}

TEST_CASE("an index that has another number of lines than there are rows is refused") {
  CHECK(IndexedFolder("case,plane,slice\na,xy,0\na,xy,1\n").failure() ==
        ": expected 3 lines below the header, one per row of the features, got 2");
  CHECK(IndexedFolder("case,plane,slice\na,xy,0\na,xy,1\nb,xy,0\n", {{1}, {2}}).failure() ==
        ": expected 2 lines below the header, one per row of the features, got 3");
}

TEST_CASE("lines of an index that are wrong are named") {
  const auto failure = [](const std::string& lines) { return IndexedFolder("case,plane,slice\n" + lines).failure(); };
  CHECK(failure("a,xy,0\na,yx,1\nb,xy,0\n") == ", line 3: expected xy, xz or yz in column 'plane', got 'yx'");
  CHECK(failure("a,xy,0\na,xy,-1\nb,xy,0\n") == ", line 3: expected a whole number from 0 in column 'slice', got '-1'");
  CHECK_THAT(
      failure("a,xy,0\na,xy,1\na,xy,0\n"),
      ContainsSubstring(", line 4: expected each slice and row once, got case a, plane xy, slice 0 again, after "));
  CHECK_THAT(failure("a,xy,0\na,xy,1\na,xy,0\n"), ContainsSubstring("index.csv, line 2"));
  CHECK(IndexedFolder("case,slice\na,0\na,1\nb,0\n").failure() ==
        ": expected a column 'plane', got the columns case, slice");
}

TEST_CASE("rows that an index names twice, or that are not there, are named with the line") {
  const auto failure = [](const std::string& lines) {
    return IndexedFolder("row,case,plane,slice\n" + lines).failure();
  };
  CHECK(failure("0,a,xy,0\n3,a,xy,1\n1,b,xy,0\n") == ", line 3: expected a row below 3 in column 'row', got 3");
  CHECK_THAT(failure("0,a,xy,0\n1,a,xy,1\n0,b,xy,0\n"),
             ContainsSubstring(", line 4: expected each slice and row once, got row 0 again, after "));
}

TEST_CASE("slices that an index lacks, or has too many of, are named") {
  const auto failure = [](const std::string& lines) { return IndexedFolder("case,plane,slice\n" + lines).failure(); };
  CHECK(failure("a,xy,0\nb,xy,0\nc,xy,0\n") == ": expected one line per slice of case a, plane xy, 2 in all, got 1");
  CHECK(failure("a,xy,0\na,xy,1\nc,xy,0\n") == ": expected one line per slice of case b, plane xy, 1 in all, got 0");
  CHECK(failure("a,xy,0\na,xy,1\na,xy,2\n") == ": expected one line per slice of case a, plane xy, 2 in all, got 3");
  CHECK(failure("a,xy,0\na,xy,2\nb,xy,0\n") == ": expected a line for case a, plane xy, slice 1, got none");
}

TEST_CASE("rows of an indexed table are numbers and not all zero") {
  const std::string index = "case,plane,slice\na,xy,0\na,xy,1\nb,xy,0\n";
  CHECK_THROWS_WITH(IndexedFolder(index, {{1}, {0}, {1}}).read(),
                    ContainsSubstring("features.npy: expected a number other than zero in each row, got zeros alone in "
                                      "row 1"));
  CHECK_THROWS_WITH(IndexedFolder(index, {{1}, {2}, {std::numeric_limits<float>::quiet_NaN()}}).read(),
                    ContainsSubstring("features.npy: expected finite numbers, got nan in row 2, column 0"));
}
