#pragma once

#include <array>
#include <concepts>
#include <string>
#include <string_view>

#include "sparseann/core/options.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// What convolutions and products compute in. Weights, losses and optimiser states are float32 with either.
/// `automatic` is bfloat16 where the device multiplies it faster than float32. On a GPU, LibTorch computes convolutions
/// in float32 from inputs that it rounds to TF32, unless told otherwise.
enum class Precision { float32, bfloat16, automatic };
constexpr std::array<std::string_view, 3> names_of(Precision) { return {"float32", "bfloat16", "automatic"}; }

/// Whether products in bfloat16 are faster than in float32 on `device`: a GPU, or a CPU with AVX-512 BF16.
[[nodiscard]] inline bool has_fast_bfloat16(torch::Device device) {
  if (!device.is_cpu())
    return true;
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") != 0;
#else
  return false;
#endif
}

/// `precision` itself, or what `automatic` means on `device`.
[[nodiscard]] inline Precision resolved(Precision precision, torch::Device device) {
  if (precision != Precision::automatic)
    return precision;
  return has_fast_bfloat16(device) ? Precision::bfloat16 : Precision::float32;
}

namespace detail {
struct PrecisionResolver {
  torch::Device device;

  template <class T> void operator()(const std::string&, const Field<T>& leaf) const {
    if constexpr (std::same_as<T, Precision>)
      leaf.value = resolved(leaf.value, device);
  }
};
} // namespace detail

/// Replaces every `automatic` in `options` by what it means on `device`, so that a record of them says what was
/// computed in, and a run that goes on on another machine does not change it unnoticed.
template <Options O> void resolve_precisions(O& options, torch::Device device) {
  visit_leaves(options, "", detail::PrecisionResolver{device});
}

/// Makes one device compute in `precision` while it lives, by LibTorch's autocast.
///
/// It belongs around forward passes and losses. Gradients follow the types of the forward pass by themselves.
/// Copies of weights in the lower precision are cached until the outermost scope ends, so an optimiser's step belongs
/// outside.
class PrecisionScope {
public:
  PrecisionScope(Precision precision, torch::Device device)
      : device_(device.type()), was_enabled_(at::autocast::is_autocast_enabled(device_)),
        old_type_(at::autocast::get_autocast_dtype(device_)) {
    const bool lower = resolved(precision, device) == Precision::bfloat16;
    at::autocast::increment_nesting();
    if (lower)
      at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, lower);
  }
  ~PrecisionScope() {
    if (at::autocast::decrement_nesting() == 0)
      at::autocast::clear_cache();
    at::autocast::set_autocast_enabled(device_, was_enabled_);
    at::autocast::set_autocast_dtype(device_, old_type_);
  }
  PrecisionScope(const PrecisionScope&) = delete;
  PrecisionScope& operator=(const PrecisionScope&) = delete;

private:
  torch::DeviceType device_;
  bool was_enabled_;
  torch::ScalarType old_type_;
};

/// What `device` computes in now: the innermost PrecisionScope's, float32 outside of all.
[[nodiscard]] inline Precision precision_in_scope(torch::Device device) {
  const bool is_lower = at::autocast::is_autocast_enabled(device.type()) &&
                        at::autocast::get_autocast_dtype(device.type()) == at::kBFloat16;
  return is_lower ? Precision::bfloat16 : Precision::float32;
}

} // namespace sparseann
