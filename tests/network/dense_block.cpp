#include "sparseann/network/dense_block.hpp"

#include <cmath>
#include <string>
#include <vector>

#include "sparseann/tensor/precision.hpp"
#include "support/catch.hpp"
#include "support/network_suite.hpp"
#include "support/vector_loops.hpp"

using sparseann::DenseBlock;
using sparseann::InstructionSet;
using sparseann::NormalisedConvolution3d;

namespace {

/// A block whose BN is none of the neutral one that it starts as.
DenseBlock random_block(std::int64_t channels, std::int64_t layers, std::int64_t growth, torch::ScalarType type) {
  const torch::NoGradGuard no_gradient;
  DenseBlock block(channels, layers, growth, 0.0);
  block->to(type);
  for (const auto& layer : *block->layers) {
    const auto& norm = layer->as<NormalisedConvolution3d>()->norm;
    norm->weight.copy_(torch::rand_like(norm->weight) + 0.5);
    norm->bias.copy_(torch::randn_like(norm->bias));
    norm->running_mean.copy_(torch::randn_like(norm->running_mean));
    norm->running_var.copy_(1.5 * torch::rand_like(norm->running_var) + 0.5);
  }
  return block;
}

/// Output, all gradients and the running moments after a pass through a block; the block is as before.
template <class Forward>
std::vector<torch::Tensor> everything(DenseBlock& block, torch::Tensor input, Forward forward) {
  std::vector<torch::Tensor> moments;
  for (const torch::Tensor& buffer : block->buffers())
    moments.push_back(buffer.clone());
  block->zero_grad();
  input = input.detach().requires_grad_();
  std::vector<torch::Tensor> results{forward(input)};
  torch::manual_seed(7);
  results[0].backward(torch::randn_like(results[0]));
  results.push_back(input.grad());
  for (const torch::Tensor& parameter : block->parameters())
    results.push_back(parameter.grad().clone());
  const torch::NoGradGuard no_gradient;
  for (std::size_t i = 0; i < moments.size(); ++i) {
    results.push_back(block->buffers()[i].clone());
    block->buffers()[i].copy_(moments[i]);
  }
  return results;
}

double furthest(const std::vector<torch::Tensor>& a, const std::vector<torch::Tensor>& b) {
  REQUIRE(a.size() == b.size());
  double distance = 0;
  for (std::size_t i = 0; i < a.size(); ++i)
    distance = std::max(distance, ((a[i] - b[i]).abs().max() / b[i].abs().max().clamp_min(1e-12)).item<double>());
  return distance;
}

std::vector<InstructionSet> sets_of_fused_blocks() {
  std::vector<InstructionSet> sets;
  for (const InstructionSet set : sparseann::test::supported_sets())
    if (set != InstructionSet::generic)
      sets.push_back(set);
  return sets;
}

} // namespace

TEST_CASE("a dense block adds growth channels per layer and keeps what it read") {
  DenseBlock block(5, 3, 4, 0.0);
  const torch::Tensor input = torch::randn({2, 5, 4, 6, 8});
  const torch::Tensor output = block(input);
  REQUIRE(output.sizes() == torch::IntArrayRef({2, 17, 4, 6, 8}));
  CHECK(block->out_channels == 17);
  CHECK(torch::equal(output.narrow(1, 0, 5), input));
  CHECK(sparseann::test::parameter_count(*block) == sparseann::test::dense_block_parameters(5, 3, 4));
}

TEST_CASE("a fused dense block gives what LibTorch's operations give, in training and in evaluation") {
  struct Shape {
    std::int64_t channels, layers, growth;
    std::vector<std::int64_t> extents;
  };
  const std::vector<Shape> shapes{{5, 3, 6, {2, 7, 6, 9}},
                                  {1, 2, 1, {1, 1, 1, 1}},
                                  {16, 2, 12, {1, 9, 16, 16}},
                                  {9, 1, 3, {3, 4, 5, 33}},
                                  {8, 2, 13, {1, 40, 3, 20}}};
  for (const bool training : {true, false})
    for (const Shape& shape : shapes) {
      if (training && shape.extents == std::vector<std::int64_t>{1, 1, 1, 1})
        continue; // LibTorch refuses to normalise a single value
      torch::manual_seed(1);
      DenseBlock block = random_block(shape.channels, shape.layers, shape.growth, torch::kDouble);
      block->train(training);
      std::vector<std::int64_t> sizes = shape.extents;
      sizes.insert(sizes.begin() + 1, shape.channels);
      const torch::Tensor input = torch::randn(sizes, torch::kDouble);
      const auto expected = everything(block, input, [&](const torch::Tensor& x) { return block->chained(x); });
      for (const InstructionSet set : sets_of_fused_blocks()) {
        CAPTURE(training, shape.channels, shape.growth, set);
        CHECK(furthest(everything(block, input, [&](const torch::Tensor& x) { return block->fused(x, set); }),
                       expected) < 1e-12);
      }
    }
}

TEST_CASE("in float32 a fused dense block is as close to the exact result as LibTorch's operations are") {
  for (const InstructionSet set : sets_of_fused_blocks()) {
    torch::manual_seed(1);
    DenseBlock exact = random_block(16, 4, 12, torch::kDouble);
    const torch::Tensor input = torch::randn({1, 16, 8, 8, 8}, torch::kDouble);
    const torch::NoGradGuard no_gradient;
    exact->eval();
    const torch::Tensor expected = exact->chained(input);
    exact->to(torch::kFloat);
    const torch::Tensor single = input.to(torch::kFloat);
    CHECK((exact->fused(single, set).to(torch::kDouble) - expected).abs().max().item<double>() <
          4 * (exact->chained(single).to(torch::kDouble) - expected).abs().max().item<double>());
  }
}

TEST_CASE("in bfloat16 a fused dense block is as close to the exact result as LibTorch's operations are") {
  if (!sparseann::has_fast_bfloat16(torch::kCPU))
    return;
  for (const bool training : {true, false}) {
    torch::manual_seed(1);
    DenseBlock block = random_block(5, 3, 12, torch::kFloat);
    block->train(training);
    const torch::Tensor input = torch::randn({2, 5, 8, 9, 17});
    const auto results = [&](sparseann::Precision precision, auto forward) {
      return everything(block, input, [&](const torch::Tensor& x) {
        const sparseann::PrecisionScope scope(precision, torch::kCPU);
        return forward(x).to(torch::kFloat);
      });
    };
    const auto chained = [&](const torch::Tensor& x) { return block->chained(x); };
    const auto fused = [&](const torch::Tensor& x) { return block->fused(x); };
    const auto exact = results(sparseann::Precision::float32, chained);
    CHECK(furthest(results(sparseann::Precision::bfloat16, fused), exact) <
          1.5 * furthest(results(sparseann::Precision::bfloat16, chained), exact));
  }
}

TEST_CASE("gradients of a fused dense block are those of finite differences") {
  for (const bool training : {true, false})
    for (const InstructionSet set : sets_of_fused_blocks()) {
      CAPTURE(training, set);
      torch::manual_seed(3);
      DenseBlock block = random_block(3, 2, 2, torch::kDouble);
      block->train(training);
      const torch::Tensor input = torch::randn({2, 3, 2, 3, 4}, torch::kDouble).requires_grad_();
      const torch::Tensor weights = torch::randn({2, 7, 2, 3, 4}, torch::kDouble);
      const auto value = [&] { return (block->fused(input, set) * weights).sum(); };
      value().backward();
      std::vector<torch::Tensor> variables = block->parameters();
      variables.push_back(input);
      constexpr double step = 1e-6;
      const torch::NoGradGuard no_gradient;
      for (torch::Tensor& variable : variables) {
        torch::Tensor numbers = variable.view({-1});
        const torch::Tensor gradient = variable.grad().view({-1});
        for (std::int64_t i = 0; i < numbers.size(0); i += 5) {
          const double number = numbers[i].item<double>();
          numbers[i] = number + step;
          const double above = value().item<double>();
          numbers[i] = number - step;
          const double below = value().item<double>();
          numbers[i] = number;
          CHECK(gradient[i].item<double>() == Approx((above - below) / (2 * step)).epsilon(1e-5).margin(1e-6));
        }
      }
    }
}

TEST_CASE("a fused dense block gives the same bits with any number of threads") {
  torch::manual_seed(1);
  DenseBlock block = random_block(6, 3, 5, torch::kFloat);
  block->dropout = 0.3;
  const torch::Tensor input = torch::randn({2, 6, 12, 6, 10});
  const auto pass = [&](const torch::Tensor& x) {
    torch::manual_seed(5);
    return block->fused(x);
  };
  const int threads = at::get_num_threads();
  at::set_num_threads(1);
  const auto one = everything(block, input, pass);
  at::set_num_threads(3);
  const auto three = everything(block, input, pass);
  at::set_num_threads(threads);
  REQUIRE(one.size() == three.size());
  for (std::size_t i = 0; i < one.size(); ++i)
    CHECK(torch::equal(one[i], three[i]));
}

TEST_CASE("what dropout drops passes no gradient, and what it keeps is scaled") {
  torch::manual_seed(2);
  DenseBlock block = random_block(2, 1, 4, torch::kDouble);
  const torch::Tensor input = torch::randn({1, 2, 4, 6, 6}, torch::kDouble).requires_grad_();
  const torch::Tensor kept = block->fused(input).narrow(1, 2, 4);
  block->dropout = 0.25;
  const torch::Tensor output = block->fused(input).narrow(1, 2, 4);
  const torch::Tensor stays = output.ne(0);
  CHECK(torch::allclose(output, kept * stays / 0.75));
  output.sum().backward();
  const torch::Tensor gradient = input.grad().clone();
  input.mutable_grad().zero_();
  (kept * stays / 0.75).sum().backward();
  CHECK(torch::allclose(gradient, input.grad()));
}

TEST_CASE("a block that is not a number says so") {
  DenseBlock block(2, 2, 4, 0.0);
  torch::Tensor input = torch::randn({1, 2, 4, 4, 4});
  input[0][1][2][2][2] = std::nan("");
  for (const bool training : {true, false}) {
    block->train(training);
    for (std::int64_t layer = 0; layer < 2; ++layer)
      CHECK(block(input).narrow(1, 2 + 4 * layer, 4).isnan().any().item<bool>());
  }
}

TEST_CASE("dropout drops in training at its rate and never in evaluation") {
  DenseBlock block(2, 1, 1, 0.25);
  torch::manual_seed(3);
  const torch::Tensor input = torch::randn({1, 2, 16, 16, 16});
  const torch::Tensor added = block(input).narrow(1, 2, 1);
  CHECK((added == 0).to(torch::kDouble).mean().item<double>() == Approx(0.25).margin(0.03));
  CHECK_FALSE(torch::equal(block(input), block(input)));
  block->eval();
  CHECK(torch::equal(block(input), block(input)));
  CHECK((block(input).narrow(1, 2, 1) == 0).sum().item<std::int64_t>() == 0);
}
