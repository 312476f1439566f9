#include "sparseann/meta/meta_sampler.hpp"

#include <utility>

#include "support/catch.hpp"
#include "support/toy_task.hpp"

using namespace sparseann;

namespace {

TrainingOptions patches_of(std::size_t edge) {
  TrainingOptions options;
  options.patch = edge;
  options.augmentation = {.flip_z = true, .flip_y = true, .flip_x = true, .quarter_turns_axial = true};
  return options;
}

} // namespace

TEST_CASE("image, A(.) and targets of a patch show the same place") {
  test::ToyTask toy(2);
  toy.data = test::images_of_labels(std::move(toy.data));
  const EnsembleTask task = toy.task();
  const auto subjects = meta_subjects(task, AverageOf::labels, true);
  const MetaSampler sampler(task, subjects, patches_of(8));
  const MetaBatch batch = sampler.draw({0, 0, 20}, Generator(3));
  REQUIRE(batch.images.sizes() == torch::IntArrayRef({20, 1, 8, 8, 8}));
  REQUIRE(batch.averages.sizes() == torch::IntArrayRef({20, 3, 8, 8, 8}));
  REQUIRE(batch.sets.sizes() == torch::IntArrayRef({20, 2, 8, 8, 8}));
  CHECK(batch.mask.all().item<bool>());
  CHECK(batch.images.select(1, 0).equal(batch.sets.select(1, 0).to(torch::kFloat)));
  CHECK((batch.sets > 0).any().item<bool>());
  // All sets tell the truth, so A(.) is its one-hot vector.
  CHECK(batch.averages.argmax(1).equal(batch.sets.select(1, 0)));
  CHECK(batch.sets.select(1, 1).equal(batch.sets.select(1, 0)));
}

TEST_CASE("volumes smaller than a patch have no target outside") {
  const test::ToyTask toy(1);
  const EnsembleTask task = toy.task();
  const auto subjects = meta_subjects(task, AverageOf::labels, false);
  const MetaSampler sampler(task, subjects, patches_of(32));
  const MetaBatch batch = sampler.draw({0, 0, 2}, Generator(1));
  for (std::int64_t sample = 0; sample < 2; ++sample) {
    const Shape3 shape = task.cases[batch.places[static_cast<std::size_t>(sample)].case_index].image.shape();
    CHECK(batch.mask[sample].sum().item<std::int64_t>() == static_cast<std::int64_t>(voxel_count(shape)));
  }
}

TEST_CASE("soft targets are the chosen set's probabilities, and the expert's labels where asked for") {
  test::ToyTask toy(2);
  for (std::size_t c = 0; c < 2; ++c)
    toy.sets[1].training[c].fill(85); // a third for each class
  const EnsembleTask task = toy.task();
  const auto subjects = meta_subjects(task, AverageOf::labels, true);
  const MetaSampler sampler(task, subjects, patches_of(16));
  const MetaBatch batch = sampler.draw({0, 0, 2}, Generator(5));
  const std::vector<std::size_t> chosen{0, 1};
  const torch::Tensor pure = sampler.soft_targets(batch, chosen, false);
  CHECK(pure[0].argmax(0).equal(batch.sets[0][0]));
  CHECK(pure[1].sub(1.0 / 3).abs().max().item<double>() < 1e-6);
  const torch::Tensor expert = sampler.soft_targets(batch, chosen, true);
  const torch::Tensor certain = std::get<0>(expert[1].max(0)) == 1;
  REQUIRE(certain.any().item<bool>());
  REQUIRE_FALSE(certain.all().item<bool>());
  CHECK(expert[1].argmax(0).masked_select(certain).equal(batch.sets[1][0].masked_select(certain)));
}
