#include "sparseann/train/early_stopping.hpp"

#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// A point every ten iterations.
LossCurve curve_of(const std::vector<double>& losses) {
  LossCurve curve;
  for (std::size_t i = 0; i < losses.size(); ++i)
    curve.push_back({static_cast<std::int64_t>(10 * (i + 1)), losses[i], 1e-3});
  return curve;
}

const EarlyStoppingOptions thirty{.window = 30, .improvement = 0.1};

} // namespace

TEST_CASE("a training is at rest where the mean of a window is not a tenth below that of the window before") {
  CHECK(is_at_rest(thirty, curve_of({10, 10, 10, 9.1, 9.1, 9.1})));
  CHECK_FALSE(is_at_rest(thirty, curve_of({10, 10, 10, 8.9, 8.9, 8.9})));
  CHECK(is_at_rest(thirty, curve_of({10, 10, 10, 11, 8, 9})));         // single points do not count
  CHECK(is_at_rest(thirty, curve_of({99, 9, 10, 11, 9.5, 9.5, 9.5}))); // nor what lies before both windows
}

TEST_CASE("two windows must be there") {
  CHECK_FALSE(is_at_rest(thirty, {}));
  CHECK_FALSE(is_at_rest(thirty, curve_of({10, 10, 10, 10, 10})));
  CHECK(is_at_rest(thirty, curve_of({10, 10, 10, 10, 10, 10})));
}

TEST_CASE("a window of 0 never ends a training, and improvement 0 does so where the loss rises") {
  CHECK_FALSE(is_at_rest({.window = 0, .improvement = 0.5}, curve_of({1, 2, 3, 4})));
  CHECK_FALSE(is_at_rest({.window = 20, .improvement = 0}, curve_of({5, 5, 5, 4.99})));
  CHECK(is_at_rest({.window = 20, .improvement = 0}, curve_of({5, 5, 5, 5.01})));
}
