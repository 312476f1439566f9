#pragma once

#include <cstddef>
#include <string>

#include "sparseann/network/data_shape.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/tensor/weights.hpp"

namespace sparseann {

/// A network of these options for data of that shape, with the weights that a file holds behind `prefix`, ready to
/// predict. Throws: as load_weights.
template <NetworkModule N>
[[nodiscard]] N restored_network(network_options<N>& options, const SafetensorsFile& file, const std::string& prefix,
                                 std::size_t channels, std::size_t classes, torch::Device device) {
  set_data_shape(options, channels, classes);
  N network(options);
  load_weights(*network, file, prefix);
  network->to(device);
  network->eval();
  return network;
}

} // namespace sparseann
