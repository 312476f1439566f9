#pragma once

#include <string>
#include <string_view>

#include "sparseann/encode/feature_encoder.hpp"

namespace sparseann {

/// No features: legal only where the selector needs none, which the pipeline checks when it is compiled.
struct NoEncoder {
  using encodes_nothing = void;
  static constexpr std::string_view name = "none";

  NoOptions options;
};

} // namespace sparseann
