#include "sparseann/train/checkpoint.hpp"

#include <array>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

TEST_CASE("weights, optimiser, position and carried tensors come back; without a directory nothing is kept") {
  const test::TemporaryDirectory directory;
  torch::nn::Linear module(2, 1);
  torch::optim::Adam adam(module->parameters(), torch::optim::AdamOptions(0.1));
  module->forward(torch::ones({1, 2})).sum().backward();
  adam.step();
  std::array<torch::Tensor, 1> carried{torch::tensor({1, 2, 3}, torch::kLong)};
  const TrainingPosition position{.iteration = 5, .loss_sum = 0.5, .loss_count = 2, .curve = {{4, 1.5, 0.1}}};
  Checkpoint(directory.path(), module, adam, std::span(carried)).save(position);

  torch::nn::Linear other(2, 1);
  torch::optim::Adam other_adam(other->parameters(), torch::optim::AdamOptions(0.1));
  std::array<torch::Tensor, 1> restored{torch::zeros({3}, torch::kLong)};
  const TrainingPosition read =
      Checkpoint(directory.path(), other, other_adam, std::span(restored)).restore(torch::kCPU);
  CHECK(read.iteration == 5);
  CHECK(read.loss_sum == 0.5);
  CHECK(read.loss_count == 2);
  CHECK((read.curve == position.curve));
  CHECK(torch::equal(other->weight, module->weight));
  CHECK(torch::equal(restored[0], carried[0]));
  CHECK(other_adam.state().size() == adam.state().size());

  std::span<torch::Tensor> nothing;
  CHECK(Checkpoint(std::filesystem::path(), other, other_adam, nothing).restore(torch::kCPU).iteration == 0);
}

TEST_CASE("a file that is no checkpoint is named") {
  const test::TemporaryDirectory directory;
  publish_atomically(directory.path() / "checkpoint.pt", "not a checkpoint");
  torch::nn::Linear module(2, 1);
  torch::optim::Adam adam(module->parameters(), torch::optim::AdamOptions(0.1));
  try {
    (void)Checkpoint(directory.path(), module, adam, std::span<torch::Tensor>()).restore(torch::kCPU);
    FAIL("read");
  } catch (const IoError& error) {
    CHECK(error.path() == directory.path() / "checkpoint.pt");
  }
}
