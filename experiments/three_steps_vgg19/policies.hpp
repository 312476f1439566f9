#pragma once

#include <string_view>

#include "sparseann/encode/vgg19_autoencoder.hpp"

namespace sparseann::three_steps {

inline constexpr std::string_view program_name = "three_steps_vgg19";
using Encoder = Vgg19Autoencoder;

} // namespace sparseann::three_steps
