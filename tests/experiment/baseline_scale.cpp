#include "sparseann/experiment/baseline_scale.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("every baseline's options are valid at every scale, and the published ones at the paper's") {
  for (const Scale scale : {Scale::toy, Scale::cpu, Scale::paper}) {
    CHECK_NOTHROW(validate(at_scale<Sparse3dOptions<Unet3d>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Sparse3dOptions<VoxResNet>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Planes2dOptions<DilatedFcn2d>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Planes2dOptions<N4>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Planes2dOptions<Vd2d>>(scale)));
    CHECK_NOTHROW(validate(at_scale<Sparse3dOptions<Vd2d3d>>(scale)));
  }
  CHECK(at_scale<Unet3dOptions>(Scale::paper).first_channels == 32);
  CHECK(at_scale<VoxResNetOptions>(Scale::paper).channels == 64);
}
