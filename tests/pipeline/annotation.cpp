#include "sparseann/pipeline/annotation.hpp"

#include "sparseann/annotate/oracle.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

TEST_CASE("sparse labels are kept with the unlabelled voxels at nnU-Net's ignore label") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  const test::TemporaryDirectory directory;
  RunDirectory run(directory.path() / "run", {}, {});
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xy, 4}}};
  const auto labels = annotate(Oracle(data.training_labels, 3), plan, data.cohort.training, run);
  REQUIRE(labels.size() == 1);
  CHECK(labels[0].annotated_voxels() == 9 * 10);
  const LabelVolume kept = read_nifti_labels(directory.path() / "run" / "labels" / "training_0.nii.gz");
  CHECK((kept.voxels == labels[0].voxels()));
  CHECK(kept.voxels(0, 0, 0) == 3);
  CHECK(kept.voxels(4, 0, 0) == data.training_labels[0].voxels(4, 0, 0));
}
