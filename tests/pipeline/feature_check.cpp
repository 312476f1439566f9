#include "sparseann/pipeline/feature_check.hpp"

#include <array>
#include <cmath>
#include <limits>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("what kept features look like is written, read back and, where it looks broken, logged") {
  const LabelledCohort data = test::toy_cohort(1, 0, 10); // 10 x 11 x 12
  const test::TemporaryDirectory directory;
  const std::filesystem::path& folder = directory.path();
  Array2<float> walk = xt::zeros<float>({10, 2});
  for (std::size_t i = 0; i < 10; ++i) {
    walk(i, 0) = std::cos(0.1F * static_cast<float>(i));
    walk(i, 1) = std::sin(0.1F * static_cast<float>(i));
  }
  write_npy(feature_file(folder, "training_0", Plane::xy), walk);
  write_npy(feature_file(folder, "training_0", Plane::xz), Array2<float>(xt::zeros<float>({11, 2})));
  std::vector<nlohmann::ordered_json> events;
  const StageContext context{.stage = "encode",
                             .log = [&](const nlohmann::ordered_json& event) { events.push_back(event); }};
  check_kept_features(data.cohort.training, std::array{Plane::xy, Plane::xz}, folder, context);

  const auto stacks = read_diagnostics(folder / "diagnostics.csv");
  REQUIRE(stacks.size() == 2);
  CHECK(stacks[0].case_name == "training_0");
  CHECK(stacks[0].plane == Plane::xy);
  CHECK(stacks[0].found.slices == 10);
  CHECK(*stacks[0].found.rank_correlation > 0.98); // the angle is the distance, but for how rounding breaks ties
  CHECK(stacks[0].found.effective_rank > 1);
  CHECK(stacks[0].found.duplicate_rate == 0);
  CHECK(stacks[1].plane == Plane::xz);
  CHECK_FALSE(stacks[1].found.rank_correlation.has_value());
  const std::vector<std::string> expected{
      "11 of 11 slices have features of zeros alone; all slices have the same features"};
  CHECK(stacks[1].found.warnings == expected);
  REQUIRE(events.size() >= 2);
  CHECK(events.back() == nlohmann::ordered_json{{"stage", "encode"},
                                                {"case", "training_0"},
                                                {"plane", "xz"},
                                                {"warning", "all slices have the same features"}});
}

TEST_CASE("features that are no numbers stop a run before anything is selected from them") {
  const LabelledCohort data = test::toy_cohort(1, 0, 10);
  const test::TemporaryDirectory directory;
  const std::filesystem::path& folder = directory.path();
  Array2<float> broken = xt::ones<float>({10, 2});
  broken(4, 1) = std::numeric_limits<float>::quiet_NaN();
  const auto path = feature_file(folder, "training_0", Plane::xy);
  write_npy(path, broken);
  CHECK_THROWS_WITH(check_kept_features(data.cohort.training, std::array{Plane::xy}, folder, {}),
                    path.string() + ": expected finite numbers, got nan in row 4, column 1");
}
