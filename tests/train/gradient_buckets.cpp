#include "sparseann/train/gradient_buckets.hpp"

#include <functional>
#include <memory>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Two ranks with the same gradients: a sum is twice its own. Keeps how many sums there were before the backward pass
/// ended.
struct Twice {
  std::shared_ptr<std::vector<std::int64_t>> sizes = std::make_shared<std::vector<std::int64_t>>();

  [[nodiscard]] int rank() const { return 0; }
  [[nodiscard]] int ranks() const { return 2; }
  void sum(torch::Tensor& tensor) const { start_sum(tensor)(); }
  [[nodiscard]] std::function<void()> start_sum(torch::Tensor& tensor) const {
    sizes->push_back(tensor.numel());
    return [tensor] { tensor.data().mul_(2); };
  }
  [[nodiscard]] bool sums_on(torch::Device device) const { return device.is_cpu(); }
  void barrier() const {}
};

} // namespace

TEST_CASE("gradients are summed bucket by bucket, the last layers' before the backward pass is over") {
  const Twice twice;
  torch::nn::Sequential network(torch::nn::Linear(1000, 1200), torch::nn::Linear(1200, 1000),
                                torch::nn::Linear(1000, 1)); // 4.8 MB, 4.8 MB, 4 kB
  GradientBuckets buckets(*network, Exchange(twice));
  std::size_t sent_within = 0;
  torch::Tensor input = torch::ones({1, 1000}).requires_grad_();
  input.register_hook([&](const torch::Tensor& gradient) {
    sent_within = twice.sizes->size();
    return gradient;
  });
  const auto backward = [&] { network->forward(input).sum().backward(); };
  backward(); // the first part of the batch: nothing is sent
  CHECK(twice.sizes->empty());
  std::vector<torch::Tensor> once;
  for (const torch::Tensor& parameter : network->parameters())
    once.push_back(parameter.grad().clone());
  buckets.expect_last_pass();
  backward();
  CHECK(sent_within >= 1);
  buckets.finish();
  // The third layer with the second's bias, the second's weight, the first's bias, and its weight.
  CHECK(*twice.sizes == std::vector<std::int64_t>{2001, 1'200'000, 1200, 1'200'000});
  for (std::size_t i = 0; i < once.size(); ++i)
    CHECK(torch::allclose(network->parameters()[i].grad(), 4 * once[i])); // two parts, two ranks
}

TEST_CASE("a rank without samples sends zeros and gets the others' sum") {
  torch::nn::Linear network(2, 1);
  GradientBuckets buckets(*network, Exchange(Twice{}));
  buckets.finish();
  CHECK(torch::equal(network->weight.grad(), torch::zeros({1, 2})));
  CHECK(torch::equal(network->bias.grad(), torch::zeros({1})));
}

TEST_CASE("one rank by itself sends nothing, and hooks end with the buckets") {
  torch::nn::Linear network(2, 1);
  const Twice twice;
  {
    GradientBuckets alone(*network, {});
    alone.expect_last_pass();
    network->forward(torch::ones({1, 2})).sum().backward();
    alone.finish();
    CHECK(torch::equal(network->weight.grad(), torch::ones({1, 2})));
    const GradientBuckets buckets(*network, Exchange(twice));
  }
  network->forward(torch::ones({1, 2})).sum().backward();
  CHECK(twice.sizes->empty());
}
