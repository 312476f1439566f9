#pragma once

#include <functional>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"

#ifdef LIBTORCH_HAS_CUDA
#include <ATen/cuda/CUDAGraph.h>
#include <c10/cuda/CUDAGuard.h>
#endif

namespace sparseann {

/// Whether this build can record what `device` does: it is a GPU, and the program is linked with LibTorch's libraries
/// for it.
[[nodiscard]] inline bool can_record([[maybe_unused]] torch::Device device) {
#ifdef LIBTORCH_HAS_CUDA
  return device.is_cuda();
#else
  return false;
#endif
}

/// Work of one GPU, recorded once and then started as a whole: a CUDA graph, which spares a launch per operation.
///
/// What is replayed reads and writes the memory that was used in recording, so inputs are copied into the same tensors
/// and results are found in the same ones. Random numbers are new in every replay and follow LibTorch's seed. What was
/// allocated while recording belongs to the graph for as long as it lives, or to all graphs that share its memory.
/// Cost: the memory that the work takes, for as long as the graph lives.
/// Source: "CUDA graphs" in PyTorch's documentation of `torch.cuda`.
class CudaGraph {
public:
  /// Records `work`, which is not carried out by that. It must do all of its work on `device`, must not wait for it,
  /// and must have run before, so that libraries are ready. `before`: a graph whose memory may be used again, as it is
  /// always replayed before this one.
  ///
  /// Throws: Error where this build cannot record; what `work` throws.
  void record([[maybe_unused]] torch::Device device, [[maybe_unused]] const std::function<void()>& work,
              [[maybe_unused]] CudaGraph* before = nullptr) {
#ifdef LIBTORCH_HAS_CUDA
    const c10::cuda::CUDAGuard on(device);
    torch::cuda::synchronize(device.index());
    {
      const c10::cuda::CUDAStreamGuard stream(c10::cuda::getStreamFromPool(false, device.index()));
      // Other threads may copy and allocate meanwhile.
      graph_.capture_begin(before != nullptr ? before->graph_.pool() : c10::MempoolId_t{0, 0},
                           cudaStreamCaptureModeThreadLocal);
      try {
        work();
      } catch (...) {
        try {
          graph_.capture_end();
        } catch (const std::exception&) { // the first error is the cause
        }
        throw;
      }
      graph_.capture_end();
    }
    torch::cuda::synchronize(device.index());
#else
    throw Error("a GPU's work cannot be recorded: this program was built without LibTorch's CUDA libraries");
#endif
  }

  /// Starts the recorded work on the current stream, and does not wait for it.
  void replay() {
#ifdef LIBTORCH_HAS_CUDA
    graph_.replay();
#endif
  }

private:
#ifdef LIBTORCH_HAS_CUDA
  at::cuda::CUDAGraph graph_;
#endif
};

} // namespace sparseann
