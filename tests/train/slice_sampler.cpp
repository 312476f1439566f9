#include "sparseann/train/slice_sampler.hpp"

#include "sparseann/annotate/oracle.hpp"
#include "support/batch_parts.hpp"
#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {
AnnotationPlan cross_plan() {
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xy, 3}},
                 {.slice = {0, Plane::xz, 5}},
                 {.slice = {0, Plane::xz, 7}},
                 {.slice = {0, Plane::yz, 9}}};
  return plan;
}
} // namespace

TEST_CASE("patches come from annotated slices alone: every voxel inside has a label") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  const std::vector<SparseLabels> labels{Oracle(data.training_labels, 3).label(0, cross_plan())};
  const SliceSampler sampler({data.cohort.training, labels, all_planes, 3}, 8, {});
  const PatchBatch batch = sampler.draw({0, 0, 16}, Generator(2));
  CHECK(batch.images.sizes() == torch::IntArrayRef({16, 1, 8, 8}));
  CHECK(batch.mask.all().item<bool>());
}

TEST_CASE("image and labels show the same place, also flipped and turned") {
  const LabelledCohort data = test::images_of_labels(test::toy_cohort(1, 0, 12));
  const std::vector<SparseLabels> labels{Oracle(data.training_labels, 3).label(0, cross_plan())};
  for (const bool augmented : {false, true}) {
    const SliceSampler sampler(
        {data.cohort.training, labels, all_planes, 3}, 8,
        {.flip_z = augmented, .flip_y = augmented, .flip_x = augmented, .quarter_turns_axial = augmented});
    const PatchBatch batch = sampler.draw({0, 0, 32}, Generator(3));
    CHECK(batch.images.select(1, 0).equal(batch.labels.to(torch::kFloat)));
    CHECK((batch.labels > 0).any().item<bool>());
  }
}

TEST_CASE("a plane without an annotated slice is passed over, a case without any is refused") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xz, 3}}};
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label(0, plan)};
  const SliceSampler sampler({data.cohort.training, labels, all_planes, 3}, 8, {});
  CHECK(sampler.draw({0, 0, 16}, Generator(2)).mask.all().item<bool>());
  const std::vector<SparseLabels> none{oracle.label(0, {})};
  CHECK_THROWS_WITH(SliceSampler({data.cohort.training, none, all_planes, 3}, 8, {}),
                    "labels of case training_0: expected an annotated slice, got none");
}

TEST_CASE("a batch of slices in parts is the batch, and says where its patches lie") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  const std::vector<SparseLabels> labels{Oracle(data.training_labels, 3).label(0, cross_plan())};
  const SliceSampler sampler({data.cohort.training, labels, all_planes, 3}, 8, {});
  CHECK_THAT(test::check_batch_in_parts(sampler),
             Catch::Matchers::Matches("training_0, slice [0-9]+ of (xy|xz|yz), at row [0-9]+, column [0-9]+"));
}

TEST_CASE("with a balanced share of 1, a slice's classes are as likely as each other") {
  const LabelledCohort data = test::toy_cohort(1, 0, 12);
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xy, 6}}};
  const std::vector<SparseLabels> labels{Oracle(data.training_labels, 3).label(0, plan)};
  const SliceSampler sampler({data.cohort.training, labels, all_planes, 3}, 1, {}, 1.0);
  const PatchBatch batch = sampler.draw({0, 0, 3000}, Generator(8));
  for (std::int64_t label = 0; label < 3; ++label)
    CHECK(std::abs(batch.labels.eq(label).sum().item<std::int64_t>() - 1000) < 110); // 4.3 standard deviations
}
