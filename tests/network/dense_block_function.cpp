#include "sparseann/network/dense_block_function.hpp"

#include "sparseann/tensor/precision.hpp"
#include "support/catch.hpp"

using sparseann::detail::computes_dense_blocks;

TEST_CASE("dense blocks are computed by the project's loops where the processor and the precision allow it") {
  const bool has_instructions = sparseann::is_supported(sparseann::InstructionSet::avx2);
  CHECK(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2})) == has_instructions);
  CHECK(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2}, torch::kDouble)) == has_instructions);
  CHECK_FALSE(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2}, torch::kHalf)));
  CHECK_FALSE(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2}, torch::kMeta)));
  const sparseann::PrecisionScope scope(sparseann::Precision::bfloat16, torch::kCPU);
  const bool has_bfloat16 = has_instructions && sparseann::has_fast_bfloat16(torch::kCPU);
  CHECK(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2})) == has_bfloat16);
  CHECK(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2}, torch::kBFloat16)) == has_bfloat16);
  CHECK_FALSE(computes_dense_blocks(torch::zeros({1, 1, 2, 2, 2}, torch::kDouble)));
}
