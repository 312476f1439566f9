// What the method reaches on 40 real MR scans with its default settings: minutes per seed.
#include <fmt/format.h>

#include "programs/long_runs.hpp"
#include "support/catch.hpp"

using sparseann::test::data_set;
using sparseann::test::long_seeds;
using sparseann::test::LongRun;
using sparseann::test::mean_dice;

namespace {

constexpr std::string_view ours = "random_fit_then_nearest_fit";

LongRun hippocampus(const std::filesystem::path& data, std::size_t seed) {
  return {fmt::format("hippocampus_{}", seed),
          {"--data", data.string(), "--every", "10", "--seed", std::to_string(seed)}};
}

} // namespace

TEST_CASE("hippocampus: three seeds reach what a prototype reached", "[long]") {
  const auto data = data_set("hippocampus");
  if (!data)
    return;
  std::vector<LongRun> runs;
  for (const std::size_t seed : long_seeds) {
    CAPTURE(seed);
    runs.push_back(hippocampus(*data, seed));
    CHECK(runs.back().mean_dice("full_3d") >= 0.83);
    CHECK(runs.back().mean_dice("3d") >= 0.82);
    CHECK(runs.back().mean_dice(ours) >= 0.83);
  }
  CHECK(mean_dice(runs, ours) >= mean_dice(runs, "3d"));
  CHECK(mean_dice(runs, ours) > mean_dice(runs, "random_fit"));
  CHECK(mean_dice(runs, ours) >= mean_dice(runs, "majority_vote") + 0.01);
}

TEST_CASE("hippocampus: the meta-model reads the image, A(.) and every set", "[long]") {
  const auto data = data_set("hippocampus");
  if (!data)
    return;
  const sparseann::CsvTable table = hippocampus(*data, long_seeds.front()).table("meta_inputs.csv");
  REQUIRE(table.rows() == 7);
  const double complete = table.number<double>(0, "dice_mean");
  for (std::size_t row = 1; row < table.rows(); ++row) {
    const std::string& without = table.cell(row, "without");
    CAPTURE(without);
    const double loss = complete - table.number<double>(row, "dice_mean");
    if (without == "average")
      CHECK(loss >= 0.3);
    else if (without == "image")
      CHECK(loss >= 0.01);
    CHECK(table.number<double>(row, "changed_share") > 0);
  }
}
