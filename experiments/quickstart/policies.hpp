#pragma once

#include <string_view>

#include "sparseann/encode/conv_autoencoder.hpp"

namespace sparseann::three_steps {

inline constexpr std::string_view program_name = "quickstart";
using Encoder = ConvAutoencoder;

} // namespace sparseann::three_steps
