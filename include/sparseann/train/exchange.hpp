#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// How processes that train one network together exchange numbers. All call the same functions in the same order.
///
/// `sum` adds contiguous tensors of the same shape and type, in place, and gives every process the same
/// bits; `start_sum` begins that and returns a function that waits for its end, until when nobody may touch the tensor.
/// Tensors lie on the CPU, or on another device where `sums_on` says so. `barrier` waits for all.
template <class E>
concept GradientExchange = requires(const E exchange, torch::Tensor& tensor) {
  { exchange.rank() } -> std::same_as<int>;
  { exchange.ranks() } -> std::same_as<int>;
  exchange.sum(tensor);
  { exchange.start_sum(tensor) } -> std::same_as<std::function<void()>>;
  { exchange.sums_on(tensor.device()) } -> std::same_as<bool>;
  exchange.barrier();
};

/// An exchange of any kind, or, as it is made, that of one process by itself. Copies share it.
class Exchange {
public:
  Exchange() = default;

  template <GradientExchange E>
    requires(!std::same_as<E, Exchange>)
  explicit Exchange(E exchange) : rank_(exchange.rank()), ranks_(exchange.ranks()) {
    const auto shared = std::make_shared<const E>(std::move(exchange));
    start_sum_ = [shared](torch::Tensor& tensor) { return shared->start_sum(tensor); };
    sums_on_ = [shared](torch::Device device) { return shared->sums_on(device); };
    barrier_ = [shared] { shared->barrier(); };
  }

  /// From 0; that of rank 0 alone writes checkpoints, models and logs.
  [[nodiscard]] int rank() const noexcept { return rank_; }
  [[nodiscard]] int ranks() const noexcept { return ranks_; }
  [[nodiscard]] bool is_alone() const noexcept { return ranks_ == 1; }

  /// Where a tensor of `device` must lie to be added up: there, or on the CPU.
  [[nodiscard]] torch::Device sums_at(torch::Device device) const {
    return is_alone() || sums_on_(device) ? device : torch::Device(torch::kCPU);
  }

  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }
  [[nodiscard]] std::function<void()> start_sum(torch::Tensor& tensor) const {
    return is_alone() ? std::function<void()>([] {}) : start_sum_(tensor);
  }
  void barrier() const {
    if (!is_alone())
      barrier_();
  }

private:
  int rank_ = 0;
  int ranks_ = 1;
  std::function<std::function<void()>(torch::Tensor&)> start_sum_;
  std::function<bool(torch::Device)> sums_on_;
  std::function<void()> barrier_;
};

} // namespace sparseann
