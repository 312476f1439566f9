#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "sparseann/meta/fit_strategy.hpp"

namespace sparseann {

/// Eq. 9: each sample fits one of its pseudo-label sets, drawn uniformly.
struct RandomFit {
  static constexpr std::string_view name = "random_fit";

  NoOptions options;

  [[nodiscard]] std::vector<std::size_t> operator()(const FitCandidates& candidates, const FitProgress&,
                                                    Generator& generator) const {
    std::vector<std::size_t> chosen(static_cast<std::size_t>(candidates.sets.size(0)));
    for (std::size_t sample = 0; sample < chosen.size(); ++sample)
      chosen[sample] = generator.split(candidates.first_sample + sample)
                           .uniform_index(static_cast<std::size_t>(candidates.sets.size(1)));
    return chosen;
  }
};

} // namespace sparseann
