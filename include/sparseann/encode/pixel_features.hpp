#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/resized_slices.hpp"
#include "sparseann/encode/slice_features.hpp"

namespace sparseann {

struct PixelFeaturesOptions {
  std::size_t input = 32;

  friend void visit(PixelFeaturesOptions& options, auto&& visitor) {
    visitor(field("input", options.input, "edge to which slices are resized", at_least(1)));
  }
};

/// The slice itself, resized and written in one row: the baseline that learns nothing.
///
/// Intensities are taken as they are. Where images are normalised to mean zero (ZScore), a constant slice has the
/// direction (1, ..., 1) or its opposite, and the cosine of two slices compares where they are above and below their
/// volumes' means. Of raw images, an empty slice is all zero and has no direction: an error, since a cosine to it would
/// be no number or, silently, an arbitrary one.
///
/// Shapes: features (N, C input^2), channel by channel, row by row. Cost: O(N C input^2) besides reading the slices.
/// Throws: DataError naming case, plane and slice where a resized slice is zero everywhere.
struct PixelFeatures {
  static constexpr std::string_view name = "pixels";

  PixelFeaturesOptions options;

  void fit(const SliceSource&, const StageContext&) { validate(options, std::string(name)); }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) {
    constexpr std::size_t batch = 256;
    Array2<float> features = encode_in_batches(slices, options.input, batch,
                                               [](const torch::Tensor& resized) { return resized.flatten(1); });
    check_slice_features(slices, features, name);
    return features;
  }
};

} // namespace sparseann
