#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/principal_axes.hpp"
#include "sparseann/encode/resized_slices.hpp"
#include "sparseann/encode/slice_features.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

struct PrincipalComponentsOptions {
  std::size_t input = 32;
  std::size_t components = 32;

  friend void visit(PrincipalComponentsOptions& options, auto&& visitor) {
    visitor(field("input", options.input, "edge to which slices are resized", at_least(1)));
    visitor(field("components", options.components, "how many principal components a feature vector has", at_least(1)));
  }
};

/// The linear encoder: coordinates of the resized slices along the leading principal axes of the cohort's own slices of
/// all planes. No linear code of that length reconstructs these slices better.
///
/// Formula: as principal_axes, of slices resized to input x input. The mean squared error of the reconstructions,
/// summed over a slice's pixels, is the sum of the variances but for the first `components`.
/// Shapes: features (N, components).
/// Cost: min(N, P)^3 with P = C input^2 pixels, once; 8 P^2 bytes, and the resized slices while it is fitted.
/// Throws: InvalidArgument where the slices vary in fewer directions, or encode comes before fit; DataError naming
/// case, plane and slice where a slice is the mean of all, exactly.
/// Source: Eckart and Young, The approximation of one matrix by another of lower rank, 1936.
class PrincipalComponents {
public:
  static constexpr std::string_view name = "principal_components";

  PrincipalComponentsOptions options;

  void fit(const SliceSource& slices, const StageContext&) {
    validate(options, std::string(name));
    fitted_ = Fitted{principal_axes(resized_slices(slices, options.input).flatten(1), options.components,
                                    std::string(name) + ".components"),
                     slices.channels()};
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) {
    constexpr std::size_t batch = 256;
    const PrincipalAxes& axes = fitted().axes;
    Array2<float> features = encode_in_batches(slices, options.input, batch, [&](const torch::Tensor& resized) {
      return axes.project(resized.flatten(1)).to(torch::kFloat);
    });
    check_slice_features(slices, features, name);
    return features;
  }

  /// What features tell of their slices. Shapes: (N, components) -> (N, C, input, input), float32.
  [[nodiscard]] torch::Tensor reconstruct(const Array2<float>& features) const {
    const auto edge = static_cast<std::int64_t>(options.input);
    return fitted()
        .axes.reconstruct(from_array(features))
        .to(torch::kFloat)
        .view({-1, static_cast<std::int64_t>(fitted().channels), edge, edge});
  }

  /// The variance along every principal axis, those that are no component among them: descending.
  [[nodiscard]] const std::vector<double>& variances() const { return fitted().axes.variances; }

private:
  struct Fitted {
    PrincipalAxes axes;
    std::size_t channels;
  };

  [[nodiscard]] const Fitted& fitted() const {
    if (!fitted_)
      throw InvalidArgument(std::string(name), "fit() before encode()", "encode() first");
    return *fitted_;
  }

  std::optional<Fitted> fitted_;
};

} // namespace sparseann
