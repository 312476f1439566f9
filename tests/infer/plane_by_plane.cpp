#include "sparseann/infer/plane_by_plane.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("slices are predicted along their plane and put back where they came from") {
  torch::manual_seed(5);
  const torch::Tensor volume = torch::randn({2, 5, 6, 7});
  for (const Plane plane : all_planes) {
    const auto [rows, columns] = slice_shape({5, 6, 7}, plane);
    const auto predict = [&](const torch::Tensor& slices) {
      CHECK(slices.size(2) == round_up(static_cast<std::int64_t>(rows), 4));
      CHECK(slices.size(3) == round_up(static_cast<std::int64_t>(columns), 4));
      return torch::cat({slices.select(1, 0).unsqueeze(1), slices.select(1, 1).unsqueeze(1) * 3}, 1);
    };
    const torch::Tensor got = plane_by_plane(volume, plane, 4, 2, torch::kCPU, predict);
    const torch::Tensor expected = torch::softmax(torch::stack({volume[0], volume[1] * 3}), 0);
    REQUIRE(got.sizes() == expected.sizes());
    CHECK(torch::allclose(got, expected, 1e-5, 1e-6));
  }
}

TEST_CASE("a predictor sees slices of the plane it was asked for") {
  // Voxels hold their x; a slice of plane yz is constant, one of plane xy is not.
  const torch::Tensor volume = torch::arange(4, torch::kFloat).expand({1, 3, 3, 4}).contiguous();
  const auto constant_slices = [](const torch::Tensor& slices) {
    const torch::Tensor flat = slices.flatten(1);
    return (std::get<0>(flat.max(1)) == std::get<0>(flat.min(1))).all().item<bool>();
  };
  bool constant = false;
  const auto predict = [&](const torch::Tensor& slices) {
    constant = constant_slices(slices);
    return torch::cat({slices, slices}, 1);
  };
  (void)plane_by_plane(volume, Plane::yz, 1, 8, torch::kCPU, predict);
  CHECK(constant);
  (void)plane_by_plane(volume, Plane::xy, 1, 8, torch::kCPU, predict);
  CHECK_FALSE(constant);
}
