#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/network/dropped_places.hpp"
#include "sparseann/network/padded_planes.hpp"
#include "sparseann/network/plane_convolution.hpp"

/// One layer of a dense block, BN -> ReLU -> Conv 3^3 -> Dropout, on slabs of planes that stay in a core's cache: what
/// lies between the block's features and the layer's output exists for a few channels of a slab at a time.
namespace sparseann::dense_layer {

/// Neighbouring planes of a sample.
struct Slab {
  std::size_t sample;
  std::size_t first;
  std::size_t planes;
};

/// Slabs that all samples are cut into: at least four where there are enough planes, and none higher than a core's
/// cache bears. It depends on the shape alone, so that sums over slabs are the same with any number of threads.
[[nodiscard]] inline std::vector<Slab> slabs(std::size_t samples, std::size_t planes) {
  const std::size_t height = std::clamp<std::size_t>(samples * planes / 4, 1, 8);
  std::vector<Slab> all;
  for (std::size_t sample = 0; sample < samples; ++sample)
    for (std::size_t first = 0; first < planes; first += height)
      all.push_back({sample, first, std::min(height, planes - first)});
  return all;
}

inline constexpr std::size_t channels_at_a_time = 8;

[[nodiscard]] constexpr std::size_t groups(std::size_t channels) noexcept {
  return (channels + plane_convolution::outputs - 1) / plane_convolution::outputs;
}

/// The features of a block and what a layer does with the first `inputs` channels of them.
///
/// Shapes: features (samples, channels, planes, rows, columns); scale and shift, gamma / deviation and beta -
/// mean * scale, (inputs); weights (groups, units of inputs, 27, 4).
template <class Numbers> struct Layer {
  using Value = typename Numbers::Value;

  Value* features;
  std::size_t channels;
  std::size_t planes;
  PaddedPlanes grid;
  std::size_t inputs;
  std::size_t growth;
  const Value* scale;
  const Value* shift;
  const typename Numbers::Unit* weights;
  DroppedPlaces dropped;

  [[nodiscard]] std::size_t offset(std::size_t sample, std::size_t channel, std::size_t z) const noexcept {
    return ((sample * channels + channel) * planes + z) * grid.rows * grid.columns;
  }
  [[nodiscard]] std::size_t padded_channel(const Slab& slab) const noexcept { return (slab.planes + 2) * grid.size(); }
  [[nodiscard]] std::size_t output_channels() const noexcept { return groups(growth) * plane_convolution::outputs; }
};

/// Sums over the new channels of a slab: of the values and of their squares, (growth).
struct Moments {
  std::span<double> sum;
  std::span<double> square;
};

/// What the backward pass of a layer reads and writes beside the features.
///
/// Shapes: gradients as the features; those of the convolution's outputs (samples, 4 groups, planes + 2, PaddedPlanes),
/// in units of channels and channel by channel, which is the same where a unit is a channel; flipped weights (groups of
/// inputs, units of 4 groups, 27, 4); mean, inverse deviation (inputs).
template <class Numbers> struct Gradients {
  typename Numbers::Value* features;
  const typename Numbers::Unit* output_units;
  const typename Numbers::Planar* outputs;
  const typename Numbers::Unit* flipped_weights;
  const typename Numbers::Value* mean;
  const typename Numbers::Value* inverse_deviation;
};

/// A slab's part of the gradients of a layer's parameters: weights (groups, inputs, 27, 4), gamma and beta (inputs).
template <class Value> struct ParameterGradients {
  std::span<Value> weights;
  std::span<double> gamma;
  std::span<double> beta;
};

namespace detail {

using plane_convolution::Bfloat16;
using plane_convolution::lanes;
using plane_convolution::Value;

/// to_i = max(0, from_i * scale + shift), NaN where that is none.
template <class V>
[[gnu::always_inline]] inline void activate(const Value<V>* from, Value<V> scale, Value<V> shift, Value<V>* to,
                                            std::size_t count) noexcept {
  using Vector = typename V::Vector;
  const std::size_t whole = count / lanes<V> * lanes<V>;
  const Vector zero{};
  for (std::size_t i = 0; i < whole; i += lanes<V>) {
    Vector values;
    std::memcpy(&values, from + i, sizeof values);
    values = values * scale + shift;
    values = values < zero ? zero : values;
    std::memcpy(to + i, &values, sizeof values);
  }
  for (std::size_t i = whole; i < count; ++i) {
    const Value<V> value = from[i] * scale + shift;
    to[i] = value < 0 ? Value<V>{0} : value;
  }
}

inline constexpr std::size_t bfloat16_lanes = 16; ///< a known number of iterations, which compilers vectorise

/// to_i = even_i and odd_i as bfloat16, which lie side by side.
[[gnu::always_inline]] inline void put_pairs(const float* even, const float* odd, std::uint32_t* to,
                                             std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; i += bfloat16_lanes)
    for (std::size_t lane = 0; lane < bfloat16_lanes; ++lane)
      to[i + lane] = Bfloat16::planar(even[i + lane]) | std::uint32_t{Bfloat16::planar(odd[i + lane])} << 16U;
}
/// to_i = from_i as bfloat16.
[[gnu::always_inline]] inline void put_planar(const float* from, std::uint16_t* to, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; i += bfloat16_lanes)
    for (std::size_t lane = 0; lane < bfloat16_lanes; ++lane)
      to[i + lane] = Bfloat16::planar(from[i + lane]);
}

/// A padded plane of a channel, normalised and rectified; zeros alone where it lies beyond the volume.
template <class V>
[[gnu::always_inline]] inline void pack_plane(const Layer<typename V::Numbers>& layer, std::size_t sample,
                                              std::size_t channel, std::size_t padded_z, Value<V>* to) noexcept {
  const PaddedPlanes& grid = layer.grid;
  if (padded_z == 0 || padded_z > layer.planes || channel >= layer.inputs) {
    std::fill_n(to, grid.size(), Value<V>{0});
    return;
  }
  const Value<V>* const from = layer.features + layer.offset(sample, channel, padded_z - 1);
  std::fill_n(to, grid.origin(), Value<V>{0});
  Value<V>* row = to + grid.origin();
  for (std::size_t y = 0; y < grid.rows; ++y, row += grid.pitch()) {
    activate<V>(from + y * grid.columns, layer.scale[channel], layer.shift[channel], row, grid.columns);
    row[grid.columns] = 0;
  }
  std::fill(row, to + grid.size(), Value<V>{0});
}

/// Planes of a slab, and those above and below, of some input channels: channel by channel, to be summed over
/// positions.
template <class V>
[[gnu::always_inline]] inline void pack_planar(const Layer<typename V::Numbers>& layer, const Slab& slab,
                                               std::size_t first, std::size_t count, typename V::Numbers::Planar* to,
                                               std::vector<Value<V>>& rows) noexcept {
  for (std::size_t c = 0; c < count; ++c)
    for (std::size_t p = 0; p < slab.planes + 2; ++p, to += layer.grid.size())
      if constexpr (std::same_as<typename V::Numbers, Bfloat16>) {
        pack_plane<V>(layer, slab.sample, first + c, slab.first + p, rows.data());
        put_planar(rows.data(), to, layer.grid.size());
      } else {
        pack_plane<V>(layer, slab.sample, first + c, slab.first + p, to);
      }
}

/// The same in units, to be summed over channels.
template <class V>
[[gnu::always_inline]] inline void pack_units(const Layer<typename V::Numbers>& layer, const Slab& slab,
                                              std::size_t first, std::size_t count, typename V::Numbers::Unit* to,
                                              std::vector<Value<V>>& rows) noexcept {
  if constexpr (std::same_as<typename V::Numbers, Bfloat16>) {
    float* const odd = rows.data() + layer.grid.size();
    for (std::size_t c = 0; c < count; c += Bfloat16::channels_per_unit)
      for (std::size_t p = 0; p < slab.planes + 2; ++p, to += layer.grid.size()) {
        pack_plane<V>(layer, slab.sample, first + c, slab.first + p, rows.data());
        pack_plane<V>(layer, slab.sample, first + c + 1, slab.first + p, odd);
        put_pairs(rows.data(), odd, to, layer.grid.size());
      }
  } else {
    pack_planar<V>(layer, slab, first, count, to, rows);
  }
}

/// Stores what a slab's convolution gave as new channels, some of it dropped.
template <class Numbers>
void store(const Layer<Numbers>& layer, const Slab& slab, const typename Numbers::Value* outputs,
           const Moments& moments) noexcept {
  using T = typename Numbers::Value;
  const PaddedPlanes& grid = layer.grid;
  const T scale = static_cast<T>(layer.dropped.scale());
  for (std::size_t o = 0; o < layer.growth; ++o) {
    double sum = 0;
    double square = 0;
    for (std::size_t z = 0; z < slab.planes; ++z)
      for (std::size_t y = 0; y < grid.rows; ++y) {
        const T* const row = outputs + (o * slab.planes + z) * grid.positions() + y * grid.pitch();
        const std::size_t place = layer.offset(slab.sample, layer.inputs + o, slab.first + z) + y * grid.columns;
        const auto put = [&](std::size_t x, T value) {
          layer.features[place + x] = value;
          sum += static_cast<double>(value);
          square += static_cast<double>(value) * static_cast<double>(value);
        };
        if (layer.dropped.drops_any())
          layer.dropped.each(place, grid.columns,
                             [&](std::size_t x, bool drops) { put(x, drops ? T{0} : row[x] * scale); });
        else
          for (std::size_t x = 0; x < grid.columns; ++x)
            put(x, row[x]);
      }
    moments.sum[o] = sum;
    moments.square[o] = square;
  }
}

/// Memory for one slab, kept from one to the next.
template <class V> struct Scratch {
  std::vector<typename V::Numbers::Unit> units;
  std::vector<typename V::Numbers::Planar> planar;
  std::vector<Value<V>> outputs;
  std::vector<Value<V>> rows;
};

template <class V>
[[gnu::always_inline]] inline void forward_in(const Layer<typename V::Numbers>& layer, const Slab& slab,
                                              const Moments& moments, Scratch<V>& scratch) noexcept {
  using plane_convolution::outputs;
  using plane_convolution::taps;
  using Numbers = typename V::Numbers;
  const PaddedPlanes& grid = layer.grid;
  const std::size_t channel = slab.planes * grid.positions();
  scratch.outputs.assign(layer.output_channels() * channel, Value<V>{0});
  scratch.units.resize(channels_at_a_time * layer.padded_channel(slab));
  scratch.rows.resize(2 * grid.size());
  for (std::size_t c = 0; c < layer.inputs; c += channels_at_a_time) {
    const std::size_t count = std::min(channels_at_a_time, layer.inputs - c);
    pack_units<V>(layer, slab, c, count, scratch.units.data(), scratch.rows);
    for (std::size_t group = 0; group < groups(layer.growth); ++group) {
      const std::size_t unit = group * plane_convolution::units<Numbers>(layer.inputs) + c / Numbers::channels_per_unit;
      for (std::size_t z = 0; z < slab.planes; ++z)
        plane_convolution::add_plane<V>({scratch.units.data() + z * grid.size(),
                                         plane_convolution::units<Numbers>(count), layer.padded_channel(slab)},
                                        grid, layer.weights + unit * taps * outputs,
                                        scratch.outputs.data() + group * outputs * channel + z * grid.positions(),
                                        channel);
    }
  }
  store(layer, slab, scratch.outputs.data(), moments);
}

/// Takes a plane's gradient of the activations of one channel back to the features.
template <class V>
[[gnu::always_inline]] inline void add_plane_gradient(const Layer<typename V::Numbers>& layer,
                                                      const Gradients<typename V::Numbers>& gradients,
                                                      const Value<V>* activations, std::size_t channel,
                                                      std::size_t place, double& gamma, double& beta) noexcept {
  using T = Value<V>;
  using Vector = typename V::Vector;
  const PaddedPlanes& grid = layer.grid;
  const T scale = layer.scale[channel];
  const T shift = layer.shift[channel];
  const T mean = gradients.mean[channel];
  const std::size_t whole = grid.columns / lanes<V> * lanes<V>;
  const Vector zero{};
  Vector sum{};
  Vector product{};
  T rest_sum = 0;
  T rest_product = 0;
  for (std::size_t y = 0; y < grid.rows; ++y) {
    const T* const feature = layer.features + place + y * grid.columns;
    const T* const activation = activations + y * grid.pitch();
    T* const gradient = gradients.features + place + y * grid.columns;
    for (std::size_t x = 0; x < whole; x += lanes<V>) {
      Vector values;
      Vector passed;
      Vector total;
      std::memcpy(&values, feature + x, sizeof values);
      std::memcpy(&passed, activation + x, sizeof passed);
      std::memcpy(&total, gradient + x, sizeof total);
      passed = values * scale + shift > zero ? passed : zero;
      sum += passed;
      product += passed * (values - mean);
      total += passed * scale;
      std::memcpy(gradient + x, &total, sizeof total);
    }
    for (std::size_t x = whole; x < grid.columns; ++x) {
      const T passed = feature[x] * scale + shift > 0 ? activation[x] : T{0};
      rest_sum += passed;
      rest_product += passed * (feature[x] - mean);
      gradient[x] += passed * scale;
    }
  }
  double product_sum = static_cast<double>(rest_product);
  beta += static_cast<double>(rest_sum);
  for (std::size_t lane = 0; lane < lanes<V>; ++lane) {
    beta += static_cast<double>(sum[lane]);
    product_sum += static_cast<double>(product[lane]);
  }
  gamma += product_sum * static_cast<double>(gradients.inverse_deviation[channel]);
}

/// Adds the gradients of four input channels, from `first` on, of which `count` there are.
template <class V>
[[gnu::always_inline]] inline void
add_input_gradient(const Layer<typename V::Numbers>& layer, const Gradients<typename V::Numbers>& gradients,
                   const Slab& slab, std::size_t first, std::size_t count,
                   const ParameterGradients<Value<V>>& parameters, std::vector<Value<V>>& outputs) noexcept {
  const PaddedPlanes& grid = layer.grid;
  const std::size_t units = plane_convolution::units<typename V::Numbers>(layer.output_channels());
  const std::size_t unit = (layer.planes + 2) * grid.size();
  const auto* const weights = gradients.flipped_weights + first / plane_convolution::outputs * units *
                                                              plane_convolution::taps * plane_convolution::outputs;
  for (std::size_t z = 0; z < slab.planes; ++z) {
    outputs.assign(plane_convolution::outputs * grid.positions(), Value<V>{0});
    plane_convolution::add_plane<V>(
        {gradients.output_units + slab.sample * units * unit + (slab.first + z) * grid.size(), units, unit}, grid,
        weights, outputs.data(), grid.positions());
    for (std::size_t i = 0; i < count; ++i)
      add_plane_gradient<V>(layer, gradients, outputs.data() + i * grid.positions(), first + i,
                            layer.offset(slab.sample, first + i, slab.first + z), parameters.gamma[first + i],
                            parameters.beta[first + i]);
  }
}

template <class V>
[[gnu::always_inline]] inline void
backward_in(const Layer<typename V::Numbers>& layer, const Gradients<typename V::Numbers>& gradients, const Slab& slab,
            const ParameterGradients<Value<V>>& parameters, Scratch<V>& scratch) noexcept {
  using plane_convolution::outputs;
  using plane_convolution::taps;
  const PaddedPlanes& grid = layer.grid;
  const std::size_t channel = (layer.planes + 2) * grid.size();
  const auto* const first_plane =
      gradients.outputs + slab.sample * layer.output_channels() * channel + (slab.first + 1) * grid.size();
  scratch.planar.resize(channels_at_a_time * layer.padded_channel(slab));
  scratch.rows.resize(2 * grid.size());
  for (std::size_t c = 0; c < layer.inputs; c += channels_at_a_time) {
    const std::size_t count = std::min(channels_at_a_time, layer.inputs - c);
    pack_planar<V>(layer, slab, c, count, scratch.planar.data(), scratch.rows);
    for (std::size_t group = 0; group < groups(layer.growth); ++group)
      plane_convolution::add_weight_gradient<V>(
          {scratch.planar.data(), count, layer.padded_channel(slab)}, first_plane + group * outputs * channel, channel,
          grid, slab.planes, parameters.weights.data() + (group * layer.inputs + c) * taps * outputs);
    for (std::size_t first = c; first < c + count; first += outputs)
      add_input_gradient<V>(layer, gradients, slab, first, std::min(outputs, c + count - first), parameters,
                            scratch.outputs);
  }
}

#if defined(__x86_64__)
template <class Numbers>
[[gnu::target("avx512f,fma")]] void forward_avx512(const Layer<Numbers>& layer, const Slab& slab,
                                                   const Moments& moments) noexcept {
  thread_local Scratch<plane_convolution::Avx512<Numbers>> scratch;
  forward_in<plane_convolution::Avx512<Numbers>>(layer, slab, moments, scratch);
}
template <class Numbers>
[[gnu::target("avx2,fma")]] void forward_avx2(const Layer<Numbers>& layer, const Slab& slab,
                                              const Moments& moments) noexcept {
  thread_local Scratch<plane_convolution::Avx2<Numbers>> scratch;
  forward_in<plane_convolution::Avx2<Numbers>>(layer, slab, moments, scratch);
}
template <class Numbers>
[[gnu::target("avx512f,fma")]] void
backward_avx512(const Layer<Numbers>& layer, const Gradients<Numbers>& gradients, const Slab& slab,
                const ParameterGradients<typename Numbers::Value>& parameters) noexcept {
  thread_local Scratch<plane_convolution::Avx512<Numbers>> scratch;
  backward_in<plane_convolution::Avx512<Numbers>>(layer, gradients, slab, parameters, scratch);
}
template <class Numbers>
[[gnu::target("avx2,fma")]] void backward_avx2(const Layer<Numbers>& layer, const Gradients<Numbers>& gradients,
                                               const Slab& slab,
                                               const ParameterGradients<typename Numbers::Value>& parameters) noexcept {
  thread_local Scratch<plane_convolution::Avx2<Numbers>> scratch;
  backward_in<plane_convolution::Avx2<Numbers>>(layer, gradients, slab, parameters, scratch);
}
#endif

} // namespace detail

/// Whether this processor has the instructions that the passes are written for.
template <class Numbers> [[nodiscard]] bool is_supported() noexcept {
  if constexpr (std::same_as<Numbers, plane_convolution::Bfloat16>) {
#if defined(__x86_64__)
    return sparseann::is_supported(InstructionSet::avx512) && __builtin_cpu_supports("avx512bf16") != 0;
#else
    return false;
#endif
  }
  return sparseann::is_supported(InstructionSet::avx2);
}

/// Computes the layer's new channels of a slab from the channels before, and their moments. Products in bfloat16 take
/// AVX-512 whatever `set` says, and all others at least AVX2.
template <class Numbers>
void forward([[maybe_unused]] const Layer<Numbers>& layer, [[maybe_unused]] const Slab& slab,
             [[maybe_unused]] const Moments& moments, [[maybe_unused]] InstructionSet set) noexcept {
#if defined(__x86_64__)
  if constexpr (!std::same_as<Numbers, plane_convolution::Bfloat16>)
    if (set != InstructionSet::avx512)
      return detail::forward_avx2(layer, slab, moments);
  detail::forward_avx512(layer, slab, moments);
#endif
}

/// Adds to the gradients of the layer's input features, as if their means and deviations were constants, and to those
/// of its parameters.
template <class Numbers>
void backward([[maybe_unused]] const Layer<Numbers>& layer, [[maybe_unused]] const Gradients<Numbers>& gradients,
              [[maybe_unused]] const Slab& slab,
              [[maybe_unused]] const ParameterGradients<typename Numbers::Value>& parameters,
              [[maybe_unused]] InstructionSet set) noexcept {
#if defined(__x86_64__)
  if constexpr (!std::same_as<Numbers, plane_convolution::Bfloat16>)
    if (set != InstructionSet::avx512)
      return detail::backward_avx2(layer, gradients, slab, parameters);
  detail::backward_avx512(layer, gradients, slab, parameters);
#endif
}

} // namespace sparseann::dense_layer
