#pragma once

#include "sparseann/meta/fit_strategy.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// Two samples of four voxels, two classes, three sets: set 0 all class 0, set 1 all class 1, set 2 half and half.
/// Sample 0's logits favour class 1, sample 1's the half and half.
[[nodiscard]] inline FitCandidates hand_made_candidates() {
  torch::Tensor logits = torch::zeros({2, 2, 1, 1, 4});
  logits[0][1].fill_(3.0);
  logits[1][0].copy_(torch::tensor({3.0, 3.0, -3.0, -3.0}).view({1, 1, 4}));
  const torch::Tensor sets = torch::tensor({0, 0, 0, 0, 1, 1, 1, 1, 0, 0, 1, 1}, torch::kLong).view({3, 1, 1, 4});
  return {.logits = logits, .sets = torch::stack({sets, sets}), .mask = torch::ones({2, 1, 1, 4}, torch::kBool)};
}

/// What every fit strategy must do: one valid index per sample, a function of its arguments alone.
template <FitStrategy Fit> void check_fit(const Fit& fit) {
  const FitCandidates candidates = hand_made_candidates();
  for (std::int64_t iteration = 0; iteration < 20; ++iteration) {
    const FitProgress progress{iteration, 20};
    Generator generator = Generator(9).split(static_cast<std::uint64_t>(iteration));
    Generator same = Generator(9).split(static_cast<std::uint64_t>(iteration));
    const auto chosen = fit(candidates, progress, generator);
    REQUIRE(chosen.size() == 2);
    CHECK(chosen[0] < 3);
    CHECK(chosen[1] < 3);
    CHECK(fit(candidates, progress, same) == chosen);
  }
}

} // namespace sparseann::test
