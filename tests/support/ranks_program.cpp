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
  torch::Tensor forward(const torch::Tensor& image) { return layers->forward(image); }
  torch::nn::Sequential layers;
};
TORCH_MODULE(PlainNetwork);

struct Trained {
  PlainNetwork network;
  LossCurve curve;
  std::int64_t counted = 0;
};

/// Trains on patches of which each has another number of annotated voxels, five to a batch.
Trained train_plain(const Exchange& exchange, std::size_t micro_batch, const std::filesystem::path& directory) {
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
  Trained trained;
  torch::Tensor samples = torch::zeros({1}, torch::kLong);
  const auto step = [&](const BatchPart& part, const Generator& generator) {
    const PatchBatch batch = sampler.draw(part, generator);
    samples += static_cast<std::int64_t>(part.count);
    return step_loss(MaskedCrossEntropy{}, {.logits = trained.network->forward(batch.images)}, batch.labels,
                     batch.mask);
  };
  const TrainingOptions options{
      .iterations = 40, .batch = 5, .micro_batch = micro_batch, .learning_rate = 1e-2, .checkpoint_seconds = 0};
  const StageContext context{.stage = "plain", .generator = Generator(4), .exchange = exchange, .directory = directory};
  trained.curve = train(trained.network, options, context, step, {.carried = {&samples, 1}, .counters = 1});
  trained.counted = samples.item<std::int64_t>();
  return trained;
}

/// The loss curve and the weights of all ranks are those of a single process, to rounding; two parts each, too.
void check_training(const Exchange& exchange, const std::filesystem::path& folder) {
  const Trained alone = train_plain({}, 0, {});
  for (const std::size_t micro_batch : {0U, 1U}) {
    const auto directory = folder / fmt::format("parts_of_{}", micro_batch);
    const Trained together = train_plain(exchange, micro_batch, directory);
    require(together.curve.size() == alone.curve.size(), "the curve has as many points");
    for (std::size_t i = 0; i < alone.curve.size(); ++i)
      require(std::abs(together.curve[i].loss - alone.curve[i].loss) < 1e-5 * alone.curve[i].loss,
              fmt::format("point {}: {} and {}", i, together.curve[i].loss, alone.curve[i].loss));
    for (std::size_t i = 0; i < alone.network->parameters().size(); ++i)
      require(torch::allclose(together.network->parameters()[i], alone.network->parameters()[i], 1e-3, 1e-4),
              "weights are the single process's");
    require(together.counted == 40 * 5, fmt::format("{} samples are counted", together.counted));
    require(std::filesystem::exists(directory / "model.safetensors"), "the first rank keeps the model");
    const Trained again = train_plain(exchange, micro_batch, directory); // every rank reads it
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
      else if (what == "failure" && exchange.rank() == 1)
        throw Error("the second rank fails");
      else
        exchange.barrier();
    }));
  });
}
