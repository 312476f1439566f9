#include "sparseann/train/fused_adam.hpp"

#include <sstream>
#include <vector>

#include "support/catch.hpp"

using sparseann::FusedAdam;

namespace {

/// The parameters after some steps down the sum of (p - 3)^4; the last of three has no gradient at every other step.
template <class Adam> std::vector<torch::Tensor> descended(int steps, const torch::optim::AdamOptions& options) {
  torch::manual_seed(1);
  std::vector<torch::Tensor> parameters;
  for (const std::int64_t size : {1, 7, 100})
    parameters.push_back(torch::randn({size, 3}).requires_grad_());
  Adam adam({torch::optim::OptimizerParamGroup({parameters[0], parameters[1]}),
             torch::optim::OptimizerParamGroup({parameters[2]})},
            options);
  for (int step = 0; step < steps; ++step) {
    adam.zero_grad();
    torch::Tensor loss = (parameters[0] - 3).pow(4).sum() + (parameters[1] - 3).pow(4).sum();
    if (step % 2 == 0)
      loss = loss + (parameters[2] - 3).pow(4).sum();
    loss.backward();
    adam.step();
  }
  return parameters;
}

} // namespace

TEST_CASE("fused Adam makes the steps of LibTorch's Adam") {
  for (const auto& options :
       {torch::optim::AdamOptions(0.1), torch::optim::AdamOptions(5e-4).betas({0.8, 0.99}).eps(1e-10),
        torch::optim::AdamOptions(0.01).weight_decay(0.1)}) {
    const auto expected = descended<torch::optim::Adam>(25, options);
    const auto fused = descended<FusedAdam>(25, options);
    for (std::size_t i = 0; i < expected.size(); ++i)
      CHECK(torch::allclose(fused[i], expected[i], 1e-5, 1e-6));
  }
}

TEST_CASE("fused Adam's archives are LibTorch's") {
  torch::Tensor parameter = torch::ones({4}).requires_grad_();
  FusedAdam fused({parameter}, torch::optim::AdamOptions(0.1));
  parameter.square().sum().backward();
  fused.step();
  std::stringstream bytes;
  torch::save(fused, bytes);
  torch::optim::Adam plain({parameter}, torch::optim::AdamOptions(0.1));
  torch::load(plain, bytes);
  REQUIRE(plain.state().size() == 1);
  const auto& state = static_cast<const torch::optim::AdamParamState&>(*plain.state().begin()->second);
  CHECK(state.step() == 1);
  CHECK(torch::allclose(state.exp_avg(), torch::full({4}, 0.2)));
}
