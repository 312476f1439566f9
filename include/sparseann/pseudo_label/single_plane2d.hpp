#pragma once

#include <array>
#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/core/joined_name.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"

namespace sparseann {

namespace detail {
inline constexpr std::string_view two_dimensions_text = "2d_";
template <Plane P> inline constexpr std::string_view plane_text = name_of(P);
} // namespace detail

/// A 2D network of its own for one plane: it learns from that plane's annotated slices alone, where Planes2d shares one
/// network between the planes. Three of them are what sharing is compared with.
///
/// Throws: InvalidArgument where the data do not use the plane.
template <SegmentationNetwork Network, Plane P> class SinglePlane2d {
public:
  static constexpr std::string_view name = joined_name<detail::two_dimensions_text, detail::plane_text<P>>;

  Planes2dOptions<Network> options;

  [[nodiscard]] std::vector<std::string> prediction_names(std::span<const Plane>) const {
    return {std::string(name_of(P))};
  }

  template <SegmentationLoss Loss>
  LossCurve fit(const LabelledCases& data, const Loss& loss, const StageContext& context) {
    if (std::ranges::find(data.planes, P) == data.planes.end())
      throw InvalidArgument(std::string(name), "data that use its plane", "other planes");
    model_.options = options;
    return model_.fit({.cases = data.cases, .labels = data.labels, .planes = plane, .classes = data.classes}, loss,
                      context);
  }

  [[nodiscard]] std::vector<ClassProbabilities> predict(const Image& image, std::span<const Plane>,
                                                        const StageContext& context) {
    return model_.predict(image, plane, context);
  }

  /// Empty before a fit; a model file's takes the place of a fit.
  [[nodiscard]] Network& network() noexcept { return model_.network(); }

private:
  static constexpr std::array<Plane, 1> plane{P};

  Planes2d<Network> model_;
};

} // namespace sparseann
