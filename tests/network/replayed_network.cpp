#include "sparseann/network/replayed_network.hpp"

#include <vector>

#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/network/y_densevoxnet.hpp"
#include "sparseann/tensor/precision.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

DenseVoxNet small_network(double dropout, torch::Device device) {
  DenseVoxNetOptions options;
  options.stem_channels = 4;
  options.growth = 4;
  options.layers = {2, 2};
  options.decoder_channels = {8, 8};
  options.dropout = dropout;
  options.initialisation = Initialisation::he;
  DenseVoxNet network = make_network<DenseVoxNet>(options, Generator(2));
  network->to(device);
  network->train();
  return network;
}

torch::Tensor image(std::uint64_t seed, std::int64_t count = 2) {
  torch::manual_seed(seed);
  return torch::randn({count, 1, 8, 8, 8});
}

torch::Tensor loss_of(const SegmentationOutput& output) {
  return output.logits.square().sum() + 0.3 * output.auxiliary.at(0).abs().sum();
}

[[nodiscard]] bool has_gpu() {
  if (torch::cuda::is_available() && can_record(torch::kCUDA))
    return true;
  WARN("skipped: no GPU, or built without CUDA");
  return false;
}

} // namespace

TEST_CASE("the project's networks say that they may be recorded") {
  static_assert(HasFixedOperations<DenseVoxNet>);
  static_assert(HasFixedOperations<YDenseVoxNet>);
  static_assert(HasFixedOperations<Fcn2d>);
}

TEST_CASE("on a CPU a replayed network is the network") {
  DenseVoxNet network = small_network(0, torch::kCPU);
  DenseVoxNet same = small_network(0, torch::kCPU);
  ReplayedNetwork replayed(network, torch::kCPU);
  for (std::uint64_t call = 0; call < 5; ++call)
    CHECK(torch::equal(replayed(image(call)).logits, same->forward(image(call)).logits));
}

TEST_CASE("on a GPU, outputs, gradients and running statistics of a replay are the network's") {
  if (!has_gpu())
    return;
  const torch::Device gpu(torch::kCUDA, 0);
  for (const Precision precision : {Precision::float32, Precision::bfloat16}) {
    const double tolerance = precision == Precision::float32 ? 1e-4 : 2e-2;
    DenseVoxNet network = small_network(0, gpu);
    DenseVoxNet same = small_network(0, gpu);
    ReplayedNetwork replayed(network, gpu);
    const auto run = [&](auto& forward, std::uint64_t call) {
      const PrecisionScope scope(precision, gpu);
      const SegmentationOutput output = forward(image(call, call == 6 ? 1 : 2).to(gpu)); // another shape runs, too
      loss_of({output.logits.to(torch::kFloat), {output.auxiliary.at(0).to(torch::kFloat)}}).backward();
      return output.logits.to(torch::kFloat).clone();
    };
    for (std::uint64_t call = 0; call < 8; ++call) {
      network->zero_grad();
      same->zero_grad();
      for (int part = 0; part < 2; ++part) // gradients of parts add up
        CHECK(torch::allclose(run(replayed, call), run(same, call), tolerance, tolerance));
      for (std::size_t i = 0; i < same->parameters().size(); ++i) {
        const torch::Tensor expected = same->parameters()[i].grad();
        CHECK((network->parameters()[i].grad() - expected).norm().item<double>() <=
              10 * tolerance * expected.norm().item<double>() + 1e-6);
      }
      const torch::NoGradGuard no_gradient; // weights change in place, as an optimiser changes them
      for (std::size_t i = 0; i < same->parameters().size(); ++i) {
        network->parameters()[i].sub_(network->parameters()[i].grad() * 1e-5);
        same->parameters()[i].copy_(network->parameters()[i]);
      }
    }
    for (std::size_t i = 0; i < same->buffers().size(); ++i)
      CHECK(torch::allclose(network->buffers()[i], same->buffers()[i], 1e-2, 1e-2));
  }
}

TEST_CASE("on a GPU a replay drops what LibTorch's seed says") {
  if (!has_gpu())
    return;
  const torch::Device gpu(torch::kCUDA, 0);
  ReplayedNetwork replayed(small_network(0.5, gpu), gpu);
  const torch::Tensor input = image(1).to(gpu);
  const auto run = [&](std::uint64_t seed) {
    torch::manual_seed(seed);
    return replayed(input).logits.clone();
  };
  for (std::uint64_t call = 0; call < 4; ++call)
    (void)run(call);
  const torch::Tensor first = run(1);
  CHECK(torch::equal(run(1), first));
  CHECK_FALSE(torch::equal(run(2), first));
}
