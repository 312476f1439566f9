// One of several ranks that mpirun starts: ranks_program WHAT FOLDER. Exit code 0 where all is as it should be, 1 and a
// line on standard error where not.
#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

#include <fmt/format.h>

#include "sparseann/annotate/oracle.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/loss/masked_cross_entropy.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "sparseann/pseudo_label/base_model.hpp"
#include "sparseann/train/mpi_exchange.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "sparseann/train/trainer.hpp"
#include "support/toy_cohort.hpp"

namespace {

using namespace sparseann;

void require(bool holds, const std::string& what) {
  if (!holds)
    throw Error(what);
}

/// Convolutions and nothing that depends on who shares a batch.
class PlainNetworkImpl : public torch::nn::Module {
public:
  PlainNetworkImpl() {
    register_module("layers", layers);
    layers->push_back(torch::nn::Conv3d(torch::nn::Conv3dOptions(1, 8, 3).padding(1)));
    layers->push_back(torch::nn::ReLU());
    layers->push_back(torch::nn::Conv3d(torch::nn::Conv3dOptions(8, 3, 3).padding(1)));
    std::uint64_t index = 0;
    const torch::NoGradGuard no_gradient;
    for (torch::Tensor& parameter : parameters())
      parameter.copy_(0.2 * torch::randn(parameter.sizes(), at::make_generator<at::CPUGeneratorImpl>(++index)));
  }
  SegmentationOutput forward(const torch::Tensor& image) { return {.logits = layers->forward(image), .auxiliary = {}}; }
  torch::nn::Sequential layers;
};
TORCH_MODULE(PlainNetwork);

/// A small DenseVoxNet, which has batch norm, and no dropout, as that draws by rank.
DenseVoxNet small_densevoxnet() {
  DenseVoxNetOptions options;
  options.stem_channels = 4;
  options.growth = 4;
  options.layers = {2, 2};
  options.decoder_channels = {8, 8};
  options.dropout = 0;
  options.initialisation = Initialisation::he;
  return make_network<DenseVoxNet>(options, Generator(2));
}

template <class Network> struct Trained {
  Network network;
  LossCurve curve;
  std::int64_t counted = 0;
};

/// Trains on patches of which each has another number of annotated voxels.
template <class Network>
Trained<Network> trained_on_patches(Network network, TrainingOptions options, const Exchange& exchange,
                                    const std::filesystem::path& directory) {
  const LabelledCohort data = test::toy_cohort(3, 0, 12);
  const Oracle oracle(data.training_labels, 3);
  AnnotationPlan plan;
  plan.slices = {{.slice = {0, Plane::xy, 3}},
                 {.slice = {1, Plane::xz, 5}},
                 {.slice = {1, Plane::xy, 2}},
                 {.slice = {2, Plane::yz, 6}}};
  std::vector<SparseLabels> labels;
  for (std::size_t c = 0; c < 3; ++c)
    labels.push_back(oracle.label(c, plan));
  const PatchSampler sampler(data.cohort.training, labels, 8, {});
  Trained<Network> trained{.network = network};
  torch::Tensor samples = torch::zeros({1}, torch::kLong);
  const auto step = [&](const BatchPart& part, const Generator& generator) {
    const PatchBatch batch = sampler.draw(part, generator);
    samples += static_cast<std::int64_t>(part.count);
    return step_loss(MaskedCrossEntropy{}, trained.network->forward(batch.images), batch.labels, batch.mask);
  };
  options.iterations = 40;
  options.checkpoint_seconds = 0;
  const StageContext context{.stage = "plain", .generator = Generator(4), .exchange = exchange, .directory = directory};
  trained.curve = train(trained.network, options, context, step, {.carried = {&samples, 1}, .counters = 1});
  trained.counted = samples.item<std::int64_t>();
  return trained;
}

/// Losses, weights and running statistics of both are the same, to rounding.
template <class Network>
void require_same(const Trained<Network>& together, const Trained<Network>& alone, double tolerance) {
  require(together.curve.size() == alone.curve.size(), "the curve has as many points");
  for (std::size_t i = 0; i < alone.curve.size(); ++i)
    require(std::abs(together.curve[i].loss - alone.curve[i].loss) < tolerance * alone.curve[i].loss,
            fmt::format("point {}: {} and {}", i, together.curve[i].loss, alone.curve[i].loss));
  const auto require_close = [&](const std::vector<torch::Tensor>& ours, const std::vector<torch::Tensor>& theirs) {
    for (std::size_t i = 0; i < theirs.size(); ++i)
      require(torch::allclose(ours[i], theirs[i], 100 * tolerance, 10 * tolerance),
              fmt::format("tensor {} is the single process's", i));
  };
  require_close(together.network->parameters(), alone.network->parameters());
  require_close(together.network->buffers(), alone.network->buffers());
}

/// A network with batch norm learns on all ranks what it learns in a single process, if its statistics are shared.
void check_batch_norm(const Exchange& exchange) {
  const TrainingOptions options{.batch = 4, .batch_norm = BatchNormStatistics::synchronised};
  const auto alone = trained_on_patches(small_densevoxnet(), options, {}, {});
  for (const std::size_t micro_batch : {0U, 2U}) {
    TrainingOptions in_parts = options;
    in_parts.micro_batch = micro_batch;
    require_same(trained_on_patches(small_densevoxnet(), in_parts, exchange, {}), alone, 1e-4);
  }
  try {
    (void)trained_on_patches(small_densevoxnet(), {.batch = 5, .batch_norm = BatchNormStatistics::synchronised},
                             exchange, {});
    throw Error("unequal shares are refused");
  } catch (const InvalidArgument&) {
  }
}

/// The loss curve and the weights of all ranks are those of a single process, to rounding; two parts each, too.
void check_training(const Exchange& exchange, const std::filesystem::path& folder) {
  const auto train_plain = [](const Exchange& ranks, std::size_t micro_batch, const std::filesystem::path& directory) {
    return trained_on_patches(PlainNetwork(), {.batch = 5, .micro_batch = micro_batch, .learning_rate = 1e-2}, ranks,
                              directory);
  };
  const auto alone = train_plain({}, 0, {});
  for (const std::size_t micro_batch : {0U, 1U}) {
    const auto directory = folder / fmt::format("parts_of_{}", micro_batch);
    const auto together = train_plain(exchange, micro_batch, directory);
    require_same(together, alone, 1e-5);
    require(together.counted == 40 * 5, fmt::format("{} samples are counted", together.counted));
    require(std::filesystem::exists(directory / "model.safetensors"), "the first rank keeps the model");
    const auto again = train_plain(exchange, micro_batch, directory); // every rank reads it
    require(again.curve == together.curve, "a finished training is read");
  }
}

void check_sums(const Exchange& exchange) {
  torch::Tensor numbers = torch::full({3}, static_cast<double>(exchange.rank() + 1), torch::kDouble);
  exchange.sum(numbers);
  const int ranks = exchange.ranks();
  require(numbers[2].item<double>() == ranks * (ranks + 1) / 2.0, "sums are over all ranks");
  torch::Tensor first = torch::ones({2});
  torch::Tensor second = torch::ones({100'000}, torch::kLong);
  const auto wait_first = exchange.start_sum(first);
  const auto wait_second = exchange.start_sum(second);
  wait_second();
  wait_first();
  require(first[0].item<float>() == static_cast<float>(ranks), "a started sum is there");
  require(second.sum().item<std::int64_t>() == 100'000LL * ranks, "two sums may be under way");
  exchange.barrier();
}

} // namespace

int main(int argc, char** argv) {
  return guarded_main([&] {
    const MpiSession mpi;
    return mpi.end(guarded_main([&] {
      const Exchange exchange{MpiExchange{}};
      const std::string what = argc > 1 ? argv[1] : "";
      if (what == "sums")
        check_sums(exchange);
      else if (what == "training")
        check_training(exchange, argv[2]);
      else if (what == "batch norm")
        check_batch_norm(exchange);
      else if (what == "failure" && exchange.rank() == 1)
        throw Error("the second rank fails");
      else
        exchange.barrier();
    }));
  });
}
