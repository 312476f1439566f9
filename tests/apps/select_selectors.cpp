#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "apps/sparseann.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/certificate.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/feature_coverage.hpp"
#include "sparseann/select/gaussian_similarity.hpp"
#include "sparseann/select/k_center.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/middle_biased.hpp"
#include "sparseann/select/probability_cover.hpp"
#include "sparseann/select/random_slices.hpp"
#include "sparseann/select/saturated_coverage.hpp"
#include "sparseann/select/stochastic_greedy.hpp"
#include "sparseann/select/typical_clusters.hpp"
#include "support/catch.hpp"

using namespace sparseann;
using sparseann::test::ProgramResult;
using sparseann::test::SelectFolder;
using sparseann::test::without_certificate;

namespace {

const Generator seeded(3);

/// What `--features` and `arguments` select, which the library called directly selects too.
void check_selects(const Array2<float>& features, const std::string& arguments, const RankedSelection& expected) {
  CAPTURE(arguments);
  const SelectFolder folder;
  folder.write("f.npy", features);
  const auto written = folder.selection("--features {}/f.npy --budget 12 --seed 3 " + arguments);
  CHECK(written.selection == without_certificate(expected));
  const Json certificate = folder.summary()["certificate"];
  CHECK(certificate.is_null() == !expected.certificate);
  if (expected.certificate) {
    CHECK(certificate["items"] == expected.certificate->items);
    CHECK(certificate["value"] == expected.certificate->value);
    // Tiles bound gains by another sum of the same terms.
    CHECK(certificate["upper_bound"].get<double>() == Approx(expected.certificate->upper_bound).epsilon(1e-12));
    CHECK(certificate["best_single"] == expected.certificate->best_single);
    CHECK(certificate["mean_gap"].get<double>() == Approx(mean_gap(*expected.certificate)).epsilon(1e-9));
    CHECK(certificate["share_closed"].get<double>() == Approx(share_closed(*expected.certificate)).epsilon(1e-9));
  }
}

Array2<float> some_features() { return test::clustered_features(90, 9, 7, Generator(1)); }

} // namespace

TEST_CASE("max-cover selects what MaxCover does, with each similarity, maximiser and storage") {
  const Array2<float> features = some_features();
  using Gaussian = MaxCover<FacilityLocation, LazyGreedy, GaussianSimilarity>;
  const RankedSelection cosine = MaxCover<>{}(features, 12, seeded);
  check_selects(features, "", cosine);
  check_selects(
      features, "--storage dense --threads 1 --instruction-set generic",
      MaxCover<>{.options = {.execution = {.instruction_set = InstructionSet::generic}}}(features, 12, seeded));
  check_selects(features, "--storage tiled", cosine);
  check_selects(features, "--similarity gaussian", Gaussian{}(features, 12, seeded));
  check_selects(features, "--similarity gaussian --storage tiled --gaussian.bandwidth 2",
                Gaussian{.options = {.similarity = {.bandwidth = 2}}}(features, 12, seeded));
  check_selects(features, "--maximiser naive", MaxCover<FacilityLocation, NaiveGreedy>{}(features, 12, seeded));
  check_selects(
      features, "--maximiser stochastic --stochastic.shortfall 0.1",
      MaxCover<FacilityLocation, StochasticGreedy>{.options = {.maximiser = {.shortfall = 0.1}}}(features, 12, seeded));
  check_selects(
      features, "--max-cover.baseline -3 --greedy.certify false",
      MaxCover<>{.options = {.objective = {.baseline = -3}, .maximiser = {.certify = false}}}(features, 12, seeded));
}

TEST_CASE("the coverages select what their objectives do") {
  Array2<float> features = some_features();
  using Saturated = MaxCover<SaturatedCoverage, LazyGreedy, GaussianSimilarity>;
  check_selects(features, "--selector saturated-coverage", Saturated{}(features, 12, seeded));
  check_selects(features, "--selector saturated-coverage --saturated-coverage.saturation 0.1",
                Saturated{.options = {.objective = {.saturation = 0.1}}}(features, 12, seeded));
  for (float& value : elements(features))
    value = std::abs(value);
  check_selects(features, "--selector feature-coverage", MaxCover<FeatureCoverage<>>{}(features, 12, seeded));
}

TEST_CASE("selectors without an objective select what they do in the library") {
  const Array2<float> features = some_features();
  check_selects(features, "--selector k-center", KCenter{}(features, 12, seeded));
  check_selects(features, "--selector k-center --k-center.first random",
                KCenter{.options = {.first = FirstCenter::random}}(features, 12, seeded));
  check_selects(features, "--selector typical-clusters --typical-clusters.clusters 5",
                TypicalClusters{.options = {.clusters = 5}}(features, 12, seeded));
  check_selects(features, "--selector probability-cover", ProbabilityCover{}(features, 12, seeded));
  check_selects(features, "--selector probability-cover --probability-cover.radius 0.5",
                ProbabilityCover{.options = {.radius = 0.5}}(features, 12, seeded));
  check_selects(features, "--selector random", RandomSlices{}(90, 12, seeded));
  check_selects(features, "--selector equal-interval", EqualInterval{}(90, 12, seeded));
  check_selects(features, "--selector middle-biased --middle-biased.width 0.1",
                MiddleBiased{.options = {.width = 0.1}}(90, 12, seeded));
}

TEST_CASE("every long piece of work is told on the standard error stream") {
  const SelectFolder folder;
  folder.write("f.npy", some_features());
  write_npy(folder / "costs.npy", Array1<double>(xt::ones<double>({90})));
  const auto check = [&](const std::string& arguments, const std::vector<std::string>& names) {
    CAPTURE(arguments);
    const ProgramResult result = folder.run("--features {}/f.npy --output {}/o.csv " + arguments);
    CHECK(result.exit_code == 0);
    for (const std::string& name : names)
      CHECK_THAT(result.errors, ContainsSubstring(name + ": done in "));
  };
  for (const std::string maximiser : {"lazy", "naive", "stochastic"})
    check("--budget 5 --maximiser " + maximiser, {"comparing all items", "selecting"});
  check("--budget-cost 5 --costs {}/costs.npy", {"comparing all items", "selecting"});
  check("--budget 5 --selector k-center", {"selecting"});
  check("--budget 5 --selector typical-clusters", {"clustering", "ranking by typicality"});
  check("--budget 5 --selector probability-cover", {"comparing all items", "clustering", "selecting"});
}

TEST_CASE("selectors of a count need no features") {
  const SelectFolder folder;
  CHECK(folder.selection("--count 50 --budget 5 --selector equal-interval").selection ==
        EqualInterval{}(50, 5, seeded));
  CHECK(folder.summary()["input"] == Json{{"count", 50}});
  CHECK(folder.summary()["random"].is_null());
  CHECK(folder.selection("--count 50 --budget 5 --selector random --seed 3").selection ==
        RandomSlices{}(50, 5, seeded));
}

TEST_CASE("the summary says what was used and what random selections reach") {
  const SelectFolder folder;
  const Array2<float> features = some_features();
  folder.write("f.npy", features);
  const auto written = folder.selection("--features {}/f.npy --budget 12 --seed 3 --random-draws 4 --threads 2");
  const Json summary = folder.summary();
  CHECK(summary["command"] == "select");
  CHECK(summary["options"]["similarity"] == "cosine");
  CHECK(summary["options"]["maximiser"] == "lazy");
  CHECK(summary["options"]["storage"] == "dense");
  CHECK(summary["options"]["seed"] == 3);
  CHECK(summary["options"]["greedy"]["tie_tolerance"] == 1e-6);
  CHECK(summary["input"] == Json{{"path", (folder / "f.npy").string()}, {"shape", {90, 9}}, {"dtype", "float32"}});
  CHECK(summary["selected"] == 12);
  CHECK(summary["coverage"] == written.selection.coverage.back());
  CHECK(summary["threads"] == 2);
  CHECK(summary["instruction_set"] == name_of_value(resolve(InstructionSet::automatic)));
  for (const char* const phase : {"read", "similarities", "select", "random"})
    CHECK(summary["seconds"][phase].get<double>() > 0);
  const Array2<float> similarity = test::cosines(features).values();
  double mean = 0;
  for (std::size_t draw = 0; draw < 4; ++draw)
    mean += test::coverage_by_definition(similarity,
                                         RandomSlices{}(90, 12, seeded.split("random draws").split(draw)).indices) /
            4;
  CHECK(summary["random"]["draws"] == 4);
  CHECK(summary["random"]["mean_value"].get<double>() == Approx(mean));
  const Certificate certificate = *MaxCover<>{}(features, 12, seeded).certificate;
  CHECK(summary["random"]["share_closed"].get<double>() == Approx(share_closed(certificate, mean)));
}

TEST_CASE("the summary has the bandwidth that was used, of each group where each has its own") {
  const SelectFolder folder;
  const Array2<float> features = some_features();
  folder.write("f.npy", features);
  std::string groups = "row,group\n";
  for (std::size_t row = 0; row < 90; ++row)
    groups += fmt::format("{},{}\n", row, row < 30 ? "head" : "tail");
  folder.write("groups.csv", groups);
  const std::string start = "--features {}/f.npy --similarity gaussian ";
  for (const std::string storage : {"dense", "tiled"}) {
    const auto automatic = folder.selection(start + "--budget 12 --storage " + storage);
    const auto used = folder.summary()["options"]["gaussian"]["bandwidth"].get<double>();
    CHECK(used == GaussianSimilarity{}.bandwidth_for(features));
    CHECK(folder.summary()["bandwidths"].is_null());
    const auto given = folder.selection(start + fmt::format("--budget 12 --gaussian.bandwidth {}", used));
    CHECK(given.selection == automatic.selection);
  }
  (void)folder.selection(start + "--budget-per-group 2 --groups {}/groups.csv");
  CHECK(folder.summary()["options"]["gaussian"]["bandwidth"] == 0);
  Array2<float> head = xt::zeros<float>({30, 9});
  std::ranges::copy(elements(features).first(head.size()), elements(head).begin());
  CHECK(folder.summary()["bandwidths"].size() == 2);
  CHECK(folder.summary()["bandwidths"]["head"] == GaussianSimilarity{}.bandwidth_for(head));
  (void)folder.selection("--features {}/f.npy --budget 2");
  CHECK(folder.summary()["options"]["gaussian"]["bandwidth"] == 0); // not used
}

TEST_CASE("random selections are skipped where they would take long, and the summary says so") {
  const SelectFolder folder;
  folder.write("f.npy", some_features());
  (void)folder.selection("--features {}/f.npy --budget 12 --storage tiled");
  CHECK(folder.summary()["random"] ==
        Json{{"draws", 0}, {"skipped", "above 20000 rows, or tiled: only where --random-draws asks for it"}});
}

TEST_CASE("what was selected is told in words") {
  const SelectFolder folder;
  Array2<float> features = xt::zeros<float>({4, 2});
  for (std::size_t i = 0; i < 4; ++i)
    features(i, i / 2) = 1; // two pairs at right angles: one item reaches two of them, one of each pair all
  folder.write("f.npy", features);
  std::size_t of_each_pair = 0;
  for (std::size_t draw = 0; draw < 10; ++draw) {
    const auto drawn = RandomSlices{}(4, 2, Generator(0).split("random draws").split(draw)).indices;
    of_each_pair += drawn[0] / 2 != drawn[1] / 2 ? 1U : 0U;
  }
  CHECK(folder.run("--features {}/f.npy --budget 2 --output {}/o.csv").output ==
        folder.named(fmt::format(
            "Selected 2 of 4 rows with max-cover, lazy, dense.\n"
            "Coverage: a mean cosine similarity of 1.0000 of an item to the selected one most like it.\n"
            "Certificate: no selection of this budget has a mean cosine similarity more than 0.0000 higher; 100.0 % of "
            "what lies between the best single item and that bound is reached.\n"
            "Random selections reach {}.0 % (mean of 10).\nThe ranks are in {{}}/o.csv.\n",
            10 * of_each_pair)));
  const std::string stochastic =
      folder.run("--features {}/f.npy --budget 2 --maximiser stochastic --output {}/o.csv").output;
  CHECK_THAT(stochastic, ContainsSubstring(fmt::format("\nRandom selections reach {:.4f} (mean of 10).\n",
                                                       0.5 + 0.05 * static_cast<double>(of_each_pair))));
}
