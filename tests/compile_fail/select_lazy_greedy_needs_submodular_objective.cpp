// expect: enable_submodular<.*>.* evaluated to .*false
#include "sparseann/select/lazy_greedy.hpp"

namespace {
struct UnknownObjective {
  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double value() const { return 0.0; }
  [[nodiscard]] double gain(std::size_t) const { return 1.0; }
  void add(std::size_t) {}
};
} // namespace

int main() { return static_cast<int>(sparseann::LazyGreedy{}(UnknownObjective{}, 1).indices.front()); }
