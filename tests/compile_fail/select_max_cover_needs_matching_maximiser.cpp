// expect: Maximiser<
#include "sparseann/select/max_cover.hpp"

namespace {
struct OnlyTheFirst {
  using Options = sparseann::NoOptions;
  [[nodiscard]] std::size_t operator()(const sparseann::FacilityLocation&, std::size_t) const { return 0; }
};
} // namespace

int main() { return static_cast<int>(sparseann::MaxCover<sparseann::FacilityLocation, OnlyTheFirst>::name.size()); }
