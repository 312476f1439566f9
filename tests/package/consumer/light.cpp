// Selection and metrics from the installed package, without LibTorch.
#include <cstdint>
#include <iostream>
#include <vector>

#include "sparseann/core/random.hpp"
#include "sparseann/metric/overlap.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/version.hpp"

int main() {
  const auto selection = sparseann::EqualInterval{}(10, 2, sparseann::Generator{1});
  const std::vector<std::uint8_t> prediction{0, 1, 1, 0};
  const std::vector<std::uint8_t> reference{0, 1, 0, 0};
  const double dice = sparseann::dice_per_class(prediction, reference, 2).at(1);
  std::cout << "sparseann " << sparseann::version << " (" << sparseann::revision << "): slices";
  for (const auto index : selection.indices)
    std::cout << ' ' << index;
  std::cout << ", Dice " << dice << '\n';
  const bool right = selection.indices == decltype(selection.indices){2, 7} && dice > 0.66 && dice < 0.67;
  return right ? 0 : 1;
}
