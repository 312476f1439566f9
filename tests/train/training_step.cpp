#include "sparseann/train/training_step.hpp"

#include <functional>
#include <limits>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// A weight, and samples of unequal weight that pull at it: sample i adds c_i w to the numerator and m_i to the weight.
struct Pulled {
  torch::nn::Linear module{torch::nn::LinearOptions(1, 1).bias(false)};
  std::vector<double> pulls{3, -1, 2, 5};
  std::vector<double> weights{1, 0, 4, 0.5};

  [[nodiscard]] StepLoss operator()(const BatchPart& part, const Generator&) const {
    const torch::Tensor w = module->weight.sum();
    torch::Tensor numerator = torch::zeros({});
    double weight = 0;
    for (std::size_t i = part.first; i < part.first + part.count; ++i) {
      numerator = numerator + pulls[i] * w;
      weight += weights[i];
    }
    return {.main = {numerator, torch::tensor(weight)},
            .auxiliary = LossTerm{2 * numerator, torch::tensor(weight)},
            .samples = fmt::format("from {}", part.first)};
  }

  StepValues run(std::size_t micro_batch) {
    module->zero_grad();
    const TrainingOptions options{.batch = 4, .micro_batch = micro_batch, .auxiliary_weight = 0.25};
    GradientBuckets alone(*module, {});
    return sparseann::detail::run_batch(*this, options, 7, Generator(1), {}, alone).finish(*module, "toy", 7).value();
  }
};

} // namespace

TEST_CASE("parts of unequal weight, one of them without any, give the gradient and the losses of the whole batch") {
  Pulled pulled;
  const double w = pulled.module->weight.item<double>();
  for (const std::size_t micro_batch : {0U, 1U, 2U, 3U, 4U, 9U}) {
    CAPTURE(micro_batch);
    const StepValues values = pulled.run(micro_batch);
    const double gradient = (9 + 0.25 * 2 * 9) / 5.5;
    CHECK(pulled.module->weight.grad().item<double>() == Approx(gradient).epsilon(1e-6));
    CHECK(values.main == Approx(9 * w / 5.5).epsilon(1e-6));
    CHECK(values.auxiliary == Approx(18 * w / 5.5).epsilon(1e-6));
    CHECK(values.loss == Approx(values.main + 0.25 * values.auxiliary));
    CHECK(values.gradient_norm == Approx(gradient).epsilon(1e-6));
  }
}

TEST_CASE("a batch without any weight teaches nothing") {
  Pulled pulled;
  pulled.pulls = {0, 0, 0, 0};
  pulled.weights = {0, 0, 0, 0};
  GradientBuckets alone(*pulled.module, {});
  sparseann::detail::BatchGradient gradient =
      sparseann::detail::run_batch(pulled, TrainingOptions{}, 0, Generator(1), {}, alone);
  CHECK_FALSE(gradient.finish(*pulled.module, "toy", 0));
}

TEST_CASE("a loss or a gradient that is not finite is named with stage, iteration and samples") {
  Pulled pulled;
  pulled.pulls[2] = std::numeric_limits<double>::quiet_NaN();
  CHECK_THROWS_WITH(pulled.run(2), "toy, iteration 7: the loss is nan, samples: from 0; from 2");
  torch::nn::Linear root(torch::nn::LinearOptions(1, 1).bias(false));
  torch::nn::init::zeros_(root->weight);
  sparseann::detail::BatchGradient gradient(0.25);
  gradient.add({.main = {root->weight.sum().sqrt(), torch::tensor(1.0)}, .auxiliary = {}, .samples = {}});
  CHECK_THROWS_WITH(gradient.finish(*root, "toy", 3), "toy, iteration 3: the gradient is inf");
}

TEST_CASE("heads of different weight are refused") {
  Pulled pulled;
  sparseann::detail::BatchGradient gradient(0.25);
  gradient.add({.main = {pulled.module->weight.sum(), torch::tensor(2.0)},
                .auxiliary = LossTerm{pulled.module->weight.sum(), torch::tensor(3.0)},
                .samples = {}});
  CHECK_THROWS_WITH(gradient.finish(*pulled.module, "toy", 0),
                    "weight of the auxiliary loss: expected 2, the main loss's, got 3");
}

TEST_CASE("ranks share a batch without gaps, as evenly as it goes") {
  struct Fixed {
    int number;
    [[nodiscard]] int rank() const { return number; }
    [[nodiscard]] int ranks() const { return 3; }
    void sum(torch::Tensor&) const {}
    [[nodiscard]] std::function<void()> start_sum(torch::Tensor&) const {
      return [] {};
    }
    [[nodiscard]] bool sums_on(torch::Device) const { return true; }
    void barrier() const {}
  };
  std::size_t next = 0;
  for (int rank = 0; rank < 3; ++rank) {
    const auto share = sparseann::detail::share_of(Exchange(Fixed{rank}), 7);
    CHECK(share.first == next);
    CHECK((share.past - share.first == 2 || share.past - share.first == 3));
    next = share.past;
  }
  CHECK(next == 7);
  CHECK(sparseann::detail::share_of({}, 7).past == 7);
}
