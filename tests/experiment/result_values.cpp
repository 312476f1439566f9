#include "sparseann/experiment/result_values.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

ResultValues values_of(const std::string& rows) {
  return ResultValues(CsvTable("results", "arm,budget,seed,prediction,case,class,metric,value\n" + rows));
}

} // namespace

TEST_CASE("values are a matrix of seeds and cases, per class or as the mean over classes") {
  const ResultValues results = values_of("ra,s10,0,3d,c1,x,dice,0.5\nra,s10,0,3d,c0,x,dice,0.25\n"
                                         "ra,s10,0,3d,c1,y,dice,1\nra,s10,0,3d,c0,y,dice,0.75\n"
                                         "ra,s10,1,3d,c1,x,dice,0\nra,s10,1,3d,c0,x,dice,0\n"
                                         "ra,s10,1,3d,c1,y,dice,1\nra,s10,1,3d,c0,y,dice,0.5\n"
                                         "ra,s5,0,3d,c0,x,dice,0.5\nfull,full,0,3d,c0,all,overall_score,0.1\n");
  CHECK(results.classes() == std::vector<std::string>{"x", "y"});
  CHECK(results.budgets() == std::vector<std::string>{"full", "s5", "s10"});
  CHECK((results.values({"ra", "3d", "s10"}, "dice").value() == SeedValues{{0.5, 0.75}, {0.25, 0.5}}));
  CHECK((results.values({"ra", "3d", "s10"}, "dice", "x").value() == SeedValues{{0.25, 0.5}, {0, 0}}));
  CHECK((results.values({"full", "3d", "full"}, "overall_score").value() == SeedValues{{0.1}}));
  CHECK_FALSE(results.values({"ra", "3d", "s20"}, "dice").has_value());
  CHECK_FALSE(results.values({"ra", "3d", "s10"}, "hausdorff_mm").has_value());
}

TEST_CASE("a seed that lacks a case is left out") {
  const ResultValues results =
      values_of("ra,s5,0,3d,c0,x,dice,0.5\nra,s5,0,3d,c1,x,dice,0.5\nra,s5,1,3d,c0,x,dice,0.5\n");
  CHECK(results.values({"ra", "3d", "s5"}, "dice").value().shape(0) == 1);
}
