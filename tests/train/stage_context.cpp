#include "sparseann/train/stage_context.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a part has its own name, stream and directory") {
  const StageContext context{.stage = "base", .generator = Generator(3), .directory = "run/base"};
  const StageContext part = context.part("3d");
  CHECK(part.stage == "base/3d");
  CHECK(part.directory == std::filesystem::path("run/base/3d"));
  CHECK(part.generator.key() == Generator(3).split("3d").key());
  CHECK(StageContext{}.part("x").directory.empty());
  CHECK(StageContext{}.part("x").stage == "x");
}
