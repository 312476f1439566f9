#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/network/dense_layer.hpp"
#include "sparseann/network/dropped_places.hpp"
#include "sparseann/network/padded_planes.hpp"
#include "sparseann/network/plane_convolution.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann::detail {

struct DenseBlockPassOptions {
  double dropout = 0;
  std::uint64_t seed = 0; ///< of dropout
  InstructionSet instruction_set = InstructionSet::automatic;
};

/// Mean and variance of some channels over a batch.
struct ChannelMoments {
  std::vector<double> mean;
  std::vector<double> variance;
};

/// A layer's BN as a multiplication and an addition per channel: of the features minus `mean`, over their deviation.
struct Normalisation {
  std::vector<double> mean;
  std::vector<double> inverse_deviation;
  std::vector<double> scale;
  std::vector<double> shift;

  Normalisation(const torch::Tensor& gamma, const torch::Tensor& beta, std::span<const double> means,
                std::span<const double> inverse_deviations)
      : mean(means.begin(), means.end()), inverse_deviation(inverse_deviations.begin(), inverse_deviations.end()) {
    const torch::Tensor factor = gamma.detach().to(torch::kDouble).contiguous();
    const torch::Tensor offset = beta.detach().to(torch::kDouble).contiguous();
    for (std::size_t c = 0; c < mean.size(); ++c) {
      scale.push_back(factor.const_data_ptr<double>()[c] * inverse_deviation[c]);
      shift.push_back(offset.const_data_ptr<double>()[c] - mean[c] * scale[c]);
    }
  }
};

/// 1 / sqrt(variance + epsilon) for each channel.
[[nodiscard]] inline std::vector<double> inverse_deviations(const ChannelMoments& moments, double epsilon) {
  std::vector<double> inverse(moments.variance.size());
  std::ranges::transform(moments.variance, inverse.begin(),
                         [epsilon](double variance) { return 1 / std::sqrt(variance + epsilon); });
  return inverse;
}

/// A dense block's forward and backward pass on its features, (N, channels, z, y, x), of which the first ones are
/// given.
///
/// A channel's moments are the same for every layer that reads it, so they are computed once; and what a layer's BN
/// takes from a gradient because its moments depend on the features is, per channel, a constant and a multiple of the
/// feature, so layers add up two numbers each and the features are corrected once, when all layers have read them.
template <class Numbers> class DenseBlockPass {
  using T = typename Numbers::Value;
  using Unit = typename Numbers::Unit;
  using Planar = typename Numbers::Planar;

public:
  DenseBlockPass(const torch::Tensor& features, const DenseBlockPassOptions& options)
      : features_(features), options_(options), samples_(extent(features, 0)), channels_(extent(features, 1)),
        planes_(extent(features, 2)), grid_{.rows = extent(features, 3), .columns = extent(features, 4)},
        slabs_(dense_layer::slabs(samples_, planes_)) {}

  /// Moments of channels first..first+count-1.
  void measure(std::size_t first, std::size_t count, ChannelMoments& moments) const {
    std::vector<double> sum(count);
    std::vector<double> square(count);
    const std::size_t voxels = planes_ * grid_.rows * grid_.columns;
    each(count, [&](std::size_t c) {
      for (std::size_t sample = 0; sample < samples_; ++sample) {
        const T* const values = features_.const_data_ptr<T>() + (sample * channels_ + first + c) * voxels;
        for (std::size_t i = 0; i < voxels; ++i) {
          sum[c] += static_cast<double>(values[i]);
          square[c] += static_cast<double>(values[i]) * static_cast<double>(values[i]);
        }
      }
    });
    append(moments, sum, square);
  }

  /// Computes the channels of a layer, and appends their moments.
  void forward(std::size_t index, const torch::Tensor& weight, const Normalisation& norm, ChannelMoments& moments) {
    const std::size_t inputs = extent(weight, 1);
    const std::size_t growth = extent(weight, 0);
    const std::vector<Unit> packed = packed_weights(weight);
    const std::vector<T> scales = converted(norm.scale);
    const std::vector<T> shifts = converted(norm.shift);
    const dense_layer::Layer<Numbers> layer = make_layer(index, inputs, growth, scales, shifts, packed);
    std::vector<double> sums(slabs_.size() * growth);
    std::vector<double> squares(sums.size());
    each(slabs_.size(), [&](std::size_t i) {
      dense_layer::forward(
          layer, slabs_[i],
          {std::span(sums).subspan(i * growth, growth), std::span(squares).subspan(i * growth, growth)},
          options_.instruction_set);
    });
    append(moments, summed(sums, growth), summed(squares, growth));
  }

  /// Gradients of a layer's convolution, as dense_layer::Gradients has them.
  struct OutputGradient {
    std::vector<Unit> units;
    std::vector<Planar> planar; ///< empty where it would be the same

    [[nodiscard]] const Planar* planar_data() const noexcept {
      if constexpr (Numbers::channels_per_unit == 1)
        return units.data();
      else
        return planar.data();
    }
  };

  /// What the backward pass of a layer gives besides the gradient of the features.
  struct LayerGradients {
    torch::Tensor weight;
    std::vector<double> gamma;
    std::vector<double> beta;
  };

  /// Adds to `gradient`, of the features, what a layer passes on as if its moments were constants. `outputs` is the
  /// layer's output gradient as output_gradient() gives it.
  [[nodiscard]] LayerGradients backward(std::size_t index, const torch::Tensor& weight, const Normalisation& norm,
                                        const OutputGradient& outputs, torch::Tensor& gradient) {
    const std::size_t inputs = extent(weight, 1);
    const std::size_t growth = extent(weight, 0);
    const std::vector<Unit> flipped = flipped_weights(weight);
    const std::vector<T> scales = converted(norm.scale);
    const std::vector<T> shifts = converted(norm.shift);
    const std::vector<T> means = converted(norm.mean);
    const std::vector<T> inverse = converted(norm.inverse_deviation);
    const dense_layer::Layer<Numbers> layer = make_layer(index, inputs, growth, scales, shifts, {});
    const dense_layer::Gradients<Numbers> gradients{.features = gradient.mutable_data_ptr<T>(),
                                                    .output_units = outputs.units.data(),
                                                    .outputs = outputs.planar_data(),
                                                    .flipped_weights = flipped.data(),
                                                    .mean = means.data(),
                                                    .inverse_deviation = inverse.data()};
    const std::size_t weights = dense_layer::groups(growth) * inputs * weights_per_channel;
    std::vector<T> weight_sums(slabs_.size() * weights);
    std::vector<double> gamma(slabs_.size() * inputs);
    std::vector<double> beta(slabs_.size() * inputs);
    each(slabs_.size(), [&](std::size_t i) {
      dense_layer::backward(layer, gradients, slabs_[i],
                            {std::span(weight_sums).subspan(i * weights, weights),
                             std::span(gamma).subspan(i * inputs, inputs), std::span(beta).subspan(i * inputs, inputs)},
                            options_.instruction_set);
    });
    return {unpacked_weights(summed(weight_sums, weights), weight), summed(gamma, inputs), summed(beta, inputs)};
  }

  /// Gradient of a layer's convolution from that of its channels: with what dropout let through, padded with zeros.
  [[nodiscard]] OutputGradient output_gradient(std::size_t index, std::size_t first, std::size_t growth,
                                               const torch::Tensor& gradient) const {
    const std::size_t padded = dense_layer::groups(growth) * plane_convolution::outputs;
    const std::size_t volume = (planes_ + 2) * grid_.size();
    OutputGradient outputs;
    outputs.units.resize(samples_ * plane_convolution::units<Numbers>(padded) * volume);
    if constexpr (Numbers::channels_per_unit > 1)
      outputs.planar.resize(samples_ * padded * volume);
    const std::size_t units = plane_convolution::units<Numbers>(growth);
    each(samples_ * units, [&](std::size_t i) {
      const std::size_t sample = i / units;
      for (std::size_t o = i % units * Numbers::channels_per_unit;
           o < std::min((i % units + 1) * Numbers::channels_per_unit, growth); ++o) {
        Unit* const to = outputs.units.data() +
                         (sample * plane_convolution::units<Numbers>(padded) + o / Numbers::channels_per_unit) * volume;
        Planar* const planar = outputs.planar.data() + (sample * padded + o) * volume;
        for_voxels((sample * channels_ + first + o) * planes_ * grid_.rows * grid_.columns, index, gradient,
                   [&](std::size_t place, T value) {
                     Numbers::put(to[place], value, o % Numbers::channels_per_unit);
                     if constexpr (Numbers::channels_per_unit > 1)
                       planar[place] = Numbers::planar(value);
                   });
      }
    });
    return outputs;
  }

  /// gradient(c) -= constant(c) + factor(c) * (feature(c) - mean(c)) for channels first..first+count-1.
  void correct(torch::Tensor& gradient, std::size_t first, std::size_t count, std::span<const double> constant,
               std::span<const double> factor, std::span<const double> mean) const {
    const std::size_t voxels = planes_ * grid_.rows * grid_.columns;
    each(samples_ * count, [&](std::size_t i) {
      const std::size_t c = first + i % count;
      const std::size_t begin = (i / count * channels_ + c) * voxels;
      const T* const values = features_.const_data_ptr<T>() + begin;
      T* const corrected = gradient.mutable_data_ptr<T>() + begin;
      const auto offset = static_cast<T>(constant[c] - factor[c] * mean[c]);
      const auto slope = static_cast<T>(factor[c]);
      for (std::size_t j = 0; j < voxels; ++j)
        corrected[j] -= offset + slope * values[j];
    });
  }

  [[nodiscard]] double values_per_channel() const noexcept {
    return static_cast<double>(samples_ * planes_ * grid_.rows * grid_.columns);
  }

private:
  static constexpr std::size_t weights_per_channel = plane_convolution::taps * plane_convolution::outputs;

  [[nodiscard]] static std::size_t extent(const torch::Tensor& tensor, std::int64_t axis) {
    return static_cast<std::size_t>(tensor.size(axis));
  }

  [[nodiscard]] static std::vector<T> converted(std::span<const double> numbers) {
    std::vector<T> result(numbers.size());
    std::ranges::transform(numbers, result.begin(), [](double number) { return static_cast<T>(number); });
    return result;
  }

  template <class Body> static void each(std::size_t count, const Body& body) {
    at::parallel_for(0, static_cast<std::int64_t>(count), 1, [&](std::int64_t begin, std::int64_t end) {
      for (std::int64_t i = begin; i < end; ++i)
        body(static_cast<std::size_t>(i));
    });
  }

  /// Calls body(place in padded planes, gradient) for the voxels of a channel that begins at `at`, after dropout.
  template <class Body>
  void for_voxels(std::size_t at, std::size_t index, const torch::Tensor& gradient, const Body& body) const {
    const DroppedPlaces dropped = dropped_by(index);
    const T scale = static_cast<T>(dropped.scale());
    const T* values = gradient.const_data_ptr<T>() + at;
    for (std::size_t z = 0; z < planes_; ++z)
      for (std::size_t y = 0; y < grid_.rows; ++y, at += grid_.columns, values += grid_.columns) {
        const std::size_t row = (z + 1) * grid_.size() + grid_.origin() + y * grid_.pitch();
        if (dropped.drops_any())
          dropped.each(at, grid_.columns,
                       [&](std::size_t x, bool drops) { body(row + x, drops ? T{0} : values[x] * scale); });
        else
          for (std::size_t x = 0; x < grid_.columns; ++x)
            body(row + x, values[x]);
      }
  }

  /// In the order of the parts, so that the number of threads does not matter.
  template <class Number>
  [[nodiscard]] static std::vector<Number> summed(const std::vector<Number>& parts, std::size_t count) {
    std::vector<Number> sum(count);
    for (std::size_t i = 0; i < parts.size(); ++i)
      sum[i % count] += parts[i];
    return sum;
  }

  void append(ChannelMoments& moments, std::span<const double> sum, std::span<const double> square) const {
    for (std::size_t c = 0; c < sum.size(); ++c) {
      const double mean = sum[c] / values_per_channel();
      moments.mean.push_back(mean);
      moments.variance.push_back(std::max(square[c] / values_per_channel() - mean * mean, 0.0));
    }
  }

  [[nodiscard]] DroppedPlaces dropped_by(std::size_t index) const noexcept {
    return {options_.dropout, options_.seed ^ (index << 48U)};
  }

  [[nodiscard]] dense_layer::Layer<Numbers> make_layer(std::size_t index, std::size_t inputs, std::size_t growth,
                                                       const std::vector<T>& scale, const std::vector<T>& shift,
                                                       const std::vector<Unit>& weights) {
    return {.features = features_.mutable_data_ptr<T>(),
            .channels = channels_,
            .planes = planes_,
            .grid = grid_,
            .inputs = inputs,
            .growth = growth,
            .scale = scale.data(),
            .shift = shift.data(),
            .weights = weights.data(),
            .dropped = dropped_by(index)};
  }

  /// Where weight (o, c, tap) lies among those of so many channels or units, four outputs together.
  [[nodiscard]] static std::size_t place(std::size_t o, std::size_t c, std::size_t tap, std::size_t channels) noexcept {
    using plane_convolution::outputs;
    return ((o / outputs * channels + c) * plane_convolution::taps + tap) * outputs + o % outputs;
  }

  /// Calls body(o, c, tap, weight) for all weights (O, C, 3, 3, 3).
  template <class Body> static void for_weights(const torch::Tensor& weight, const Body& body) {
    const torch::Tensor values = weight.contiguous();
    const T* from = values.const_data_ptr<T>();
    for (std::size_t o = 0; o < extent(weight, 0); ++o)
      for (std::size_t c = 0; c < extent(weight, 1); ++c)
        for (std::size_t tap = 0; tap < plane_convolution::taps; ++tap)
          body(o, c, tap, *from++);
  }

  [[nodiscard]] static std::vector<Unit> packed_weights(const torch::Tensor& weight) {
    constexpr std::size_t each = Numbers::channels_per_unit;
    const std::size_t units = plane_convolution::units<Numbers>(extent(weight, 1));
    std::vector<Unit> packed(dense_layer::groups(extent(weight, 0)) * units * weights_per_channel);
    for_weights(weight, [&](std::size_t o, std::size_t c, std::size_t tap, T value) {
      Numbers::put(packed[place(o, c / each, tap, units)], value, c % each);
    });
    return packed;
  }

  /// Weights of the convolution that takes gradients of the outputs to those of the inputs.
  [[nodiscard]] static std::vector<Unit> flipped_weights(const torch::Tensor& weight) {
    constexpr std::size_t each = Numbers::channels_per_unit;
    const std::size_t units =
        plane_convolution::units<Numbers>(dense_layer::groups(extent(weight, 0)) * plane_convolution::outputs);
    std::vector<Unit> flipped(dense_layer::groups(extent(weight, 1)) * units * weights_per_channel);
    for_weights(weight, [&](std::size_t o, std::size_t c, std::size_t tap, T value) {
      Numbers::put(flipped[place(c, o / each, plane_convolution::taps - 1 - tap, units)], value, o % each);
    });
    return flipped;
  }

  [[nodiscard]] static torch::Tensor unpacked_weights(const std::vector<T>& packed, const torch::Tensor& like) {
    torch::Tensor weight = torch::empty(like.sizes(), like.options());
    T* to = weight.mutable_data_ptr<T>();
    for (std::size_t o = 0; o < extent(like, 0); ++o)
      for (std::size_t c = 0; c < extent(like, 1); ++c)
        for (std::size_t tap = 0; tap < plane_convolution::taps; ++tap)
          *to++ = packed[place(o, c, tap, extent(like, 1))];
    return weight;
  }

  torch::Tensor features_;
  DenseBlockPassOptions options_;
  std::size_t samples_;
  std::size_t channels_;
  std::size_t planes_;
  PaddedPlanes grid_;
  std::vector<dense_layer::Slab> slabs_;
};

} // namespace sparseann::detail
