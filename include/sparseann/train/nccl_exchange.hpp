#pragma once

#include <cstddef>
#include <functional>
#include <span>
#include <utility>

#include "sparseann/tensor/nccl.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/exchange.hpp"

namespace sparseann {

/// Processes that have a GPU each: what lies on it is added up by NCCL, all else by `Other`, by which the processes
/// find each other, too.
///
/// `other.broadcast(bytes)` gives all processes the bytes of the first.
template <GradientExchange Other> class NcclExchange {
public:
  /// Waits for the others. Throws: as NcclCommunicator and `Other`.
  NcclExchange(Other other, torch::Device device) : other_(std::move(other)), gpus_(started(other_, device)) {}

  [[nodiscard]] int rank() const { return other_.rank(); }
  [[nodiscard]] int ranks() const { return other_.ranks(); }
  [[nodiscard]] bool sums_on(torch::Device device) const { return device == gpus_.device() || other_.sums_on(device); }

  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }
  [[nodiscard]] std::function<void()> start_sum(torch::Tensor& tensor) const {
    return tensor.device() == gpus_.device() ? gpus_.start_sum(tensor) : other_.start_sum(tensor);
  }
  void barrier() const { other_.barrier(); }

private:
  static NcclCommunicator started(const Other& other, torch::Device device) {
    NcclId id{};
    if (other.rank() == 0)
      id = NcclCommunicator::drawn_id();
    other.broadcast(std::as_writable_bytes(std::span(id)));
    return {id, other.rank(), other.ranks(), device};
  }

  Other other_;
  NcclCommunicator gpus_;
};

} // namespace sparseann
