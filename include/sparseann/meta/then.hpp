#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "sparseann/core/joined_name.hpp"
#include "sparseann/meta/fit_strategy.hpp"

namespace sparseann {

namespace detail {
inline constexpr std::string_view then_text = "_then_";
} // namespace detail

template <Policy First, Policy Second> struct ThenOptions {
  double first_share = 0.5;
  OptionsOf<First> first;
  OptionsOf<Second> second;

  friend void visit(ThenOptions& options, auto&& visitor) {
    visitor(field("first_share", options.first_share, "share of the iterations that the first strategy gets",
                  between(0, 1)));
    visitor(field("first", options.first, "the first strategy"));
    visitor(field("second", options.second, "the second strategy"));
  }
};

/// One fit strategy after another: `Then<RandomFit, NearestFit>` is the paper's two-stage training.
///
/// The first strategy has the iterations below floor(first_share * iterations). Optimiser and learning-rate schedule
/// run through both stages, unless the schedule restarts between them (an option of it); the paper does not say how
/// long each stage is or whether the rate starts anew.
template <FitStrategy First, FitStrategy Second> struct Then {
  static constexpr std::string_view name = joined_name<First::name, detail::then_text, Second::name>;

  static constexpr std::array<std::string_view, 2> stages{First::name, Second::name};

  ThenOptions<First, Second> options;

  [[nodiscard]] std::size_t stage_of(const FitProgress& progress) const {
    return progress.iteration < boundary_of(progress) ? 0 : 1;
  }

  [[nodiscard]] std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress& progress,
                                                    Generator& generator) const {
    const std::int64_t boundary = boundary_of(progress);
    if (stage_of(progress) == 0)
      return configured<First>(options.first)(candidates, {progress.iteration, boundary}, generator);
    return configured<Second>(options.second)(
        candidates, {progress.iteration - boundary, progress.iterations - boundary}, generator);
  }

private:
  [[nodiscard]] std::int64_t boundary_of(const FitProgress& progress) const {
    return static_cast<std::int64_t>(std::floor(options.first_share * static_cast<double>(progress.iterations)));
  }
};

} // namespace sparseann
