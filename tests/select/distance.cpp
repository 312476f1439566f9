#include "sparseann/select/distance.hpp"

#include <array>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using sparseann::Array2;
using sparseann::euclidean_distances;
using sparseann::squared_distance;

namespace {
template <class A, class B> double between(const std::vector<A>& a, const std::vector<B>& b) {
  return squared_distance(std::span<const A>(a), std::span<const B>(b));
}
} // namespace

TEST_CASE("squared distances by hand, for every length around the eight lanes") {
  CHECK(between<float, float>({1, 2, 3}, {1, 4, 0}) == 13);
  CHECK(between<float, double>({1, 2}, {0.5, 2}) == 0.25);
  for (std::size_t length = 0; length <= 40; ++length) {
    std::vector<float> a;
    std::vector<float> b;
    for (std::size_t i = 0; i < length; ++i) {
      a.push_back(static_cast<float>(i + 1));
      b.push_back(0);
    }
    CHECK(between(a, b) == static_cast<double>(length * (length + 1) * (2 * length + 1) / 6)); // 1 + 4 + 9 + ...
  }
}

TEST_CASE("squared distances lose nothing far from the origin, and do not overflow") {
  const float far = 16777216; // 2^24: the next float is 2 away
  CHECK(between<float, float>({far, far}, {far + 2, far}) == 4);
  const float largest = std::numeric_limits<float>::max();
  CHECK(std::isfinite(between<float, float>({largest}, {-largest})));
}

TEST_CASE("a table's distances are symmetric with a zero diagonal") {
  const Array2<double> distances = euclidean_distances({{0, 1}, {3, 5}, {0, -1}});
  CHECK(distances == Array2<double>{{0, 5, 2}, {5, 0, std::sqrt(45.0)}, {2, std::sqrt(45.0), 0}});
}
