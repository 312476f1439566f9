#include "sparseann/train/nccl_exchange.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <span>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// One process by itself that counts what it is asked for.
struct Counted {
  std::shared_ptr<int> sums = std::make_shared<int>(0);
  std::shared_ptr<int> broadcasts = std::make_shared<int>(0);

  [[nodiscard]] int rank() const { return 0; }
  [[nodiscard]] int ranks() const { return 1; }
  void broadcast(std::span<std::byte>) const { ++*broadcasts; }
  [[nodiscard]] bool sums_on(torch::Device device) const { return device.is_cpu(); }
  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }
  [[nodiscard]] std::function<void()> start_sum(torch::Tensor&) const {
    ++*sums;
    return [] {};
  }
  void barrier() const {}
};

} // namespace

TEST_CASE("what lies on the GPU goes to NCCL, all else to the other exchange, where there is a GPU") {
  static_assert(GradientExchange<NcclExchange<Counted>>);
  const torch::Device gpu(torch::kCUDA, 0);
  if (!has_nccl || !torch::cuda::is_available()) {
    WARN("skipped: no GPU, or built without NCCL");
    if (!has_nccl)
      CHECK_THROWS_AS((NcclExchange(Counted{}, gpu)), Error);
    return;
  }
  const Counted counted;
  const NcclExchange exchange(counted, gpu);
  CHECK(*counted.broadcasts == 1);
  CHECK(exchange.sums_on(gpu));
  CHECK(exchange.sums_on(torch::kCPU));
  torch::Tensor there = torch::ones({3}, gpu);
  exchange.sum(there);
  CHECK(*counted.sums == 0);
  CHECK(there.sum().item<float>() == 3.0F);
  torch::Tensor here = torch::ones({3});
  exchange.sum(here);
  CHECK(*counted.sums == 1);
}
