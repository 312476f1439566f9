#include "sparseann/train/loss_curve.hpp"

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("a loss curve comes back from its file bit for bit") {
  const test::TemporaryDirectory directory;
  const LossCurve curve{{10, 0.1, 5e-3}, {20, 1.0 / 3.0, 4.5e-3}};
  write_loss_curve(directory.path() / "loss.csv", curve);
  CHECK((read_loss_curve(directory.path() / "loss.csv") == curve));
}
