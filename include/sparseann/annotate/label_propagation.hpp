#pragma once

#include <concepts>
#include <cstdint>
#include <string_view>

#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

/// A policy that fills the gaps between annotated slices of one scan, without learning from other scans: what trained
/// networks are compared with.
///
/// Shapes: image (C, z, y, x), labels (z, y, x), to labels of the same shape, all of them classes; annotated voxels
/// keep theirs.
template <class P>
concept LabelPropagation = Policy<P> && requires(const P propagation, const SparseLabels& labels, const Image& image) {
  { P::name } -> std::convertible_to<std::string_view>;
  { propagation(labels, image) } -> std::same_as<Array3<std::uint8_t>>;
};

} // namespace sparseann
