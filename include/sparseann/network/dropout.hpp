#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>

#include "sparseann/network/dropped_places.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

namespace detail {

/// Zeros where `places` drops, else values * 1 / (1 - rate). Shapes: any, contiguous, on a CPU.
[[nodiscard]] inline torch::Tensor kept_values(const torch::Tensor& values, const DroppedPlaces& places) {
  torch::Tensor kept = torch::empty_like(values, at::MemoryFormat::Contiguous);
  const torch::Tensor from = values.contiguous();
  constexpr std::int64_t at_a_time = 1 << 15;
  AT_DISPATCH_FLOATING_TYPES_AND(torch::kBFloat16, values.scalar_type(), "dropout", [&] {
    const scalar_t* const read = from.const_data_ptr<scalar_t>();
    scalar_t* const write = kept.mutable_data_ptr<scalar_t>();
    using Wide = at::opmath_type<scalar_t>;
    const auto scale = static_cast<Wide>(places.scale());
    at::parallel_for(0, values.numel(), at_a_time, [&](std::int64_t begin, std::int64_t end) {
      places.each(static_cast<std::uint64_t>(begin), static_cast<std::size_t>(end - begin),
                  [&](std::size_t i, bool drops) {
                    const std::int64_t at = begin + static_cast<std::int64_t>(i);
                    write[at] = drops ? scalar_t{0} : static_cast<scalar_t>(static_cast<Wide>(read[at]) * scale);
                  });
    });
  });
  return kept;
}

/// Dropout that computes again in its backward pass what it dropped, instead of keeping it.
class DropoutFunction : public torch::autograd::Function<DropoutFunction> {
public:
  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& values, double rate,
                               std::int64_t seed) {
    context->saved_data["rate"] = rate;
    context->saved_data["seed"] = seed;
    return kept_values(values, DroppedPlaces(rate, static_cast<std::uint64_t>(seed)));
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const DroppedPlaces places(context->saved_data["rate"].toDouble(),
                               static_cast<std::uint64_t>(context->saved_data["seed"].toInt()));
    return {kept_values(gradients[0], places), {}, {}};
  }
};

/// A number from LibTorch's global generator, which trainers seed by iteration.
[[nodiscard]] inline std::int64_t drawn_seed() {
  return torch::randint(std::numeric_limits<std::int64_t>::max(), {1}, torch::kLong).item<std::int64_t>();
}

} // namespace detail

/// Drops a share of the values and scales the others by 1 / (1 - rate).
///
/// Cost: one pass on a CPU, and no memory besides the result; elsewhere LibTorch's dropout.
/// Randomness: one number from LibTorch's global generator.
[[nodiscard]] inline torch::Tensor dropout(const torch::Tensor& values, double rate) {
  if (!values.device().is_cpu())
    return torch::dropout(values, rate, true);
  return detail::DropoutFunction::apply(values, rate, detail::drawn_seed());
}

} // namespace sparseann
