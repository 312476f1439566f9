#pragma once

#include <array>
#include <string_view>

#include <ATen/autocast_mode.h>

#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// What convolutions and products compute in. Weights, losses and optimiser states are float32 with either.
enum class Precision { float32, bfloat16 };
constexpr std::array<std::string_view, 2> names_of(Precision) { return {"float32", "bfloat16"}; }

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
    at::autocast::increment_nesting();
    if (precision == Precision::bfloat16)
      at::autocast::set_autocast_dtype(device_, at::kBFloat16);
    at::autocast::set_autocast_enabled(device_, precision == Precision::bfloat16);
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

} // namespace sparseann
