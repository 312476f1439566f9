#include "sparseann/train/checkpoint.hpp"

#include <array>
#include <string>
#include <vector>

#include "sparseann/io/file.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// A small network with buffers that has made a step, and what is kept with it.
struct Trained {
  torch::nn::Sequential module{torch::nn::Linear(2, 3), torch::nn::BatchNorm1d(3)};
  FusedAdam adam{module->parameters(), torch::optim::AdamOptions(0.1)};
  std::array<torch::Tensor, 2> carried{torch::tensor({1, 2, 3}, torch::kLong), torch::tensor({0.1}, torch::kDouble)};
  std::vector<std::string> said;

  [[nodiscard]] Checkpoint in(const std::filesystem::path& directory, const std::string& width = "3") {
    return {directory, {*module, adam, carried}, {{"network", {{"width", width}}}}, [this](std::string_view text) {
              said.emplace_back(text);
            }};
  }

  void step() {
    adam.zero_grad();
    module->forward(torch::tensor({{1.0F, 2.0F}, {3.0F, -1.0F}})).square().sum().backward();
    adam.step();
  }

  /// The tensors of its state, copied.
  [[nodiscard]] std::vector<torch::Tensor> state() {
    std::vector<torch::Tensor> tensors;
    for (const auto& [name, tensor] : weights_of(*module))
      tensors.push_back(tensor.detach().clone());
    for (const torch::Tensor& parameter : module->parameters()) {
      const torch::optim::AdamParamState& kept = adam.state_of(parameter);
      tensors.insert(tensors.end(), {kept.exp_avg().clone(), kept.exp_avg_sq().clone(), torch::tensor(kept.step())});
    }
    for (const torch::Tensor& tensor : carried)
      tensors.push_back(tensor.clone());
    return tensors;
  }
};

bool equal(const std::vector<torch::Tensor>& first, const std::vector<torch::Tensor>& second) {
  return std::ranges::equal(first, second, [](const auto& a, const auto& b) { return torch::equal(a, b); });
}

std::vector<std::string> files_in(const std::filesystem::path& directory) {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(directory))
    names.push_back(entry.path().filename().string());
  std::ranges::sort(names);
  return names;
}

const TrainingPosition fifth{.iteration = 5,
                             .stretch = {.values = {0.1, 0.2, 1.0 / 3, 1e-300}, .steps = 2},
                             .average_loss = 0.7,
                             .curve = {{4, 1.5, 0.1}}};

} // namespace

TEST_CASE("weights, buffers, optimiser, position and carried tensors come back to the last bit") {
  const test::TemporaryDirectory directory;
  Trained trained;
  trained.step();
  trained.in(directory.path()).save(fifth);
  Trained other;
  other.carried = {torch::zeros({3}, torch::kLong), torch::zeros({1}, torch::kDouble)};
  const TrainingPosition read = other.in(directory.path()).restore();
  CHECK(read.iteration == 5);
  CHECK(read.stretch.steps == 2);
  CHECK(read.stretch.values.loss == 0.1);
  CHECK(read.stretch.values.main == 0.2);
  CHECK(read.stretch.values.auxiliary == 1.0 / 3);
  CHECK(read.stretch.values.gradient_norm == 1e-300);
  CHECK(read.average_loss == 0.7);
  CHECK((read.curve == fifth.curve));
  CHECK(equal(other.state(), trained.state()));
  CHECK(other.said.empty());
}

TEST_CASE("the last two are kept, and none once the model is there") {
  const test::TemporaryDirectory directory;
  Trained trained;
  Checkpoint checkpoint = trained.in(directory.path());
  for (const std::int64_t iteration : {8, 9, 10, 11})
    checkpoint.save({.iteration = iteration});
  CHECK(files_in(directory.path()) ==
        std::vector<std::string>{"checkpoint_000000010.safetensors", "checkpoint_000000011.safetensors"});
  checkpoint.finish(fifth);
  CHECK(files_in(directory.path()) == std::vector<std::string>{"loss.csv", "model.safetensors"});
  CHECK(checkpoint.restore().iteration == 5);
}

TEST_CASE("a damaged checkpoint is put aside and said, and the one before it is taken; without one, the start") {
  const test::TemporaryDirectory directory;
  Trained trained;
  trained.step();
  trained.in(directory.path()).save({.iteration = 10});
  const auto before = trained.state();
  trained.step();
  trained.in(directory.path()).save({.iteration = 20});
  const auto newest = directory.path() / "checkpoint_000000020.safetensors";
  publish_atomically(newest, read_file(newest).substr(0, 1000));
  Trained other;
  CHECK(other.in(directory.path()).restore().iteration == 10);
  CHECK(equal(other.state(), before));
  REQUIRE(other.said.size() == 1);
  CHECK_THAT(other.said.front(), Catch::Matchers::StartsWith("warning: " + newest.string() + ": is damaged"));
  CHECK(files_in(directory.path()) ==
        std::vector<std::string>{"checkpoint_000000010.safetensors", "checkpoint_000000020.safetensors.damaged"});

  publish_atomically(directory.path() / "checkpoint_000000010.safetensors", "");
  Trained fresh;
  CHECK(fresh.in(directory.path()).restore().iteration == 0);
  CHECK(fresh.said.size() == 1);
  fresh.in(directory.path()).finish(fifth);
  CHECK(files_in(directory.path()) == std::vector<std::string>{"loss.csv", "model.safetensors"});
}

TEST_CASE("a damaged model is an error that names it: there is nothing that could stand for it") {
  const test::TemporaryDirectory directory;
  Trained trained;
  trained.in(directory.path()).finish(fifth);
  publish_atomically(directory.path() / "model.safetensors", "damaged");
  try {
    (void)trained.in(directory.path()).restore();
    FAIL("read");
  } catch (const DamagedFile& error) {
    CHECK(error.path() == directory.path() / "model.safetensors");
  }
}

TEST_CASE("a checkpoint of another configuration or network is refused by name") {
  const test::TemporaryDirectory directory;
  Trained trained;
  trained.in(directory.path()).save(fifth);
  const std::string path = (directory.path() / "checkpoint_000000005.safetensors").string();
  CHECK_THROWS_WITH(trained.in(directory.path(), "4").restore(),
                    path + ": expected a training with these options, got one with another network.width");
  torch::nn::Linear wide(2, 4);
  FusedAdam adam(wide->parameters(), torch::optim::AdamOptions(0.1));
  CHECK_THROWS_AS(Checkpoint(directory.path(), {*wide, adam, {}}, {{"network", {{"width", "3"}}}}).restore(),
                  DataError);
}

TEST_CASE("without a directory nothing is kept") {
  Trained trained;
  Checkpoint checkpoint = trained.in({});
  checkpoint.save(fifth);
  checkpoint.finish(fifth);
  CHECK(checkpoint.restore().iteration == 0);
}
