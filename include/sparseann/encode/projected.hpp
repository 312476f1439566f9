#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/core/joined_name.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/principal_axes.hpp"
#include "sparseann/encode/slice_features.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

namespace detail {
inline constexpr std::string_view projected_text = "projected_";
} // namespace detail

template <Policy E> struct ProjectedOptions {
  std::size_t components = 16;
  bool whiten = true;
  OptionsOf<E> encoder;

  friend void visit(ProjectedOptions& options, auto&& visitor) {
    visitor(field("components", options.components, "principal components of the features", at_least(1)));
    visitor(field("whiten", options.whiten, "whether each component has variance 1"));
    visitor(field("encoder", options.encoder, "whose features are projected"));
  }
};

/// The features of another encoder along their leading principal axes over the cohort's slices, whitened: features that
/// say the same, as many of a network's do, count once under the cosine.
///
/// Formula: a (x - mean), a one of the principal axes (see principal_axes), divided by the root of its variance.
/// Cost: encodes the slices once more when it is fitted; principal_axes of their features.
/// Throws: as the encoder; InvalidArgument where the features vary in fewer directions, or for encode before fit;
/// DataError naming case, plane and slice where features are not finite or all zero.
template <FeatureEncoder E> class Projected {
public:
  static constexpr std::string_view name = joined_name<detail::projected_text, E::name>;

  ProjectedOptions<E> options;

  [[nodiscard]] std::vector<std::filesystem::path> files() const
    requires FileReadingEncoder<E>
  {
    return configured<E>(options.encoder).files();
  }

  void fit(const SliceSource& slices, const StageContext& context) {
    validate(options, std::string(name));
    encoder_ = configured<E>(options.encoder);
    encoder_->fit(slices, context);
    const Array2<float> features = encoder_->encode(slices, context);
    check_slice_features(slices, features, E::name);
    axes_ = principal_axes(from_array(features), options.components, std::string(name) + ".components");
    scale_ = torch::ones({static_cast<std::int64_t>(options.components)}, torch::kDouble);
    if (options.whiten)
      scale_ = torch::tensor(axes_.variances, torch::kDouble).slice(0, 0, scale_.numel()).rsqrt();
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext& context) {
    if (!encoder_)
      throw InvalidArgument(std::string(name), "fit() before encode()", "encode() first");
    const Array2<float> features = encoder_->encode(slices, context);
    Array2<float> result = to_array<float, 2>((axes_.project(from_array(features)) * scale_).to(torch::kFloat));
    check_slice_features(slices, result, name);
    return result;
  }

private:
  std::optional<E> encoder_;
  PrincipalAxes axes_;
  torch::Tensor scale_;
};

} // namespace sparseann
