#pragma once

#include <torch/csrc/jit/frontend/tracer.h>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// Whether operations of this thread are being recorded as TorchScript, see traced_module: then only LibTorch's own
/// operations count, and none may depend on the example's extents.
[[nodiscard]] inline bool is_tracing() { return torch::jit::tracer::isTracing(); }

} // namespace sparseann
