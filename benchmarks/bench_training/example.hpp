#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "workload.hpp"

namespace sparseann::benchmarks {

namespace detail {
[[nodiscard]] inline torch::Tensor stored(const SafetensorsFile& file, const std::string& name,
                                          torch::IntArrayRef sizes) {
  std::vector<std::size_t> shape(sizes.size());
  std::ranges::transform(sizes, shape.begin(), [](std::int64_t extent) { return static_cast<std::size_t>(extent); });
  return read_tensor(file, name, shape);
}

inline void check_close(const std::string& what, double ours, double theirs, double tolerance) {
  if (!(std::abs(ours - theirs) <= tolerance * std::max(std::abs(theirs), 1e-12)))
    throw DataError(what, fmt::format("the peer's {}", theirs), fmt::format("{}", ours));
}
} // namespace detail

/// Gives a network the example's weights, and compares its losses and gradients with those that the peer computed from
/// them. Returns a line that says how far they are apart.
///
/// Both compute in float64, where rounding explains no difference but that of the file's float32.
/// Throws: DataError where a loss differs by more than 1e-6 of it, or a gradient by more than 1e-6 of its length.
template <NetworkModule Network> [[nodiscard]] std::string compare_with_example(const std::filesystem::path& path) {
  const SafetensorsFile file(path);
  network_options<Network> options;
  if constexpr (MetaNetwork<Network>)
    options.densevoxnet.dropout = 0;
  else if constexpr (requires { options.dropout; })
    options.dropout = 0;
  Network network(options);
  {
    const torch::NoGradGuard no_gradient;
    for (auto& item : network->named_parameters())
      item.value().copy_(detail::stored(file, item.key(), item.value().sizes()));
  }
  Batch batch = random_batch<Network>(2, Network::Impl::spatial_dimensions == 2 ? 64 : 32); // as the peer's
  for (std::size_t i = 0; i < batch.inputs.size(); ++i)
    batch.inputs[i] = detail::stored(file, fmt::format("input.{}", i), batch.inputs[i].sizes()).to(torch::kDouble);
  batch.labels = detail::stored(file, "labels", batch.labels.sizes()).to(torch::kLong);
  batch.mask = batch.labels.ge(0);
  const auto compare = [&](const std::string& mode) {
    const torch::Tensor loss = loss_of(network, batch);
    detail::check_close(path.string() + ": loss in " + mode, loss.template item<double>(),
                        detail::stored(file, "loss." + mode, {1}).template item<double>(), 1e-6);
    return loss;
  };
  network->to(torch::kDouble);
  network->eval();
  {
    const torch::NoGradGuard no_gradient;
    compare("evaluation");
  }
  network->train();
  compare("training").backward();
  double furthest = 0;
  for (const auto& item : network->named_parameters()) {
    const torch::Tensor theirs = detail::stored(file, "gradient." + item.key(), item.value().sizes());
    const double distance = ((item.value().grad() - theirs).norm() / theirs.norm()).template item<double>();
    if (!(distance <= 1e-6))
      throw DataError(path.string() + ": gradient of " + item.key(), "the peer's, within 1e-6 of its length",
                      fmt::format("{} of it away", distance));
    furthest = std::max(furthest, distance);
  }
  return fmt::format("{}: losses as the peer's, gradients within {:.1e} of their length", path.filename().string(),
                     furthest);
}

} // namespace sparseann::benchmarks
