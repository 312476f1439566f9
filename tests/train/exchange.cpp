#include "sparseann/train/exchange.hpp"

#include <functional>
#include <memory>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// The second of two ranks, of which the first always sends ones.
struct WithOnes {
  std::shared_ptr<int> barriers = std::make_shared<int>(0);

  [[nodiscard]] int rank() const { return 1; }
  [[nodiscard]] int ranks() const { return 2; }
  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }
  [[nodiscard]] std::function<void()> start_sum(torch::Tensor& tensor) const {
    return [tensor] { tensor.data().add_(1); };
  }
  [[nodiscard]] bool sums_on(torch::Device device) const { return device.is_meta(); }
  void barrier() const { ++*barriers; }
};

} // namespace

TEST_CASE("one process by itself is the first of one, and changes nothing") {
  const Exchange alone;
  CHECK(alone.rank() == 0);
  CHECK(alone.ranks() == 1);
  CHECK(alone.is_alone());
  torch::Tensor tensor = torch::ones({2});
  alone.sum(tensor);
  alone.barrier();
  CHECK(torch::equal(tensor, torch::ones({2})));
}

TEST_CASE("an exchange passes on to the one that it was made from, and so do its copies") {
  const WithOnes ones;
  const Exchange first(ones);
  const Exchange copy = first; // NOLINT: a copy is what is tested
  CHECK(copy.rank() == 1);
  CHECK(copy.ranks() == 2);
  CHECK_FALSE(copy.is_alone());
  CHECK(copy.sums_at(torch::kMeta) == torch::kMeta);
  CHECK(copy.sums_at(torch::kCUDA) == torch::kCPU);
  CHECK(Exchange().sums_at(torch::kCUDA) == torch::kCUDA);
  copy.barrier();
  first.barrier();
  CHECK(*ones.barriers == 2);
  torch::Tensor tensor = torch::zeros({2});
  copy.sum(tensor);
  CHECK(torch::equal(tensor, torch::ones({2})));
}
