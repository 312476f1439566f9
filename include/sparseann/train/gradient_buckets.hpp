#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <unordered_map>
#include <utility>
#include <vector>

#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann {

/// Sums a network's gradients over all ranks, in buckets that are sent while the backward pass goes on.
///
/// A bucket holds parameters that lie beside each other, from the last to the first, as the backward pass reaches them;
/// it is sent once the last of its gradients is there. A parameter that has no gradient on a rank counts as zeros
/// there. Cost: a copy of each gradient, and back; memory of all gradients once. Does nothing for one rank.
class GradientBuckets {
public:
  static constexpr std::int64_t bucket_bytes = std::int64_t{4} << 20;

  GradientBuckets(const torch::nn::Module& module, Exchange exchange) : exchange_(std::move(exchange)) {
    if (exchange_.is_alone())
      return;
    std::vector<torch::Tensor> parameters = module.parameters();
    std::ranges::reverse(parameters);
    for (const torch::Tensor& parameter : parameters) {
      if (!parameter.requires_grad())
        continue;
      const auto bytes = static_cast<std::int64_t>(parameter.nbytes());
      if (buckets_.empty() || buckets_.back().bytes + bytes > bucket_bytes)
        buckets_.emplace_back();
      buckets_.back().bytes += bytes;
      buckets_.back().parameters.push_back(parameter);
      bucket_of_[parameter.unsafeGetTensorImpl()] = buckets_.size() - 1;
      torch::autograd::impl::set_post_acc_grad_hooks(parameter, std::make_unique<Hook>(*this));
    }
  }
  GradientBuckets(const GradientBuckets&) = delete;
  GradientBuckets& operator=(const GradientBuckets&) = delete;
  ~GradientBuckets() {
    for (const Bucket& bucket : buckets_)
      for (const torch::Tensor& parameter : bucket.parameters)
        torch::autograd::impl::set_post_acc_grad_hooks(parameter, nullptr);
  }

  /// The next backward pass is the batch's last on this rank: its gradients may be sent as they come.
  void expect_last_pass() {
    for (Bucket& bucket : buckets_)
      bucket.missing = bucket.parameters.size();
    sending_ = !exchange_.is_alone();
    next_ = 0;
  }

  /// Sends what the last pass did not reach, waits, and puts the sums in the gradients' place.
  void finish() {
    if (exchange_.is_alone())
      return;
    sending_ = false;
    for (; next_ < buckets_.size(); ++next_)
      send(buckets_[next_]);
    for (Bucket& bucket : buckets_) {
      bucket.wait();
      take_back(bucket);
    }
  }

private:
  struct Bucket {
    std::vector<torch::Tensor> parameters;
    std::int64_t bytes = 0;
    std::size_t missing = 0; ///< gradients that the last pass has not reached yet
    torch::Tensor flat;
    std::function<void()> wait;
  };

  struct Hook : torch::autograd::PostAccumulateGradHook {
    explicit Hook(GradientBuckets& buckets) : owner(buckets) {}
    void operator()(const torch::autograd::Variable& parameter) override { owner.arrived(parameter); }
    GradientBuckets& owner;
  };

  void arrived(const torch::Tensor& parameter) {
    if (!sending_)
      return;
    --buckets_[bucket_of_.at(parameter.unsafeGetTensorImpl())].missing;
    // In the same order on all ranks, whatever order gradients come in.
    for (; next_ < buckets_.size() && buckets_[next_].missing == 0; ++next_)
      send(buckets_[next_]);
  }

  void send(Bucket& bucket) {
    const torch::NoGradGuard no_gradient;
    std::vector<torch::Tensor> parts;
    const torch::Device place = exchange_.sums_at(bucket.parameters.front().device());
    for (const torch::Tensor& parameter : bucket.parameters)
      parts.push_back(parameter.grad().defined()
                          ? parameter.grad().to(place).flatten()
                          : torch::zeros({parameter.numel()}, parameter.options().device(place)));
    bucket.flat = torch::cat(parts);
    bucket.wait = exchange_.start_sum(bucket.flat);
  }

  static void take_back(Bucket& bucket) {
    const torch::NoGradGuard no_gradient;
    std::int64_t at = 0;
    for (torch::Tensor& parameter : bucket.parameters) {
      const torch::Tensor sum = bucket.flat.narrow(0, at, parameter.numel()).view(parameter.sizes());
      at += parameter.numel();
      if (!parameter.grad().defined())
        parameter.mutable_grad() = torch::zeros_like(parameter);
      parameter.mutable_grad().copy_(sum);
    }
  }

  Exchange exchange_;
  std::vector<Bucket> buckets_;
  std::unordered_map<const c10::TensorImpl*, std::size_t> bucket_of_;
  bool sending_ = false;
  std::size_t next_ = 0; ///< the bucket to be sent next
};

} // namespace sparseann
