#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"

namespace sparseann {

/// Options of a network that reads an image: they name its channels and the classes.
template <class O>
concept HasDataShape = requires(O& options) {
  options.in_channels;
  options.classes;
};

/// Throws InvalidArgument for channels or classes that no data have.
template <HasDataShape O> void check_data_shape(const O& options, const std::string& prefix) {
  if (options.in_channels < 1)
    throw InvalidArgument(field_name(prefix, "in_channels"), "a number of at least 1",
                          fmt::format("{}", options.in_channels));
  if (options.classes < 2)
    throw InvalidArgument(field_name(prefix, "classes"), "a number of at least 2", fmt::format("{}", options.classes));
}

/// Gives a network's options the channels and classes of the data that it is to learn from.
template <HasDataShape O> void set_data_shape(O& options, std::size_t channels, std::size_t classes) {
  options.in_channels = static_cast<std::int64_t>(channels);
  options.classes = static_cast<std::int64_t>(classes);
}

/// The same for a network that is described by another's options, as the Y-shaped one by DenseVoxNet's.
template <class O>
  requires requires(O& options) { requires HasDataShape<decltype(options.densevoxnet)>; }
void set_data_shape(O& options, std::size_t channels, std::size_t classes) {
  set_data_shape(options.densevoxnet, channels, classes);
}

} // namespace sparseann
