#include "sparseann/select/objective.hpp"

#include "support/catch.hpp"

namespace {

struct Modular {
  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t item) const { return static_cast<double>(item); }
  void add(std::size_t) {}
};

struct WithoutGain {
  [[nodiscard]] std::size_t size() const { return 3; }
  void add(std::size_t) {}
};

struct Supermodular : Modular {};

} // namespace

template <> inline constexpr bool sparseann::enable_submodular<Modular> = true;

TEST_CASE("submodularity is a promise besides the syntax") {
  CHECK(sparseann::SetObjective<Modular>);
  CHECK(sparseann::SubmodularObjective<Modular>);
  CHECK(sparseann::SetObjective<Supermodular>);
  CHECK_FALSE(sparseann::SubmodularObjective<Supermodular>);
  CHECK_FALSE(sparseann::SetObjective<WithoutGain>);
}
