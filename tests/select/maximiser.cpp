#include "sparseann/select/maximiser.hpp"

#include <vector>

#include "support/catch.hpp"

using sparseann::detail::Candidate;

TEST_CASE("the winner is the lowest index within the band") {
  const std::vector<Candidate> evaluated{{1.0, 7}, {0.95, 3}, {0.5, 1}};
  CHECK(sparseann::detail::winner(evaluated, 0).item == 7);
  CHECK(sparseann::detail::winner(evaluated, 0.1).item == 3);
  CHECK(sparseann::detail::winner(evaluated, 0.5).item == 1);
  CHECK(sparseann::detail::winner(evaluated, 0.1).gain == 0.95);
}

TEST_CASE("the band is a share of the first gain, over the root of the number of items") {
  CHECK(sparseann::detail::tie_band({.tie_tolerance = 0.1}, 20, 4) == 1.0);
  CHECK(sparseann::detail::tie_band({.tie_tolerance = 0.1}, -20, 4) == 0);
}

TEST_CASE("the least bound of all prefixes counts") {
  struct Anything {
    void add(std::size_t) {}
    [[nodiscard]] std::size_t size() const { return 4; }
    [[nodiscard]] double value() const { return 0; }
    [[nodiscard]] double gain(std::size_t) const { return 0; }
  } objective;
  sparseann::detail::SelectionBuilder selection(4, 2, -4);
  selection.best_single(5);
  std::vector<double> gains{5, 1, 4, 2};
  selection.bound(gains); // -4 + 5 + 4
  selection.pick(objective, {5, 0});
  gains = {1, 0.5, 1};
  selection.bound(gains); // 1 + 1 + 1
  selection.pick(objective, {1, 2});
  gains = {1, -3};
  selection.bound(gains); // 2 + 1 + 0
  const sparseann::RankedSelection found = std::move(selection).finish(true);
  CHECK(found.indices == std::vector<std::size_t>{0, 2});
  CHECK(found.coverage == std::vector<double>{1, 2});
  CHECK(found.certificate == sparseann::Certificate{.items = 4, .value = 2, .upper_bound = 3, .best_single = 1});
}
