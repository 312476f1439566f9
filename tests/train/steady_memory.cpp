// A training for days must not grow.
#include <fstream>
#include <string>

#include <unistd.h>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

[[nodiscard]] double resident_megabytes() {
  std::ifstream file("/proc/self/statm");
  std::size_t pages = 0;
  file >> pages >> pages;
  return static_cast<double>(pages) * static_cast<double>(::sysconf(_SC_PAGESIZE)) / 1e6;
}

} // namespace

TEST_CASE("2000 steps with checkpoints need no more memory than the first 400", "[long]") {
  const test::TemporaryDirectory directory;
  const LabelledCohort data = test::toy_cohort(2, 0, 24);
  const Oracle oracle(data.training_labels, 3);
  const std::vector<SparseLabels> labels{oracle.label_everything(0), oracle.label_everything(1)};
  Sparse3d<DenseVoxNet> model;
  model.options = test::tiny_sparse3d(2000);
  model.options.training.checkpoint_seconds = 1;
  double early = 0;
  double latest = 0;
  StageContext context{.stage = "steady", .generator = Generator(1), .directory = directory.path()};
  context.log = [&](const nlohmann::ordered_json& event) {
    latest = resident_megabytes();
    if (event["iteration"] == 400)
      early = latest;
  };
  const LossCurve curve = model.fit({data.cohort.training, labels, all_planes, 3}, MaskedCrossEntropy{}, context);
  CHECK(curve.back().iteration == 2000);
  WARN("resident after 400 steps: " << early << " MB, after 2000: " << latest << " MB");
  CHECK(latest < early + 10);
}
