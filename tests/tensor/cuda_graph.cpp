#include "sparseann/tensor/cuda_graph.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("a CPU's work cannot be recorded") { CHECK_FALSE(can_record(torch::kCPU)); }

TEST_CASE("a graph repeats its work on new numbers, and draws new ones, where there is a GPU") {
  if (!torch::cuda::is_available() || !can_record(torch::kCUDA)) {
    WARN("skipped: no GPU, or built without CUDA");
    return;
  }
  const torch::Device gpu(torch::kCUDA, 0);
  const torch::Tensor in = torch::ones({1000}, gpu);
  torch::Tensor out;
  const auto work = [&] { out = torch::dropout(in * 3, 0.5, true); };
  work();
  CudaGraph graph;
  graph.record(gpu, work);
  const auto replayed = [&](double value, std::uint64_t seed) {
    torch::manual_seed(seed);
    in.fill_(value);
    graph.replay();
    return out.to(torch::kCPU);
  };
  const torch::Tensor first = replayed(2, 1);
  CHECK(torch::all(first.eq(0).logical_or(first.eq(12))).item<bool>());
  CHECK(torch::equal(replayed(2, 1), first));
  CHECK_FALSE(torch::equal(replayed(2, 2), first));
  CHECK(torch::equal(replayed(4, 1), 2 * first));
}
