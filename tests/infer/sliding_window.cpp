#include "sparseann/infer/sliding_window.hpp"

#include <cmath>
#include <set>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("the paper's rule: floor(S / 64) + 4 windows, stride ceil((S - 64) / (n - 1)), flush last") {
  // By hand: S = 150 gives n = 6, stride ceil(86 / 5) = 18.
  CHECK(window_origins(150, {.window = 64}) == std::vector<std::size_t>{0, 18, 36, 54, 72, 86});
  // S = 65 gives n = 5, stride ceil(1 / 4) = 1: the one window that is left.
  CHECK(window_origins(65, {.window = 64}) == std::vector<std::size_t>{0, 1});
  CHECK(window_origins(64, {.window = 64}) == std::vector<std::size_t>{0});
  CHECK(window_origins(20, {.window = 64}) == std::vector<std::size_t>{0});
}

TEST_CASE("the overlap rule: stride is the share of the window that is new, flush last") {
  const SlidingWindowOptions half{.window = 32, .rule = WindowRule::overlap, .overlap = 0.5};
  CHECK(window_origins(80, half) == std::vector<std::size_t>{0, 16, 32, 48});
  CHECK(window_origins(50, half) == std::vector<std::size_t>{0, 16, 18});
  CHECK(window_origins(33, {.window = 32, .rule = WindowRule::overlap, .overlap = 0.0}) ==
        std::vector<std::size_t>{0, 1});
}

TEST_CASE("windows of both rules cover every position") {
  for (const WindowRule rule : {WindowRule::overlap, WindowRule::paper})
    for (std::size_t extent = 1; extent < 70; ++extent)
      for (const std::size_t window : {1U, 7U, 16U, 64U}) {
        std::set<std::size_t> covered;
        for (const std::size_t origin : window_origins(extent, {.window = window, .rule = rule, .overlap = 0.3}))
          for (std::size_t i = origin; i < origin + window && i < extent; ++i)
            covered.insert(i);
        REQUIRE(covered.size() == extent);
      }
}

TEST_CASE("a voxel-wise predictor gives the same by windows as at once, whatever the volume's size") {
  torch::manual_seed(3);
  const auto predict = [](const torch::Tensor& crops) { return torch::cat({crops, -2.0 * crops, crops.square()}, 1); };
  for (const auto& shape : {std::vector<std::int64_t>{1, 9, 17, 12}, {1, 3, 8, 20}, {1, 1, 2, 3}}) {
    const torch::Tensor volume = torch::randn(shape);
    const torch::Tensor expected = torch::softmax(predict(volume.unsqueeze(0)), 1)[0];
    for (const WindowRule rule : {WindowRule::overlap, WindowRule::paper})
      for (const WindowWeights weights : {WindowWeights::uniform, WindowWeights::gaussian}) {
        const torch::Tensor got = sliding_window(
            volume, {.window = 8, .rule = rule, .overlap = 0.5, .weights = weights, .batch = 3}, torch::kCPU, predict);
        REQUIRE(got.sizes() == expected.sizes());
        CHECK(torch::allclose(got, expected, 1e-5, 1e-6));
      }
  }
}

TEST_CASE("where windows overlap, probabilities are averaged") {
  // Two windows of 4 on a line of 6: the first says class 0 everywhere, the second class 1.
  int call = 0;
  const auto predict = [&](const torch::Tensor& crops) {
    torch::Tensor logits = torch::zeros({1, 2, 4, 4, 4});
    logits.select(1, call++ % 2).fill_(1000.0);
    return logits.expand({crops.size(0), 2, 4, 4, 4});
  };
  const torch::Tensor got =
      sliding_window(torch::zeros({1, 4, 4, 6}), {.window = 4, .rule = WindowRule::overlap, .overlap = 0.5, .batch = 1},
                     torch::kCPU, predict);
  CHECK(torch::allclose(got[0][0][0], torch::tensor({1.0F, 1.0F, 0.5F, 0.5F, 0.0F, 0.0F})));
}

TEST_CASE("with Gaussian weights the mean is weighted by where the voxel lies in each window") {
  // As above: two windows of 4 on a line of 6, which share voxels 2 and 3.
  int call = 0;
  const auto predict = [&](const torch::Tensor& crops) {
    torch::Tensor logits = torch::zeros({1, 2, 4, 4, 4});
    logits.select(1, call++ % 2).fill_(1000.0);
    return logits.expand({crops.size(0), 2, 4, 4, 4});
  };
  const SlidingWindowOptions options{
      .window = 4, .rule = WindowRule::overlap, .overlap = 0.5, .weights = WindowWeights::gaussian, .batch = 1};
  const torch::Tensor got = sliding_window(torch::zeros({1, 4, 4, 6}), options, torch::kCPU, predict);
  // Voxel 2 is place 2 of the first window and place 0 of the second, half a voxel and 1.5 voxels off its middle; the
  // standard deviation is half a voxel.
  const double near = std::exp(-0.5);
  const double far = std::exp(-4.5);
  for (const std::int64_t y : {0, 3}) {
    CHECK(got[0][1][y][2].item<double>() == Approx(near / (near + far)));
    CHECK(got[0][1][y][3].item<double>() == Approx(far / (near + far)));
  }
  CHECK(torch::allclose(got[0][0][0].narrow(0, 0, 2), torch::ones({2})));
}

TEST_CASE("windows of a convolutional network agree with the whole volume where they see what it sees") {
  torch::manual_seed(4);
  torch::nn::Conv3d convolution(torch::nn::Conv3dOptions(1, 3, 5).padding(2)); // sees two voxels around
  const torch::NoGradGuard no_gradient;
  const torch::Tensor volume = torch::randn({1, 24, 20, 20});
  const torch::Tensor whole = torch::softmax(convolution(volume.unsqueeze(0)), 1)[0];
  // Without overlap, only the voxels nearer than two to a window's face differ.
  const torch::Tensor got =
      sliding_window(volume, {.window = 12, .rule = WindowRule::overlap, .overlap = 0.0, .batch = 2}, torch::kCPU,
                     [&](const torch::Tensor& crops) { return convolution(crops); });
  const auto inner = [](const torch::Tensor& tensor, std::int64_t z) {
    return tensor.narrow(1, z, 8).narrow(2, 2, 6).narrow(3, 2, 6);
  };
  CHECK(torch::allclose(inner(got, 2), inner(whole, 2), 1e-5, 1e-6));
  CHECK(torch::allclose(inner(got, 14), inner(whole, 14), 1e-5, 1e-6));
  CHECK_FALSE(torch::allclose(got, whole, 1e-5, 1e-6));
}
