#pragma once

#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <system_error>

#include <ATen/Parallel.h>
#include <ATen/Version.h>
#include <ATen/detail/CUDAHooksInterface.h>
#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/tensor/torch.hpp"

#ifdef LIBTORCH_HAS_CUDA
#include <c10/cuda/CUDAGuard.h>
#include <cuda_runtime_api.h>
#endif

namespace sparseann {

namespace detail {
[[nodiscard]] inline torch::Device gpu_from_name(std::string_view name, std::size_t index) {
  if (!torch::cuda::is_available())
    throw InvalidArgument("--device", "a device of this machine", fmt::format("'{}', but no GPU is present", name));
  const auto count = static_cast<std::size_t>(torch::cuda::device_count());
  if (index >= count)
    throw InvalidArgument("--device", fmt::format("a GPU from cuda:0 to cuda:{}", count - 1),
                          fmt::format("'{}'", name));
  return {torch::kCUDA, static_cast<torch::DeviceIndex>(index)};
}
} // namespace detail

/// The device that "cpu", "cuda" (the first GPU) or "cuda:N" names.
///
/// Throws: InvalidArgument for any other name, and for a GPU that this machine does not have.
[[nodiscard]] inline torch::Device device_from_name(std::string_view name) {
  constexpr std::string_view gpu = "cuda";
  if (name == "cpu")
    return torch::kCPU;
  if (name == gpu)
    return detail::gpu_from_name(name, 0);
  if (name.starts_with("cuda:")) {
    const std::string_view digits = name.substr(gpu.size() + 1);
    std::size_t index = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
    if (error == std::errc{} && end == digits.data() + digits.size())
      return detail::gpu_from_name(name, index);
  }
  throw InvalidArgument("--device", "cpu, cuda or cuda:N", fmt::format("'{}'", name));
}

/// The device in words, for reports: its name and how it computes.
[[nodiscard]] inline std::string describe(const torch::Device& device) {
  if (device.is_cpu())
    return fmt::format("cpu, {} threads, {}", at::get_num_threads(), at::get_cpu_capability());
  return fmt::format("{}, {} GPUs visible, CUDA runtime {}", device.str(), torch::cuda::device_count(),
                     at::detail::getCUDAHooks().versionCUDART());
}

/// Bytes that a GPU has left; 0 for a CPU, and where this build cannot ask.
[[nodiscard]] inline std::uint64_t free_gpu_memory([[maybe_unused]] torch::Device device) {
#ifdef LIBTORCH_HAS_CUDA
  if (device.is_cuda()) {
    const c10::cuda::CUDAGuard on(device);
    std::size_t free = 0;
    std::size_t all = 0;
    if (cudaMemGetInfo(&free, &all) == cudaSuccess)
      return free;
  }
#endif
  return 0;
}

/// What LibTorch can compute on here, for a version line: "cpu" or "cpu and one GPU (cuda)".
[[nodiscard]] inline std::string available_devices() {
  if (!torch::cuda::is_available())
    return "cpu";
  return fmt::format("cpu and {} (cuda)", torch::cuda::device_count() == 1
                                              ? std::string("one GPU")
                                              : fmt::format("{} GPUs", torch::cuda::device_count()));
}

/// Makes LibTorch compute on `count` threads; the one place that sets them.
///
/// Sums may round differently with another count. Throws: InvalidArgument for a count below 1.
inline void use_threads(int count) {
  if (count < 1)
    throw InvalidArgument("--threads", "at least 1", fmt::format("{}", count));
  at::set_num_threads(count);
}

} // namespace sparseann
