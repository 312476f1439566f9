#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/encode/principal_components.hpp"
#include "sparseann/encode/vgg19_autoencoder.hpp"

namespace sparseann::encoder_comparison {

/// What the command line says.
struct Call {
  std::optional<std::string> data;
  std::string out = "encoders";
  std::optional<std::size_t> cases;
  std::vector<std::size_t> every{5, 10, 20};
  std::size_t random_draws = 20;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());
  Vgg19AutoencoderOptions vgg19;
  ConvAutoencoderOptions conv;
  PrincipalComponentsOptions principal;
  PixelFeaturesOptions pixels;

  friend void visit(Call& call, auto&& visitor) {
    visitor(field("data", call.data, "nnU-Net folder, of which imagesTr and labelsTr are read"));
    visitor(field("out", call.out, "folder for the tables and reconstructions"));
    visitor(field("cases", call.cases, "use only the first so many cases", at_least(1)));
    visitor(field("every", call.every, "one slice in so many, per plane; several settings", at_least(1)));
    visitor(field("random-draws", call.random_draws, "draws that the mean of a random selection is taken over",
                  at_least(1)));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N"));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096)));
    visitor(field("vgg19", call.vgg19, "the paper's encoder; left out where there are no weights"));
    visitor(field("conv", call.conv, "the small auto-encoder"));
    visitor(field("principal", call.principal, "principal components"));
    visitor(field("pixels", call.pixels, "resized slices"));
  }
};

} // namespace sparseann::encoder_comparison
