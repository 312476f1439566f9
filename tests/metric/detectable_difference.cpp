#include "sparseann/metric/detectable_difference.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("the smallest detectable difference is its formula with SciPy 1.14.1's quantiles of Student's t") {
  // Ten differences of sample SD 1 around 0.
  const double half = std::sqrt(0.9);
  const std::vector<double> ten{half, -half, half, -half, half, -half, half, -half, half, -half};
  CHECK(smallest_detectable_difference(ten) == Approx((2.2621571628540993 + 0.8834038596855205) / std::sqrt(10.0)));
  const std::vector<double> three{1, 2, 3};
  CHECK(smallest_detectable_difference(three, {.power = 0.9}) ==
        Approx((4.302652729696142 + 1.8856180831641507) / std::sqrt(3.0)));
}

TEST_CASE("it is what statsmodels 0.15.0's TTestPower finds, within the approximation") {
  for (const auto& [count, effect] :
       {std::pair{std::size_t{10}, 0.9960019259556988}, std::pair{std::size_t{20}, 0.6604416599679747},
        std::pair{std::size_t{50}, 0.4041830054478556}}) {
    CAPTURE(count);
    const double size = std::sqrt(static_cast<double>(count - 1) / static_cast<double>(count)); // a sample SD of 1
    std::vector<double> differences(count, size);
    for (std::size_t i = 0; i < count; i += 2)
      differences[i] = -size;
    CHECK(smallest_detectable_difference(differences) == Approx(effect).epsilon(0.002));
  }
}

TEST_CASE("equal differences show any other, and one shows none") {
  CHECK(smallest_detectable_difference(std::vector<double>{2, 2, 2}) == 0);
  CHECK_THROWS_AS(smallest_detectable_difference(std::vector<double>{2}), InvalidArgument);
  CHECK_THROWS_AS(smallest_detectable_difference(std::vector<double>{2, 3}, {.alpha = 0}), InvalidArgument);
  CHECK_THROWS_AS(smallest_detectable_difference(std::vector<double>{2, 3}, {.power = 1}), InvalidArgument);
}
