#include "sparseann/train/patch_sampler.hpp"

#include "sparseann/annotate/oracle.hpp"
#include "support/batch_parts.hpp"
#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// One annotated slice of plane xy per case.
std::vector<SparseLabels> one_slice_each(const LabelledCohort& data, std::size_t slice) {
  const Oracle oracle(data.training_labels, data.cohort.classes());
  AnnotationPlan plan;
  for (std::size_t c = 0; c < data.cohort.training.size(); ++c)
    plan.slices.push_back({.slice = {c, Plane::xy, slice}});
  std::vector<SparseLabels> labels;
  for (std::size_t c = 0; c < data.cohort.training.size(); ++c)
    labels.push_back(oracle.label(c, plan));
  return labels;
}

} // namespace

TEST_CASE("every patch holds an annotated voxel, and image, label and mask belong together") {
  const LabelledCohort data = test::toy_cohort(2, 0, 20);
  const auto labels = one_slice_each(data, 0); // at the border: few uniform patches reach it
  const PatchSampler sampler(data.cohort.training, labels, 8, {});
  for (std::size_t draw = 0; draw < 20; ++draw) {
    const PatchBatch batch = sampler.draw({0, 3 * draw, 3}, Generator(4));
    REQUIRE(batch.images.sizes() == torch::IntArrayRef({3, 1, 8, 8, 8}));
    REQUIRE(batch.labels.sizes() == torch::IntArrayRef({3, 8, 8, 8}));
    CHECK(batch.mask.flatten(1).any(1).all().item<bool>());
    CHECK(torch::equal(batch.mask, batch.labels != 3));
    // toy cores are dark and shells bright, so labels explain intensities where they are known
    const torch::Tensor image = batch.images.select(1, 0);
    for (const auto& [label, sign] : {std::pair(1, 1.0), std::pair(2, -1.0)}) {
      const torch::Tensor values = image.masked_select(batch.labels == label);
      if (values.numel() > 5)
        CHECK(values.mean().item<double>() * sign > 1.0);
    }
  }
}

TEST_CASE("volumes smaller than the patch are reflected, and nothing outside is annotated") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0)};
  const PatchBatch batch = PatchSampler(data.cohort.training, labels, 16, {}).draw({0, 0, 1}, Generator(1));
  CHECK(batch.mask.sum().item<std::int64_t>() == 8 * 9 * 10);
  CHECK(torch::isfinite(batch.images).all().item<bool>());
}

TEST_CASE("flips and turns move an image and its labels alike") {
  const LabelledCohort data = test::images_of_labels(test::toy_cohort(2, 0, 12));
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0), oracle.label_everything(1)};
  const PatchBatch batch = PatchSampler(data.cohort.training, labels, 8,
                                        {.flip_z = true, .flip_y = true, .flip_x = true, .quarter_turns_axial = true})
                               .draw({0, 0, 32}, Generator(2));
  CHECK(batch.images.select(1, 0).equal(batch.labels.to(torch::kFloat)));
  CHECK((batch.labels > 0).any().item<bool>());
}

TEST_CASE("a case without labels is refused by name") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const std::vector<SparseLabels> nothing{Oracle(data.training_labels, 3).label(0, {})};
  CHECK_THROWS_WITH(PatchSampler(data.cohort.training, nothing, 8, {}),
                    "labels of case training_0: expected at least one annotated voxel, got none");
}

TEST_CASE("a batch in parts is the batch, and says where its patches lie") {
  const LabelledCohort data = test::toy_cohort(2, 0, 20);
  const auto labels = one_slice_each(data, 0);
  const PatchSampler sampler(data.cohort.training, labels, 8, {});
  CHECK_THAT(test::check_batch_in_parts(sampler),
             Catch::Matchers::Matches("training_[01] at z [0-9]+, y [0-9]+, x [0-9]+"));
}

TEST_CASE("with a balanced share of 1 every patch holds a voxel of a class, and each annotated class is as likely") {
  const LabelledCohort data = test::toy_cohort(1, 0, 20);
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0)};
  // Patches of one voxel: what they hold is what was drawn.
  const PatchBatch batch = PatchSampler(data.cohort.training, labels, 1, {}, 1.0).draw({0, 0, 3000}, Generator(8));
  for (std::int64_t label = 0; label < 3; ++label)
    CHECK(std::abs(batch.labels.eq(label).sum().item<std::int64_t>() - 1000) < 110); // 4.3 standard deviations
}
