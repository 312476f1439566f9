#include "sparseann/encode/torchscript_encoder.hpp"

#include <numeric>
#include <vector>

#include "support/catch.hpp"
#include "support/encoder_suite.hpp"
#include "support/script_modules.hpp"
#include "support/stacked_slices.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Two slices of 2 x 2 pixels.
std::vector<Case> two_slices() { return {test::case_of_rows({{1, 2, 3, 6}, {5, 5, 5, 9}}, 2)}; }

class Scripted {
public:
  explicit Scripted(const std::string& body) {
    encoder_.options = {.path = test::script_file(directory_.path() / "module.pt", body), .trust = true, .input = 2};
  }

  TorchScriptEncoderOptions& options() { return encoder_.options; }
  std::string path() { return encoder_.options.path; }
  TorchScriptEncoder& encoder() { return encoder_; }

  Array2<float> encode(const std::vector<Case>& cases) {
    encoder_.fit(test::xy_slices(cases), {});
    return encoder_.encode(test::xy_slices(cases), {});
  }

private:
  test::TemporaryDirectory directory_;
  TorchScriptEncoder encoder_;
};

} // namespace

TEST_CASE("TorchScriptEncoder is a feature encoder, whatever the size of its batches") {
  const LabelledCohort data = test::toy_cohort(2, 0, 8);
  Scripted module("return torch.tanh(torch.adaptive_avg_pool2d(x, [3, 3])).flatten(1)");
  module.options().input = 12;
  module.options().batch = 5; // 54 slices: the last batch is smaller
  test::check_encoder(module.encoder(), data.cohort.training);
}

TEST_CASE("a single channel is repeated and normalised by channel") {
  Scripted module("return x.flatten(1)");
  module.options().mean = {1, 0, 3};
  module.options().deviation = {2};
  CHECK((module.encode(two_slices()) == Array2<float>{{0, 0.5, 1, 2.5, 0.5, 1, 1.5, 3, -1, -0.5, 0, 1.5},
                                                      {2, 2, 2, 4, 2.5, 2.5, 2.5, 4.5, 1, 1, 1, 3}}));
}

TEST_CASE("maps are averaged over their places") {
  CHECK((Scripted("return x * 2").encode(two_slices()) == Array2<float>{{6, 6, 6}, {12, 12, 12}}));
}

TEST_CASE("of tokens, the mean is taken or the first") {
  Scripted module("return x[:, 0:2].flatten(2).transpose(1, 2)"); // (N, 4, 2): a token for each pixel
  CHECK((module.encode(two_slices()) == Array2<float>{{3, 3}, {6, 6}}));
  module.options().tokens = TokenPooling::first;
  CHECK((module.encode(two_slices()) == Array2<float>{{1, 1}, {5, 5}}));
}

TEST_CASE("images of as many channels as the module takes are handed on, others refused") {
  Case subject = test::case_of_rows({{1, 2, 3, 4}}, 2);
  subject.image.voxels = {{{{1, 2}, {3, 4}}}, {{{5, 6}, {7, 8}}}};
  Scripted module("return x.flatten(1)");
  module.options().channels = 2;
  CHECK((module.encode({subject}) == Array2<float>{{1, 2, 3, 4, 5, 6, 7, 8}}));
  module.options().channels = 3;
  CHECK_THROWS_WITH(module.encode({subject}), "torchscript.channels: expected 2, as the images have, got 3");
}

TEST_CASE("integers and bfloat16 become float32 before they are averaged") {
  Scripted module("return (x * 1000).int()");
  CHECK((module.encode(two_slices()) == Array2<float>{{3000, 3000, 3000}, {6000, 6000, 6000}}));
  // (16 0; 0 1)^2 = (256 0; 0 1), which bfloat16 holds; it does not hold the mean, 64.25
  Scripted halves("return torch.matmul(x, x)");
  halves.options().precision = Precision::bfloat16;
  CHECK((halves.encode({test::case_of_rows({{16, 0, 0, 1}}, 2)}) == Array2<float>{{64.25F, 64.25F, 64.25F}}));
}

TEST_CASE("calls do not depend on the calls before") {
  const LabelledCohort data = test::toy_cohort(1, 0, 8);
  Scripted module("return (torch.sigmoid(x * 1.7) * torch.tanh(x) + torch.exp(-x * x)).flatten(1)");
  module.options().batch = 1;
  const Array2<float> first = module.encode(data.cohort.training);
  for (int i = 0; i < 3; ++i)
    CHECK((module.encode(data.cohort.training) == first));
}

TEST_CASE("it tells which file its features depend on") {
  Scripted module("return x");
  CHECK(module.encoder().files() == std::vector<std::filesystem::path>{module.path()});
  STATIC_REQUIRE(FileReadingEncoder<TorchScriptEncoder>);
}

TEST_CASE("a module that was not said to be trusted is not read") {
  Scripted module("return x");
  module.options().trust = false;
  CHECK_THROWS_WITH(
      module.encode(two_slices()),
      "torchscript.trust: expected true, as TorchScript runs code and is read only when trusted, got false");
  module.options() = {};
  CHECK_THROWS_WITH(module.encode(two_slices()),
                    "torchscript.path: expected the file of a TorchScript module, got none");
  module.options() = {.path = "/nowhere/module.pt", .trust = true};
  CHECK_THROWS_AS(module.encode(two_slices()), IoError);
}

TEST_CASE("options of the encoder that do not fit are refused, as is encoding before fitting") {
  Scripted module("return x");
  CHECK_THROWS_WITH(module.encoder().encode(test::xy_slices(two_slices()), {}),
                    "torchscript: expected fit() before encode(), got encode() first");
  module.options().mean = {1, 2};
  CHECK_THROWS_WITH(module.encode(two_slices()), "torchscript.mean: expected 1 or 3 numbers, got 2");
  module.options().mean = {1, 2, 3};
  module.options().deviation = {1, 0, 1};
  CHECK_THROWS_WITH(module.encode(two_slices()), "torchscript.std: expected a number above 0, got 0");
}

TEST_CASE("outputs of another shape are refused with the file") {
  const auto message = [](const std::string& got) {
    return ": expected an output of shape (2, D), (2, T, D) or (2, D, h, w), got " + got;
  };
  for (const auto& [body, shape] :
       {std::pair("return x[0:1].flatten(1)", "(1, 12)"), std::pair("return x.sum()", "()"),
        std::pair("return x.flatten()[0:2]", "(2)"), std::pair("return x.unsqueeze(0)", "(1, 2, 3, 2, 2)"),
        std::pair("return x[:, :, 0:0]", "(2, 3, 0, 2)")}) {
    Scripted module(body);
    CHECK_THROWS_WITH(module.encode(two_slices()), module.path() + message(shape));
  }
}

TEST_CASE("features that are no numbers, or zero, are named with their slice") {
  Scripted undefined("return torch.log(x.flatten(1) - 4)"); // pixels below 4 are in the first slice alone
  CHECK_THROWS_WITH(undefined.encode(two_slices()),
                    "torchscript, case case, plane xy, slice 0: expected finite features, got nan in column 0");
  Scripted silent("return torch.relu(x.flatten(1) - 6)"); // as is any pixel of the first slice
  CHECK_THROWS_WITH(silent.encode(two_slices()), "torchscript, case case, plane xy, slice 0: expected features that "
                                                 "are not all zero, got zeros alone");
}
