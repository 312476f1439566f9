#include "sparseann/network/dense_stages.hpp"

#include "support/catch.hpp"
#include "support/network_suite.hpp"

using namespace sparseann::test;

TEST_CASE("an encoder halves the extents") {
  sparseann::DenseEncoder encoder(
      sparseann::DenseEncoderWidths{.in_channels = 2, .stem_channels = 4, .layers = 3, .growth = 5}, 0.0);
  CHECK(encoder->out_channels == 19);
  CHECK(encoder(torch::zeros({1, 2, 8, 4, 12})).sizes() == torch::IntArrayRef({1, 19, 4, 2, 6}));
  CHECK(parameter_count(*encoder) == 27 * 2 * 4 + dense_block_parameters(4, 3, 5) + norm_parameters(19) + 19 * 19);
}

TEST_CASE("a trunk returns to twice its input's extents, with and without auxiliary head") {
  sparseann::DenseTrunkWidths widths{
      .in_channels = 6, .layers = 2, .growth = 3, .decoder_channels = {8, 4}, .classes = 3, .auxiliary_head = true};
  const torch::Tensor features = torch::randn({2, 6, 4, 2, 6});
  const std::int64_t main_path = dense_block_parameters(6, 2, 3) + norm_parameters(12) + 12 * 12 + (12 * 8 * 64 + 8) +
                                 (8 * 4 * 64 + 4) + (4 * 3 + 3);
  sparseann::DenseTrunk trunk(widths, 0.0);
  const auto output = trunk(features);
  CHECK(output.logits.sizes() == torch::IntArrayRef({2, 3, 8, 4, 12}));
  CHECK(output.auxiliary.at(0).sizes() == torch::IntArrayRef({2, 3, 8, 4, 12}));
  CHECK(parameter_count(*trunk) == main_path + (6 * 3 + 3) + 3 * 64);
  CHECK(trunk->slow_parameters().size() == 1);

  widths.auxiliary_head = false;
  sparseann::DenseTrunk plain(widths, 0.0);
  CHECK(plain(features).auxiliary.empty());
  CHECK(parameter_count(*plain) == main_path);
  CHECK(plain->slow_parameters().empty());
}

TEST_CASE("a trunk drops features between encoder and pooling in training alone, and not for the auxiliary head") {
  torch::manual_seed(6);
  const torch::NoGradGuard no_gradient;
  sparseann::DenseTrunk trunk(
      sparseann::DenseTrunkWidths{
          .in_channels = 6, .layers = 1, .growth = 3, .decoder_channels = {8, 4}, .classes = 3, .auxiliary_head = true},
      0.0); // the block's layers drop nothing
  trunk->dropout = 0.5;
  const torch::Tensor features = torch::randn({2, 6, 4, 4, 4});
  const auto first = trunk(features);
  const auto second = trunk(features);
  CHECK_FALSE(first.logits.equal(second.logits));
  CHECK(first.auxiliary.at(0).equal(second.auxiliary.at(0)));
  trunk->eval();
  CHECK(trunk(features).logits.equal(trunk(features).logits));
}

TEST_CASE("a trunk gives the same logits plane by plane, as without a gradient, and at once, as with one") {
  torch::manual_seed(8);
  sparseann::DenseTrunk trunk(sparseann::DenseTrunkWidths{.in_channels = 6,
                                                          .layers = 1,
                                                          .growth = 3,
                                                          .decoder_channels = {8, 4},
                                                          .classes = 3,
                                                          .auxiliary_head = false},
                              0.0);
  trunk->eval();
  for (const std::int64_t planes : {2, 8, 10, 20}) {
    const torch::Tensor features = torch::randn({2, 6, planes, 6, 4});
    const torch::Tensor at_once = trunk(features).logits;
    REQUIRE(at_once.requires_grad());
    const torch::NoGradGuard no_gradient;
    CHECK(torch::allclose(trunk(features).logits, at_once, 1e-5, 1e-6));
  }
}
