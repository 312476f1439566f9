#pragma once

#include <memory>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// LibTorch's Adam, with the same options, states and archives, whose step is LibTorch's fused operation: one pass over
/// each parameter instead of ten.
///
/// Cost: 5 reads and writes of each parameter with a gradient; others are left as they are.
/// Source: Kingma and Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015.
/// Deviates: amsgrad is not offered.
class FusedAdam : public torch::optim::Adam {
public:
  using torch::optim::Adam::Adam;

  torch::Tensor step(LossClosure closure = nullptr) override {
    const torch::NoGradGuard no_gradient;
    torch::Tensor loss;
    if (closure != nullptr) {
      const at::AutoGradMode gradient(true);
      loss = closure();
    }
    for (torch::optim::OptimizerParamGroup& group : param_groups())
      step_of(group);
    return loss;
  }

  [[nodiscard]] bool has_state(const torch::Tensor& parameter) const {
    return state().count(parameter.unsafeGetTensorImpl()) > 0;
  }

  /// A parameter's moments and number of steps, of zeros before its first.
  [[nodiscard]] torch::optim::AdamParamState& state_of(const torch::Tensor& parameter) {
    std::unique_ptr<torch::optim::OptimizerParamState>& state = state_[parameter.unsafeGetTensorImpl()];
    if (!state) {
      auto fresh = std::make_unique<torch::optim::AdamParamState>();
      fresh->step(0);
      fresh->exp_avg(torch::zeros_like(parameter));
      fresh->exp_avg_sq(torch::zeros_like(parameter));
      state = std::move(fresh);
    }
    return static_cast<torch::optim::AdamParamState&>(*state);
  }

private:
  void step_of(torch::optim::OptimizerParamGroup& group) {
    const auto& options = static_cast<const torch::optim::AdamOptions&>(group.options());
    TORCH_CHECK(!options.amsgrad(), "FusedAdam: amsgrad is not offered");
    std::vector<torch::Tensor> parameters;
    std::vector<torch::Tensor> gradients;
    std::vector<torch::Tensor> means;
    std::vector<torch::Tensor> squares;
    std::vector<torch::Tensor> steps;
    for (const torch::Tensor& parameter : group.params()) {
      if (!parameter.grad().defined())
        continue;
      torch::optim::AdamParamState& state = state_of(parameter);
      state.step(state.step() + 1);
      parameters.push_back(parameter);
      gradients.push_back(parameter.grad());
      means.push_back(state.exp_avg());
      squares.push_back(state.exp_avg_sq());
      steps.push_back(torch::full({}, static_cast<double>(state.step()), parameter.options().dtype(torch::kFloat)));
    }
    if (!parameters.empty())
      at::_fused_adam_(parameters, gradients, means, squares, {}, steps, options.lr(), std::get<0>(options.betas()),
                       std::get<1>(options.betas()), options.weight_decay(), options.eps(), false, false);
  }
};

} // namespace sparseann
