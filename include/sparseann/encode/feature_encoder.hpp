#pragma once

#include <concepts>
#include <filesystem>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann {

/// A policy that turns slices into feature vectors (Step I).
///
/// `fit` learns from the slices of the whole cohort, once; `encode` returns one row per slice, (N, D). Neither sees a
/// label.
template <class E>
concept FeatureEncoder = Policy<E> && requires(E encoder, const SliceSource& slices, const StageContext& context) {
  { E::name } -> std::convertible_to<std::string_view>;
  encoder.fit(slices, context);
  { encoder.encode(slices, context) } -> std::same_as<Array2<float>>;
};

/// An encoder that reads files, weights say, and tells which: features depend on what is in them.
template <class E>
concept FileReadingEncoder = FeatureEncoder<E> && requires(const E encoder) {
  { encoder.files() } -> std::same_as<std::vector<std::filesystem::path>>;
};

/// A policy that stands where a feature encoder would, for selectors that need no features.
template <class E>
concept AbsentEncoder = Policy<E> && requires { typename E::encodes_nothing; };

/// What the encoder's slot of a pipeline takes.
template <class E>
concept EncoderSlot = FeatureEncoder<E> || AbsentEncoder<E>;

} // namespace sparseann
