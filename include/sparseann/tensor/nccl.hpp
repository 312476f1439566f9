#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <functional>
#include <memory>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"

#ifdef USE_C10D_NCCL
#include <ATen/cuda/CUDAEvent.h>
#include <c10/cuda/CUDACachingAllocator.h>
#include <c10/cuda/CUDAGuard.h>
#include <nccl.h>
#endif

namespace sparseann {

/// Whether this build has NCCL, which adds up what several GPUs hold.
inline constexpr bool has_nccl =
#ifdef USE_C10D_NCCL
    true;
#else
    false;
#endif

/// Names a group of GPUs: the first of them draws it, and all others must be told.
using NcclId = std::array<char, 128>;

#ifdef USE_C10D_NCCL
namespace detail {

inline void check_nccl(ncclResult_t code, const char* what) {
  if (code != ncclSuccess)
    throw Error(fmt::format("NCCL, {}: {}", what, ncclGetErrorString(code)));
}

[[nodiscard]] inline ncclDataType_t nccl_type(torch::ScalarType type) {
  switch (type) {
  case torch::kFloat: return ncclFloat;
  case torch::kDouble: return ncclDouble;
  case torch::kLong: return ncclInt64;
  default: throw InvalidArgument("tensor to sum", "float32, float64 or int64", c10::toString(type));
  }
}

} // namespace detail
#endif

/// A GPU's part in a group of GPUs, one per process, that add up tensors; see GradientExchange. All must make it, and
/// call its functions in the same order.
class NcclCommunicator {
public:
  [[nodiscard]] static NcclId drawn_id() {
#ifdef USE_C10D_NCCL
    static_assert(sizeof(NcclId) == sizeof(ncclUniqueId));
    ncclUniqueId id;
    detail::check_nccl(ncclGetUniqueId(&id), "a group's name");
    return std::bit_cast<NcclId>(id);
#else
    throw Error("this program was built without NCCL");
#endif
  }

  /// Waits for the others. Throws: Error where this build has no NCCL, and where the group cannot be made.
  NcclCommunicator([[maybe_unused]] const NcclId& id, [[maybe_unused]] int rank, [[maybe_unused]] int ranks,
                   torch::Device device)
      : device_(device) {
#ifdef USE_C10D_NCCL
    const c10::cuda::CUDAGuard on(device_);
    ncclComm_t made = nullptr;
    detail::check_nccl(ncclCommInitRank(&made, ranks, std::bit_cast<ncclUniqueId>(id), rank), "start");
    communicator_ = {made, [](ncclComm_t communicator) { ncclCommDestroy(communicator); }};
    stream_ = std::make_shared<c10::cuda::CUDAStream>(c10::cuda::getStreamFromPool(true, device_.index()));
#else
    throw Error("this program was built without NCCL");
#endif
  }

  [[nodiscard]] torch::Device device() const noexcept { return device_; }

  /// Begins to add up a contiguous tensor of this GPU, in place, beside what the current stream does next; the result
  /// makes the stream that is current then wait for the end.
  [[nodiscard]] std::function<void()> start_sum([[maybe_unused]] torch::Tensor& tensor) const {
#ifdef USE_C10D_NCCL
    const c10::cuda::CUDAGuard on(device_);
    at::cuda::CUDAEvent written;
    written.record(c10::cuda::getCurrentCUDAStream(device_.index()));
    written.block(*stream_);
    detail::check_nccl(ncclAllReduce(tensor.const_data_ptr(), tensor.mutable_data_ptr(),
                                     static_cast<std::size_t>(tensor.numel()), detail::nccl_type(tensor.scalar_type()),
                                     ncclSum, communicator_.get(), stream_->stream()),
                       "sum");
    c10::cuda::CUDACachingAllocator::recordStream(tensor.storage().data_ptr(), *stream_);
    auto summed = std::make_shared<at::cuda::CUDAEvent>();
    summed->record(*stream_);
    return [summed, device = device_] { summed->block(c10::cuda::getCurrentCUDAStream(device.index())); };
#else
    return [] {};
#endif
  }

private:
  torch::Device device_;
#ifdef USE_C10D_NCCL
  std::shared_ptr<ncclComm> communicator_;
  std::shared_ptr<c10::cuda::CUDAStream> stream_;
#endif
};

} // namespace sparseann
