#include "sparseann/tensor/nccl.hpp"

#include "support/catch.hpp"

using namespace sparseann;

// Several GPUs are needed for more; benchmarks and docs/reliability.md say what was run on them.
TEST_CASE("a GPU by itself is a group whose sums are its own, where there is one") {
  if (!has_nccl || !torch::cuda::is_available()) {
    WARN("skipped: no GPU, or built without NCCL");
    if (!has_nccl)
      CHECK_THROWS_AS(NcclCommunicator::drawn_id(), Error);
    return;
  }
  const NcclCommunicator alone(NcclCommunicator::drawn_id(), 0, 1, {torch::kCUDA, 0});
  torch::Tensor numbers = torch::arange(1000, torch::TensorOptions(alone.device()).dtype(torch::kFloat));
  torch::Tensor whole = torch::arange(10, torch::TensorOptions(alone.device()).dtype(torch::kLong));
  const auto first = alone.start_sum(numbers);
  const auto second = alone.start_sum(whole);
  first();
  second();
  CHECK(torch::equal(numbers.to(torch::kCPU), torch::arange(1000).to(torch::kFloat)));
  CHECK(torch::equal(whole.to(torch::kCPU), torch::arange(10)));
  torch::Tensor unsummed = torch::ones({2}, torch::TensorOptions(alone.device()).dtype(torch::kHalf));
  CHECK_THROWS_AS(alone.start_sum(unsummed), InvalidArgument);
}
