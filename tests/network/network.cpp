#include "sparseann/network/network.hpp"

#include "support/catch.hpp"

namespace {

struct PlainImpl : torch::nn::Module {
  using options_type = sparseann::NoOptions;
  static constexpr std::size_t spatial_dimensions = 3;
  explicit PlainImpl(const sparseann::NoOptions& options = {}) : options_(options) {}
  sparseann::SegmentationOutput forward(const torch::Tensor& image) {
    return {.logits = convolution(image), .auxiliary = {}};
  }
  const sparseann::NoOptions& options() const { return options_; }
  std::int64_t required_multiple() const { return 1; }
  void initialise(const sparseann::Generator& generator) {
    const torch::NoGradGuard no_gradient;
    convolution->weight.fill_(static_cast<double>(generator.key() % 7 + 1));
  }
  torch::nn::Conv3d convolution = register_module("convolution", torch::nn::Conv3d(1, 2, 1));

private:
  sparseann::NoOptions options_;
};
TORCH_MODULE(Plain);

struct UnseededImpl : torch::nn::Module {
  sparseann::SegmentationOutput forward(const torch::Tensor& image) { return {.logits = image, .auxiliary = {}}; }
};
TORCH_MODULE(Unseeded);

} // namespace

TEST_CASE("a user's module is a network if it can be made, seeded and asked for its extents") {
  CHECK(sparseann::SegmentationNetwork<Plain>);
  CHECK_FALSE(sparseann::MetaNetwork<Plain>);
  CHECK_FALSE(sparseann::SegmentationNetwork<Unseeded>);
  CHECK_FALSE(sparseann::SegmentationNetwork<torch::nn::Conv3d>);
  CHECK_FALSE(sparseann::SegmentationNetwork<int>);
}

TEST_CASE("make_network draws the weights from the generator") {
  const sparseann::Generator generator(8);
  const auto network = sparseann::make_network<Plain>({}, generator);
  CHECK(network->convolution->weight.min().item<double>() == static_cast<double>(generator.key() % 7 + 1));
}

TEST_CASE("a network without slow parameters has one group") {
  const auto groups = sparseann::parameter_groups(Plain());
  CHECK(groups.regular.size() == 2);
  CHECK(groups.slow.empty());
}
