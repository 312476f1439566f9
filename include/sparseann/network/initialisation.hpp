#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include "sparseann/core/random.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// How convolution weights start: a normal distribution with one standard deviation for all, or He's per layer.
enum class Initialisation { gaussian, he };
constexpr std::array<std::string_view, 2> names_of(Initialisation) { return {"gaussian", "he"}; }

namespace detail {

/// Fills `parameter` with N(0, standard_deviation), drawn on the CPU so that every device starts from the same weights.
inline void fill_normal(torch::Tensor& parameter, double standard_deviation, const Generator& generator) {
  auto engine = at::make_generator<at::CPUGeneratorImpl>(generator.key());
  const torch::Tensor drawn =
      torch::empty(parameter.sizes(), torch::kFloat).normal_(0.0, standard_deviation, std::move(engine));
  parameter.copy_(drawn);
}

/// Weights that each output of a convolution adds up. An output of a strided deconvolution sees one tap in stride.
template <std::size_t D, class Derived>
[[nodiscard]] double fan_in(const torch::nn::ConvNdImpl<D, Derived>& convolution, bool transposed) {
  const auto& weight = convolution.weight;
  double fan = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(0));
  if (!transposed)
    return fan;
  fan = static_cast<double>(weight.numel()) / static_cast<double>(weight.size(1) * convolution.options.groups());
  for (std::size_t d = 0; d < D; ++d)
    fan /= static_cast<double>((*convolution.options.stride())[d]);
  return fan;
}

/// Initialises `module` if it is a convolution of type Impl.
template <class Impl>
void initialise_convolution(torch::nn::Module& module, const std::string& name, Initialisation initialisation,
                            double gaussian_standard_deviation, const Generator& generator) {
  auto* const convolution = dynamic_cast<Impl*>(&module);
  if (convolution == nullptr)
    return;
  const double standard_deviation = initialisation == Initialisation::gaussian
                                        ? gaussian_standard_deviation
                                        : std::sqrt(2.0 / fan_in(*convolution, convolution->options.transposed()));
  fill_normal(convolution->weight, standard_deviation, generator.split(name));
  if (convolution->bias.defined())
    convolution->bias.zero_();
}

} // namespace detail

/// Draws the weights of every convolution and deconvolution in `network` and sets their biases to 0.
///
/// Formula: weights ~ N(0, s^2); s = gaussian_standard_deviation, or sqrt(2 / fan-in) for He.
/// Everything else (batch norm, bilinear upsampling) keeps what its constructor set.
/// Randomness: each layer draws from `generator.split(its name)`, never from LibTorch's global generator, so a layer's
/// weights depend on the seed, its name and its shape alone.
/// Source: He et al., "Delving Deep into Rectifiers", ICCV 2015.
/// Deviates: the fan-in of a deconvolution of stride s in d dimensions is in_channels * kernel / s^d, the number of
/// weights an output adds up; LibTorch's kaiming_normal_ counts out_channels * kernel there.
inline void initialise(torch::nn::Module& network, Initialisation initialisation, double gaussian_standard_deviation,
                       const Generator& generator) {
  const torch::NoGradGuard no_gradient;
  for (const auto& item : network.named_modules()) {
    const auto apply = [&]<class Impl>() {
      detail::initialise_convolution<Impl>(*item.value(), item.key(), initialisation, gaussian_standard_deviation,
                                           generator);
    };
    apply.operator()<torch::nn::Conv2dImpl>();
    apply.operator()<torch::nn::Conv3dImpl>();
    apply.operator()<torch::nn::ConvTranspose2dImpl>();
    apply.operator()<torch::nn::ConvTranspose3dImpl>();
  }
}

/// The same by He's initialisation.
inline void initialise_as_he(torch::nn::Module& network, const Generator& generator) {
  constexpr double unused = 1.0;
  initialise(network, Initialisation::he, unused, generator);
}

/// Draws the weights of every convolution in `network` uniformly from -limit to limit and sets their biases to 0.
///
/// Randomness: as initialise.
inline void initialise_uniformly(torch::nn::Module& network, double limit, const Generator& generator) {
  const torch::NoGradGuard no_gradient;
  for (const auto& item : network.named_modules())
    if (auto* const convolution = dynamic_cast<torch::nn::Conv2dImpl*>(item.value().get())) {
      auto engine = at::make_generator<at::CPUGeneratorImpl>(generator.split(item.key()).key());
      convolution->weight.copy_(
          torch::empty(convolution->weight.sizes(), torch::kFloat).uniform_(-limit, limit, std::move(engine)));
      if (convolution->bias.defined())
        convolution->bias.zero_();
    }
}

} // namespace sparseann
