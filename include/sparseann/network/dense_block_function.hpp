#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/network/dense_block_pass.hpp"
#include "sparseann/network/dense_layer.hpp"
#include "sparseann/network/dropout.hpp"
#include "sparseann/network/normalised_convolution3d.hpp"
#include "sparseann/network/plane_convolution.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/tensor/tracing.hpp"

namespace sparseann::detail {

/// What a dense block computes besides what has gradients.
struct DenseBlockSettings {
  std::vector<NormalisedConvolution3d> layers; ///< whose running moments are used, or brought up to date in training
  bool training = false;                       ///< normalises by the batch's own moments
  Precision precision = Precision::float32;    ///< of products; float64 features have their own
  DenseBlockPassOptions pass;
};

/// The autograd function of a dense block on a CPU. Its tensors: gamma, beta and weight of each layer.
///
/// Memory: the features; backward also their gradient, and of one layer the padded gradient of its output. What a layer
/// normalises and rectifies is computed again in the backward pass, as in Pleiss et al., "Memory-Efficient
/// Implementation of DenseNets", 2017, but never stored.
class DenseBlockFunction : public torch::autograd::Function<DenseBlockFunction> {
public:
  static constexpr std::size_t tensors_per_layer = 3;

  static torch::Tensor forward(torch::autograd::AutogradContext* context, const torch::Tensor& input,
                               at::TensorList tensors, const DenseBlockSettings& settings) {
    torch::Tensor features;
    std::vector<Normalisation> norms;
    with_numbers(input.scalar_type(), settings.precision,
                 [&]<class Numbers>() { features = forward_pass<Numbers>(input, tensors, settings, norms); });
    torch::autograd::variable_list saved(tensors.begin(), tensors.end());
    saved.push_back(features);
    context->save_for_backward(saved);
    context->saved_data["mean"] = joined(norms, &Normalisation::mean);
    context->saved_data["inverse_deviation"] = joined(norms, &Normalisation::inverse_deviation);
    context->saved_data["precision"] = static_cast<std::int64_t>(settings.precision);
    context->saved_data["training"] = settings.training;
    context->saved_data["dropout"] = settings.pass.dropout;
    context->saved_data["seed"] = static_cast<std::int64_t>(settings.pass.seed);
    context->saved_data["instruction_set"] = static_cast<std::int64_t>(settings.pass.instruction_set);
    return features;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& output_gradients) {
    torch::autograd::variable_list tensors = context->get_saved_variables();
    const torch::Tensor features = tensors.back();
    tensors.pop_back();
    torch::autograd::variable_list gradients(tensors.size() + 1);
    const auto precision = static_cast<Precision>(context->saved_data["precision"].toInt());
    with_numbers(features.scalar_type(), precision, [&]<class Numbers>() {
      backward_pass<Numbers>(features, output_gradients[0], tensors, *context, gradients);
    });
    gradients.emplace_back(); // of the settings
    return gradients;
  }

private:
  template <class Body> static void with_numbers(torch::ScalarType type, Precision precision, const Body& body) {
    if (type == torch::kDouble)
      body.template operator()<plane_convolution::Same<double>>();
    else if (precision == Precision::bfloat16)
      body.template operator()<plane_convolution::Bfloat16>();
    else
      body.template operator()<plane_convolution::Same<float>>();
  }

  template <class Numbers>
  [[nodiscard]] static torch::Tensor forward_pass(const torch::Tensor& input, at::TensorList tensors,
                                                  const DenseBlockSettings& settings,
                                                  std::vector<Normalisation>& norms) {
    std::int64_t channels = input.size(1);
    for (std::size_t i = 2; i < tensors.size(); i += tensors_per_layer)
      channels += tensors[i].size(0);
    torch::Tensor features =
        torch::empty({input.size(0), channels, input.size(2), input.size(3), input.size(4)}, input.options());
    features.narrow(1, 0, input.size(1)).copy_(input);
    DenseBlockPass<Numbers> pass(features, settings.pass);
    ChannelMoments batch;
    if (settings.training)
      pass.measure(0, static_cast<std::size_t>(input.size(1)), batch);
    for (std::size_t i = 0; i < settings.layers.size(); ++i) {
      torch::nn::BatchNorm3d norm = settings.layers[i]->norm;
      if (settings.training)
        update_running_moments(*norm, batch, pass.values_per_channel());
      const ChannelMoments moments = settings.training ? batch
                                                       : ChannelMoments{.mean = doubles(norm->running_mean),
                                                                        .variance = doubles(norm->running_var)};
      const torch::Tensor* const own = &tensors[i * tensors_per_layer];
      norms.emplace_back(own[0], own[1], moments.mean, inverse_deviations(moments, norm->options.eps()));
      pass.forward(i, own[2], norms.back(), batch);
    }
    return features;
  }

  template <class Numbers>
  static void backward_pass(const torch::Tensor& features, const torch::Tensor& output_gradient,
                            const torch::autograd::variable_list& tensors, torch::autograd::AutogradContext& context,
                            torch::autograd::variable_list& gradients) {
    DenseBlockPass<Numbers> pass(
        features, {.dropout = context.saved_data["dropout"].toDouble(),
                   .seed = static_cast<std::uint64_t>(context.saved_data["seed"].toInt()),
                   .instruction_set = static_cast<InstructionSet>(context.saved_data["instruction_set"].toInt())});
    const bool training = context.saved_data["training"].toBool();
    const std::vector<Normalisation> norms = split(context, tensors);
    torch::Tensor gradient = output_gradient.clone(at::MemoryFormat::Contiguous);
    const std::vector<double>& means = norms.back().mean;
    std::vector<double> constant(means.size());
    std::vector<double> slope(means.size());
    for (std::size_t i = norms.size(); i-- > 0;) {
      const torch::Tensor& weight = tensors[i * tensors_per_layer + 2];
      const auto read = static_cast<std::size_t>(weight.size(1));
      const auto growth = static_cast<std::size_t>(weight.size(0));
      if (training && i + 1 < norms.size())
        pass.correct(gradient, read, growth, constant, slope, means);
      const auto layer = pass.backward(i, weight, norms[i], pass.output_gradient(i, read, growth, gradient), gradient);
      for (std::size_t c = 0; c < read; ++c) {
        const double share = norms[i].scale[c] / pass.values_per_channel();
        constant[c] += share * layer.beta[c];
        slope[c] += share * layer.gamma[c] * norms[i].inverse_deviation[c];
      }
      gradients[i * tensors_per_layer + 1] = torch::tensor(layer.gamma, torch::kDouble).to(weight.scalar_type());
      gradients[i * tensors_per_layer + 2] = torch::tensor(layer.beta, torch::kDouble).to(weight.scalar_type());
      gradients[i * tensors_per_layer + 3] = layer.weight;
    }
    const std::int64_t inputs = tensors[2].size(1);
    if (training)
      pass.correct(gradient, 0, static_cast<std::size_t>(inputs), constant, slope, means);
    gradients[0] = gradient.narrow(1, 0, inputs).contiguous();
  }

  static void update_running_moments(torch::nn::BatchNorm3dImpl& norm, const ChannelMoments& batch, double count) {
    const torch::NoGradGuard no_gradient;
    const double momentum = norm.options.momentum().value();
    const auto follow = [&](torch::Tensor& running, const std::vector<double>& values, double factor) {
      const torch::Tensor now = torch::tensor(values, torch::kDouble).to(running.scalar_type());
      running.mul_(1 - momentum).add_(now, momentum * factor);
    };
    follow(norm.running_mean, batch.mean, 1.0);
    follow(norm.running_var, batch.variance, count / std::max(count - 1, 1.0));
    norm.num_batches_tracked += 1;
  }

  [[nodiscard]] static std::vector<double> doubles(const torch::Tensor& tensor) {
    const torch::Tensor values = tensor.detach().to(torch::kDouble).contiguous();
    return {values.const_data_ptr<double>(), values.const_data_ptr<double>() + values.numel()};
  }

  [[nodiscard]] static std::vector<double> joined(const std::vector<Normalisation>& norms,
                                                  std::vector<double> Normalisation::* member) {
    std::vector<double> all;
    for (const Normalisation& norm : norms)
      all.insert(all.end(), (norm.*member).begin(), (norm.*member).end());
    return all;
  }

  /// What `joined` was given.
  [[nodiscard]] static std::vector<Normalisation> split(torch::autograd::AutogradContext& context,
                                                        const torch::autograd::variable_list& tensors) {
    const std::vector<double> mean = context.saved_data["mean"].toDoubleVector();
    const std::vector<double> inverse_deviation = context.saved_data["inverse_deviation"].toDoubleVector();
    std::vector<Normalisation> norms;
    std::size_t first = 0;
    for (std::size_t i = 0; i < tensors.size(); i += tensors_per_layer) {
      const auto read = static_cast<std::size_t>(tensors[i].size(0));
      norms.emplace_back(tensors[i], tensors[i + 1], std::span(mean).subspan(first, read),
                         std::span(inverse_deviation).subspan(first, read));
      first += read;
    }
    return norms;
  }
};

/// Whether dense_block computes a block that reads `features`: on a CPU with AVX2, or AVX-512 BF16 where products are
/// in bfloat16. TorchScript knows nothing of it.
[[nodiscard]] inline bool computes_dense_blocks(const torch::Tensor& features) {
  if (!features.device().is_cpu() || is_tracing())
    return false;
  if (precision_in_scope(torch::kCPU) == Precision::bfloat16)
    return dense_layer::is_supported<plane_convolution::Bfloat16>() &&
           (features.scalar_type() == torch::kFloat || features.scalar_type() == torch::kBFloat16);
  return dense_layer::is_supported<plane_convolution::Same<float>>() &&
         (features.scalar_type() == torch::kFloat || features.scalar_type() == torch::kDouble);
}

/// A dense block of `layers` on `features`, which computes_dense_blocks must allow; `dropout` as in training. The
/// result is float32 whatever precision the products have, float64 for features in float64.
[[nodiscard]] inline torch::Tensor dense_block(const torch::Tensor& features,
                                               const std::vector<NormalisedConvolution3d>& layers, double dropout,
                                               bool training, InstructionSet set) {
  std::vector<torch::Tensor> tensors;
  for (const NormalisedConvolution3d& layer : layers) {
    tensors.push_back(layer->norm->weight);
    tensors.push_back(layer->norm->bias);
    tensors.push_back(layer->convolution->weight);
  }
  const std::uint64_t seed = dropout > 0 ? static_cast<std::uint64_t>(drawn_seed()) : 0;
  const bool is_double = features.scalar_type() == torch::kDouble;
  return DenseBlockFunction::apply(
      is_double ? features : features.to(torch::kFloat), at::TensorList(tensors),
      DenseBlockSettings{.layers = layers,
                         .training = training,
                         .precision = precision_in_scope(torch::kCPU),
                         .pass = {.dropout = dropout, .seed = seed, .instruction_set = resolve(set)}});
}

} // namespace sparseann::detail
