#include "sparseann/select/naive_greedy.hpp"

#include <cmath>
#include <vector>

#include "sparseann/select/facility_location.hpp"
#include "support/catch.hpp"
#include "support/recorded_progress.hpp"
#include "support/selection_data.hpp"

using sparseann::FacilityLocation;
using sparseann::NaiveGreedy;

namespace {

/// Item 2 is worth nothing until another item is in: not submodular.
struct LateBloomer {
  bool ready = false;

  [[nodiscard]] std::size_t size() const { return 3; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t item) const { return item == 2 ? (ready ? 9.0 : 0.0) : 1.0; }
  void add(std::size_t) { ready = true; }
};

struct InfiniteGain {
  [[nodiscard]] std::size_t size() const { return 2; }
  [[nodiscard]] double value() const { return 0; }
  [[nodiscard]] double gain(std::size_t) const { return HUGE_VAL; }
  void add(std::size_t) {}
};

} // namespace

TEST_CASE("naive greedy by hand") {
  const sparseann::Array2<float> similarity{{1, 0.5F, -0.5F}, {0.5F, 1, 0.25F}, {-0.5F, 0.25F, 1}};
  const sparseann::RankedSelection selection = NaiveGreedy{}(FacilityLocation(similarity), 2);
  CHECK(selection.indices == std::vector<std::size_t>{1, 2});
  CHECK(selection.gains == std::vector<double>{4.75, 0.75}); // 1.75 + 3, then 1 - 0.25
  CHECK(selection.coverage == std::vector<double>{1.75, 2.5});
  CHECK(selection.certificate->best_single == 1.75);
  // After {1} the two largest gains are 0.75 and 0.5, after {1, 2} the only one left is 0.5.
  CHECK(selection.certificate->upper_bound == 3.0);
}

TEST_CASE("naive greedy needs no submodularity, and promises nothing without") {
  const sparseann::RankedSelection selection = NaiveGreedy{}(LateBloomer{}, 3);
  CHECK(selection.indices == std::vector<std::size_t>{0, 2, 1});
  CHECK(!selection.certificate.has_value());
}

TEST_CASE("naive greedy refuses bad budgets and gains") {
  const FacilityLocation objective(sparseann::Array2<float>(xt::ones<float>({4, 4})));
  CHECK_THROWS_AS(NaiveGreedy{}(objective, 0), sparseann::InvalidArgument);
  CHECK_THROWS_AS(NaiveGreedy{}(objective, 5), sparseann::InvalidArgument);
  CHECK_THROWS_WITH(NaiveGreedy{}(InfiniteGain{}, 2), "greedy selection, iteration 0: the gain of item 0 is inf");
}

TEST_CASE("naive greedy tells each item that it selects") {
  sparseann::test::RecordedProgress recorded;
  (void)NaiveGreedy{.progress = recorded.progress()}(LateBloomer{}, 3);
  sparseann::test::check_pieces(recorded, {"selecting"});
  CHECK(recorded.pieces().front().steps == 3);
}
