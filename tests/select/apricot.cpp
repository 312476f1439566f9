// Rankings and gains of apricot 0.6.1, recorded by benchmarks/peers/record_apricot.py, on instances without ties.
#include <cstddef>
#include <fstream>
#include <string>
#include <vector>

#include <nlohmann/json.hpp>

#include "sparseann/core/array.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/feature_coverage.hpp"
#include "sparseann/select/lazy_greedy.hpp"
#include "sparseann/select/naive_greedy.hpp"
#include "sparseann/select/saturated_coverage.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

nlohmann::json apricot_record() {
  std::ifstream file(std::string(SPARSEANN_SOURCE_DIR) + "/tests/select/data/apricot_0.6.1.json");
  REQUIRE(file.is_open());
  return nlohmann::json::parse(file);
}

/// Whole numbers times a power of two: exactly what apricot was given.
Array2<float> recorded_table(const nlohmann::json& rows, double unit) {
  auto table = Array2<float>::from_shape({rows.size(), rows[0].size()});
  for (std::size_t i = 0; i < rows.size(); ++i)
    for (std::size_t j = 0; j < rows[i].size(); ++j)
      table(i, j) = static_cast<float>(rows[i][j].get<double>() * unit);
  return table;
}

void check_ranking(const RankedSelection& selection, const nlohmann::json& run) {
  CHECK(selection.indices == run["ranking"].get<std::vector<std::size_t>>());
  const auto gains = run["gains"].get<std::vector<double>>();
  for (std::size_t rank = 0; rank < gains.size(); ++rank)
    CHECK(selection.gains[rank] == Approx(gains[rank]).epsilon(1e-5));
}

template <class Objective> void check_both(const Objective& objective, const nlohmann::json& run) {
  const std::size_t budget = run["ranking"].size();
  check_ranking(LazyGreedy{}(objective, budget), run);
  check_ranking(NaiveGreedy{}(objective, budget), run);
}

} // namespace

TEST_CASE("rankings and gains equal apricot's") {
  const nlohmann::json record = apricot_record();
  const auto unit = record["unit"].get<double>();
  std::size_t runs = 0;
  for (const nlohmann::json& run : record["runs"]) {
    const auto function = run["function"].get<std::string>();
    const auto input = run["input"].get<std::string>();
    CAPTURE(function, input);
    const bool takes_features = function == "feature_based";
    const Array2<float> table = recorded_table(record[takes_features ? "features" : "similarities"][input], unit);
    if (function == "facility_location")
      check_both(FacilityLocation(table, {.baseline = 0}), run);
    else if (function == "saturated_coverage")
      check_both(SaturatedCoverage(table, {.saturation = run["alpha"].get<double>()}), run);
    else if (run["concave"] == "sqrt")
      check_both(FeatureCoverage<SquareRoot>(table), run);
    else
      check_both(FeatureCoverage<Logarithm>(table), run);
    ++runs;
  }
  CHECK(runs == 20);
}
