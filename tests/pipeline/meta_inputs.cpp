#include "sparseann/pipeline/meta_inputs.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/meta/random_fit.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

TEST_CASE("Dice and changed voxels are counted over the cases") {
  sparseann::detail::InputComparison comparison(2);
  const Array3<std::uint8_t> complete{{{0, 1, 1, 0}}};
  const Array3<std::uint8_t> changed{{{0, 0, 1, 1}}};
  comparison.add(complete, changed, complete);
  comparison.add(complete, complete, complete);
  const MetaInputEffect effect = comparison.effect("image");
  CHECK(effect.without == "image");
  CHECK(effect.mean_dice == Approx((0.5 + 1.0) / 2));
  CHECK(effect.changed_share == Approx(2.0 / (3 + 2)));
}

TEST_CASE("every input has a row, sets that agree can replace each other, and the table comes back") {
  const test::ToyTask toy(2);
  TrainedMeta<RandomFit> meta;
  meta.options = test::tiny_meta<RandomFit>(40);
  const StageContext context{.stage = "meta", .generator = Generator(1)};
  meta.fit(toy.task(), context);
  const auto effects = meta_input_effects(meta, toy.data.cohort.test, toy.sets, toy.data.test_labels, 3, context);
  REQUIRE(effects.size() == 5);
  CHECK(effects[0].without == "nothing");
  CHECK(effects[0].changed_share == 0);
  CHECK(effects[2].without == "average");
  CHECK(effects[2].changed_share > 0);
  CHECK(effects[4].without == "1");
  CHECK(effects[4].changed_share == 0); // both sets tell the truth
  CHECK(effects[4].mean_dice == effects[0].mean_dice);

  const test::TemporaryDirectory directory;
  publish_atomically(directory.path() / "meta_inputs.csv", meta_inputs_csv(effects));
  const auto read = read_meta_inputs(directory.path() / "meta_inputs.csv");
  REQUIRE(read.size() == 5);
  CHECK(read[2].mean_dice == effects[2].mean_dice);
  CHECK(read[2].without == "average");
}
