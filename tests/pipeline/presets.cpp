#include "sparseann/pipeline/presets.hpp"

#include "sparseann/meta/random_fit.hpp"
#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("the CPU-sized 3D network has 282,835 parameters beside the auxiliary head's") {
  DenseVoxNet network(cpu_sized::densevoxnet());
  std::int64_t parameters = 0;
  for (const auto& item : network->named_parameters())
    parameters += item.key().find("auxiliary") == std::string::npos ? item.value().numel() : 0;
  CHECK(parameters == 282835);
}

TEST_CASE("presets are valid options") {
  CHECK_NOTHROW(validate(cpu_sized::sparse3d()));
  CHECK_NOTHROW(validate(cpu_sized::planes2d()));
  CHECK_NOTHROW(validate(cpu_sized::meta<RandomFit>()));
}
