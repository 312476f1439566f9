#include "sparseann/meta/trained_meta.hpp"

#include <bit>
#include <cstdint>
#include <stdexcept>
#include <string>

#include "sparseann/io/file.hpp"
#include "sparseann/meta/nearest_fit.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/then.hpp"
#include "support/catch.hpp"
#include "support/ensembler_suite.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("TrainedMeta is an ensembler") {
  TrainedMeta<RandomFit> meta;
  meta.options = test::tiny_meta<RandomFit>(300);
  test::check_ensembler(meta, 0.5);
}

namespace {
struct AlwaysTheLast {
  static constexpr std::string_view name = "always_the_last";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&, Generator&) const {
    const std::vector<std::size_t> last(static_cast<std::size_t>(candidates.sets.size(0)),
                                        static_cast<std::size_t>(candidates.sets.size(1) - 1));
    return last;
  }
};
} // namespace

TEST_CASE("how often each case fitted each set is counted in each stage and kept") {
  const test::ToyTask toy(3);
  const test::TemporaryDirectory directory;
  TrainedMeta<Then<RandomFit, AlwaysTheLast>> meta;
  meta.options = test::tiny_meta<Then<RandomFit, AlwaysTheLast>>(12);
  meta.options.fit.first_share = 0.75;
  meta.fit(toy.task(), {.stage = "meta", .generator = Generator(1), .directory = directory.path()});
  const Array3<std::int64_t> counts = meta.fitted_counts();
  REQUIRE(shape_of(counts) == Shape3{2, 2, 3});   // stages, cases, sets
  CHECK(xt::sum(xt::view(counts, 0))() == 9 * 2); // iterations x batch
  CHECK(xt::sum(xt::view(counts, 1))() == 3 * 2);
  CHECK(xt::sum(xt::view(counts, 1, xt::all(), 2))() == 3 * 2);
  const CsvTable table = read_csv(directory.path() / "fitted.csv");
  REQUIRE(table.rows() == 12);
  CHECK(table.cell(4, "stage") == "random_fit");
  CHECK(table.cell(11, "stage") == "always_the_last");
  CHECK(table.cell(11, "case") == "training_1");
  CHECK(table.cell(11, "set") == "2");
  CHECK(table.number<std::int64_t>(11, "count") == counts(1, 1, 2));
  CHECK(table.number<std::int64_t>(4, "count") == counts(0, 1, 1));
}

TEST_CASE("random-fit alone is the same training as random-then-nearest until nearest-fit begins") {
  const test::ToyTask toy(3);
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  TrainedMeta<Then<RandomFit, NearestFit>> both;
  both.options = test::tiny_meta<Then<RandomFit, NearestFit>>(20);
  both.options.fit.first_share = 0.5;
  TrainedMeta<RandomFit> alone;
  alone.options = both.options.with_fit<RandomFit>({});
  both.fit(toy.task(), context);
  alone.fit(toy.task(), context);
  CHECK(both.loss_curve()[0] == alone.loss_curve()[0]); // of the first ten iterations
  CHECK(xt::sum(xt::view(both.fitted_counts(), 0))() == 10 * 2);
  CHECK(xt::sum(alone.fitted_counts())() == 20 * 2);
  CHECK(both.loss_curve()[1].learning_rate == alone.loss_curve()[1].learning_rate);
}

TEST_CASE("A(.) is part of what it reads, and so is the image") {
  const test::ToyTask toy;
  TrainedMeta<Then<RandomFit, NearestFit>> meta;
  meta.options = test::tiny_meta<Then<RandomFit, NearestFit>>(40);
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  meta.fit(toy.task(), context);
  const Image& image = toy.data.cohort.test[0].image;
  const Array4<float> average = average_of(toy.test_sets(0), AverageOf::labels);
  const Array3<std::uint8_t> labels = meta.predict(image, average, context);
  CHECK((meta.predict(image, Array4<float>(xt::zeros_like(average)), context) != labels));
  Image blank = image;
  blank.voxels.fill(0.0F);
  CHECK((meta.predict(blank, average, context) != labels));
}

TEST_CASE("it learns from soft pseudo-labels and from an average of probabilities as well") {
  TrainedMeta<RandomFit> meta;
  meta.options = test::tiny_meta<RandomFit>(300);
  meta.options.targets = FitTargets::probabilities;
  meta.options.average = AverageOf::probabilities;
  test::check_ensembler(meta, 0.5);
}

TEST_CASE("an option of its input or targets changes what it learns") {
  test::ToyTask toy;
  Generator noise(4);
  for (PseudoLabelSet& set : toy.sets)
    for (ClassProbabilities& probabilities : set.training)
      for (std::uint8_t& value : elements(probabilities))
        value = static_cast<std::uint8_t>(noise.uniform_index(256)); // labels that the expert contradicts
  const auto loss_after = [&](auto change) {
    TrainedMeta<NearestFit> meta;
    meta.options = test::tiny_meta<NearestFit>(10);
    change(meta.options);
    meta.fit(toy.task(), {.stage = "meta", .generator = Generator(1)});
    return meta.loss_curve().back().loss;
  };
  const double base = loss_after([](auto&) {});
  CHECK(loss_after([](auto& options) { options.targets = FitTargets::probabilities; }) != base);
  CHECK(loss_after([](auto& options) { options.average = AverageOf::probabilities; }) != base);
  CHECK(loss_after([](auto& options) { options.expert_labels_replace_targets = false; }) != base);
  CHECK(loss_after([](auto& options) { options.training.schedule.restart_at = 0.5; }) != base);
}

TEST_CASE("nearest-fit by volume fits one set of a case as long as its distances are kept") {
  test::ToyTask toy(2);
  for (PseudoLabelSet& set : toy.sets) // two sets that are wrong in different places
    for (ClassProbabilities& probabilities : set.training)
      for (std::size_t v = set.name == "0" ? 0 : 1; v < probabilities.size(); v += 2)
        probabilities.data()[v] = 128;
  TrainedMeta<NearestFit> meta;
  meta.options = test::tiny_meta<NearestFit>(30);
  meta.options.fit = {.distance = FitDistance::volume, .volume_interval = 1000};
  meta.fit(toy.task(), {.stage = "meta", .generator = Generator(1)});
  const Array3<std::int64_t> counts = meta.fitted_counts();
  CHECK(xt::sum(counts)() == 30 * 2);
  for (std::size_t c = 0; c < 2; ++c)
    CHECK((counts(0, c, 0) == 0) != (counts(0, c, 1) == 0));
}

namespace {
/// Chooses by the last bits of distances that it never lets expire: computed anew, they would choose otherwise.
struct ByKeptDistances {
  static constexpr std::string_view name = "by_kept_distances";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&, Generator&) const {
    const torch::Tensor distances = candidates.volume_distances(1000);
    std::vector<std::size_t> chosen;
    for (std::int64_t sample = 0; sample < distances.size(0); ++sample)
      chosen.push_back(std::bit_cast<std::uint64_t>(distances[sample][0].item<double>()) / 16 % 3);
    return chosen;
  }
};
} // namespace

TEST_CASE("an interrupted training with distances of volumes ends as an uninterrupted one") {
  const test::ToyTask toy(3); // sets that agree: the choice shows in fitted.csv alone
  const test::TemporaryDirectory directory;
  const auto fit = [&](const std::string& folder, const StageContext& context) {
    TrainedMeta<ByKeptDistances> meta;
    meta.options = test::tiny_meta<ByKeptDistances>(40);
    meta.options.training.checkpoint_seconds = 0;
    StageContext part = context;
    part.directory = directory.path() / folder;
    meta.fit(toy.task(), part);
  };
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  fit("whole", context);
  StageContext interrupted = context;
  interrupted.log = [](const nlohmann::ordered_json& event) {
    if (event["iteration"] == 20)
      throw std::runtime_error("interrupted");
  };
  CHECK_THROWS_WITH(fit("parts", interrupted), "interrupted");
  REQUIRE(std::filesystem::exists(directory.path() / "parts" / "checkpoint_000000019.safetensors"));
  fit("parts", context);
  for (const char* file : {"model.safetensors", "loss.csv", "fitted.csv"})
    CHECK(read_file(directory.path() / "parts" / file) == read_file(directory.path() / "whole" / file));
}

namespace {
struct OutOfRange {
  static constexpr std::string_view name = "out_of_range";
  NoOptions options;
  std::vector<std::size_t> operator()(const FitCandidates&, const FitProgress&, Generator&) const { return {0, 7}; }
};
} // namespace

TEST_CASE("a strategy that picks a set that is not there is named") {
  const test::ToyTask toy;
  TrainedMeta<OutOfRange> meta;
  meta.options = test::tiny_meta<OutOfRange>(2);
  CHECK_THROWS_WITH(meta.fit(toy.task(), {}), "out_of_range: expected 2 indices below 2, got 0, 7");
}

TEST_CASE("the meta-model reads scans and pseudo-labels on its own grid and predicts on the scans'") {
  const test::ToyTask toy;
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  const auto fitted = [&](const WorkingGridOptions& grid) {
    TrainedMeta<Then<RandomFit, NearestFit>> meta;
    meta.options = test::tiny_meta<Then<RandomFit, NearestFit>>(20);
    meta.options.fit.second.distance = FitDistance::volume;
    meta.options.fit.second.volume_interval = 5;
    meta.options.grid = grid;
    meta.fit(toy.task(), context);
    return std::pair(meta.loss_curve(), meta.predict(toy.data.cohort.test[0].image, toy.test_sets(0), context));
  };
  const auto as_scanned = fitted({});
  CHECK((fitted({.spacing_mm = {1, 1, 1}}) == as_scanned)); // the toy's own spacing
  const auto coarse = fitted({.spacing_mm = {2, 1.5, 2}});
  CHECK((coarse.first != as_scanned.first));
  CHECK(coarse.second.shape() == as_scanned.second.shape());
}

TEST_CASE("the meta-model scores the cases that it holds out, which it does not learn from") {
  const test::ToyTask toy;
  const auto fit = [](const EnsembleTask& task, std::size_t held_out, auto log) {
    TrainedMeta<RandomFit> meta;
    meta.options = test::tiny_meta<RandomFit>(20);
    meta.options.training.validation = {.cases = held_out, .every = 10};
    meta.fit(task, {.stage = "meta", .generator = Generator(1), .log = log});
    return meta.loss_curve();
  };
  std::size_t scores = 0;
  const LossCurve curve = fit(toy.task(), 1, [&](const nlohmann::ordered_json& event) {
    if (!event.contains("validation"))
      return;
    ++scores;
    const auto dice = event["validation"]["random_fit"]["dice"].get<std::vector<double>>();
    CHECK(dice.size() == 2);
    for (const double value : dice)
      CHECK((value >= 0 && value <= 1));
  });
  CHECK(scores == 2);
  CHECK((fit(first_cases(toy.task(), 1), 0, [](const nlohmann::ordered_json&) {}) == curve));
}
