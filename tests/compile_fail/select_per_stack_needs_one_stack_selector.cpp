// expect: CountSelector
#include "sparseann/select/per_stack.hpp"

namespace {
struct NotASelector {
  [[nodiscard]] std::size_t operator()(std::size_t count, std::size_t, sparseann::Generator) const { return count; }
};
} // namespace

int main() { return sparseann::PerStack<NotASelector>::needs_features ? 1 : 0; }
