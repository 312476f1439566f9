#pragma once

#include <cstddef>
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
inline constexpr std::string_view standardised_text = "standardised_";
} // namespace detail

template <Policy E> struct StandardisedOptions {
  OptionsOf<E> encoder;

  friend void visit(StandardisedOptions& options, auto&& visitor) {
    visitor(field("encoder", options.encoder, "whose features are standardised"));
  }
};

/// The features of another encoder, each with mean zero and variance 1 over the cohort's slices, so that under the
/// cosine none counts for more than another because of its unit, and none is a constant that all slices share.
///
/// Formula: (x - mean) / standard deviation, per feature, over the slices that it is fitted on (divisor N), in double.
/// A feature that is the same for all of them is zero.
/// Cost: encodes the slices once more when it is fitted; their features in memory.
/// Throws: as the encoder; InvalidArgument for encode before fit; DataError naming case, plane and slice where features
/// are not finite or all zero.
template <FeatureEncoder E> class Standardised {
public:
  static constexpr std::string_view name = joined_name<detail::standardised_text, E::name>;

  StandardisedOptions<E> options;

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
    const torch::Tensor rows = from_array(features);
    mean_ = detail::mean_row(rows);
    factor_ = inverse_deviation(rows, mean_);
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext& context) {
    if (!encoder_)
      throw InvalidArgument(std::string(name), "fit() before encode()", "encode() first");
    const Array2<float> features = encoder_->encode(slices, context);
    const torch::Tensor standardised = (from_array(features).to(torch::kDouble) - mean_) * factor_;
    Array2<float> result = to_array<float, 2>(standardised.to(torch::kFloat));
    check_slice_features(slices, result, name);
    return result;
  }

private:
  /// Zero where all values are the same, which is asked of them and not of their variance, as that is rounded.
  [[nodiscard]] static torch::Tensor inverse_deviation(const torch::Tensor& rows, const torch::Tensor& mean) {
    const auto [low, high] = rows.aminmax(0);
    const torch::Tensor deviation = (rows.to(torch::kDouble) - mean).square().mean(0).sqrt();
    return torch::where(low == high, torch::zeros_like(deviation), deviation.reciprocal());
  }

  std::optional<E> encoder_;
  torch::Tensor mean_;
  torch::Tensor factor_;
};

} // namespace sparseann
