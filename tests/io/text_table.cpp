#include "sparseann/io/text_table.hpp"

#include <limits>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

TextTable example() {
  TextTable table({{.name = "method"}, {.name = "dice_mean", .decimals = 3}, {.name = "p", .decimals = 1}});
  table.add_row({std::string("RA_ST & 50 % | *new*"), 0.81234567, -0.25});
  table.add_row({std::string("a,\"b\"\nc"), 1.0, std::monostate{}});
  return table;
}

} // namespace

TEST_CASE("a table's CSV reads back the same") {
  CHECK(example().rows() == 2);
  const CsvTable read("example", example().csv());
  CHECK(read.cell(0, "method") == "RA_ST & 50 % | *new*");
  CHECK(read.cell(1, "method") == "a,\"b\"\nc");
  CHECK(read.number<double>(0, "dice_mean") == 0.81234567);
  CHECK(read.number<double>(0, "p") == -0.25);
  CHECK_FALSE(read.optional<double>(1, "p"));
}

TEST_CASE("a table's Markdown has numbers to the right, rounded, and escapes what would mean something") {
  CHECK(example().markdown() == "| method | dice\\_mean | p |\n"
                                "| --- | ---: | ---: |\n"
                                "| RA\\_ST & 50 % \\| \\*new\\* | 0.812 | -0.2 |\n"
                                "| a,\"b\" c | 1.000 |  |\n");
}

TEST_CASE("a table's HTML has its rows' names as headers and its special characters escaped") {
  TextTable table({{.name = "a<b"}, {.name = "value", .decimals = 1}});
  table.add_row({std::string("\"x\" & y"), 2.25});
  CHECK(table.html() == "<table>\n<thead><tr><th scope=\"col\">a&lt;b</th><th scope=\"col\">value</th></tr></thead>\n"
                        "<tbody>\n<tr><th scope=\"row\">&quot;x&quot; &amp; y</th><td>2.2</td></tr>\n"
                        "</tbody>\n</table>\n");
}

TEST_CASE("a table's LaTeX is a tabular with its special characters escaped") {
  CHECK(example().latex() == "\\begin{tabular}{lrr}\n\\toprule\n"
                             "method & dice\\_mean & p \\\\\n\\midrule\n"
                             "RA\\_ST \\& 50 \\% \\textbar{} *new* & 0.812 & $-$0.2 \\\\\n"
                             "a,\"b\" c & 1.000 &  \\\\\n"
                             "\\bottomrule\n\\end{tabular}\n");
  TextTable table({{.name = "\\~^{}<>#$"}});
  table.add_row({-0.0001});
  CHECK_THAT(table.latex(), ContainsSubstring("\n\\textbackslash{}\\textasciitilde{}\\textasciicircum{}\\{\\}"
                                              "\\textless{}\\textgreater{}\\#\\$ \\\\\n\\midrule\n0.000 \\\\\n"));
}

TEST_CASE("a row of another width and a number that is none are refused with their place") {
  TextTable table = example();
  CHECK_THROWS_WITH(table.add_row({1.0}), "row: expected 3 entries, got 1");
  CHECK_THROWS_WITH(table.add_row({std::string("x"), 1.0, std::numeric_limits<double>::infinity()}),
                    "row 2, column 'p': expected a finite number, got inf");
}
