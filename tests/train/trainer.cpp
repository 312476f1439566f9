#include "sparseann/train/trainer.hpp"

#include <algorithm>
#include <limits>
#include <tuple>
#include <vector>

#include "sparseann/io/file.hpp"
#include "sparseann/network/densevoxnet.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

/// y = w x fitted to y = 3 x, with dropout so that LibTorch's own generator matters.
class LineImpl : public torch::nn::Module {
public:
  LineImpl() { weight = register_parameter("weight", torch::zeros({1})); }
  torch::Tensor forward(const torch::Tensor& x) { return torch::dropout(x, 0.3, is_training()) * weight; }
  torch::Tensor weight;
};
TORCH_MODULE(Line);

struct Interrupted {};

/// The step of the toy; throws at iteration `stop`, as a kill would.
auto line_step(Line& line, std::int64_t stop = -1) {
  return [&line, stop](const BatchPart& part, const Generator& generator) -> StepLoss {
    if (part.iteration == stop)
      throw Interrupted{};
    const torch::Tensor x = torch::full({4}, generator.split("x").uniform(0.5, 1.5));
    return {.main = {(line->forward(x) - 3 * x).square().sum(), torch::tensor(4.0)}, .auxiliary = {}};
  };
}

const TrainingOptions toy{.iterations = 60, .learning_rate = 0.1, .checkpoint_seconds = 0};

StageContext context_in(const std::filesystem::path& directory) {
  return {.stage = "toy", .generator = Generator(11), .directory = directory};
}

} // namespace

TEST_CASE("Adam has the options' constants, and the auxiliary upsampling a tenth of the rate") {
  DenseVoxNetOptions options;
  options.layers = {1, 1};
  DenseVoxNet network(options);
  sparseann::FusedAdam adam = sparseann::detail::make_adam(network, {.beta1 = 0.8, .beta2 = 0.99, .epsilon = 1e-7});
  REQUIRE(adam.param_groups().size() == 2);
  CHECK(adam.param_groups()[1].params().size() == network->slow_parameters().size());
  CHECK(adam.param_groups()[1].params()[0].is_same(network->slow_parameters()[0]));
  CHECK(adam.param_groups()[0].params().size() + adam.param_groups()[1].params().size() ==
        network->parameters().size());
  sparseann::detail::set_learning_rate(adam, 0.5);
  for (const std::size_t group : {0U, 1U}) {
    const auto& constants = static_cast<torch::optim::AdamOptions&>(adam.param_groups()[group].options());
    CHECK(constants.betas() == std::make_tuple(0.8, 0.99));
    CHECK(constants.eps() == 1e-7);
    CHECK(constants.lr() == Approx(group == 0 ? 0.5 : 0.05));
  }
}

TEST_CASE("training reduces the loss") {
  Line line;
  const LossCurve curve = train(line, {.iterations = 200, .learning_rate = 0.1}, context_in({}), line_step(line));
  REQUIRE(curve.size() == 20);
  CHECK(curve.front().iteration == 10);
  CHECK(curve.back().iteration == 200);
  CHECK(curve.back().loss < 0.5 * curve.front().loss);
}

TEST_CASE("an interrupted training ends with the weights and the curve of an uninterrupted one") {
  const test::TemporaryDirectory directory;
  Line whole;
  const LossCurve expected = train(whole, toy, context_in(directory.path() / "whole"), line_step(whole));
  for (const std::int64_t stop : {1, 17, 59}) {
    const auto path = directory.path() / std::to_string(stop);
    Line first;
    CHECK_THROWS_AS(train(first, toy, context_in(path), line_step(first, stop)), Interrupted);
    REQUIRE(std::filesystem::exists(path / fmt::format("checkpoint_{:09}.safetensors", stop)));
    Line second;
    const LossCurve curve = train(second, toy, context_in(path), line_step(second));
    CHECK((curve == expected));
    CHECK(torch::equal(second->weight, whole->weight));
    for (const char* const file : {"loss.csv", "model.safetensors"})
      CHECK(read_file(path / file) == read_file(directory.path() / "whole" / file));
    CHECK(std::ranges::distance(std::filesystem::directory_iterator(path)) == 2);
  }
}

TEST_CASE("a finished model is read, not trained again") {
  const test::TemporaryDirectory directory;
  Line first;
  const LossCurve curve = train(first, toy, context_in(directory.path()), line_step(first));
  Line second;
  CHECK((train(second, toy, context_in(directory.path()), line_step(second, 0)) == curve));
  CHECK(torch::equal(first->weight, second->weight));
}

TEST_CASE("a training that is done early ends with its last point, interrupted or not, and is then not trained again") {
  const test::TemporaryDirectory directory;
  const auto is_done = [](const LossCurve& curve) { return curve.size() == 3; };
  Line whole;
  const LossCurve expected =
      train(whole, toy, context_in(directory.path() / "whole"), line_step(whole), {.is_done = is_done});
  REQUIRE(expected.size() == 3);
  CHECK(expected.back().iteration == 30);
  const auto path = directory.path() / "interrupted";
  Line first;
  CHECK_THROWS_AS(train(first, toy, context_in(path), line_step(first, 29), {.is_done = is_done}), Interrupted);
  Line second;
  CHECK((train(second, toy, context_in(path), line_step(second), {.is_done = is_done}) == expected));
  CHECK(torch::equal(second->weight, whole->weight));
  Line third;
  CHECK((train(third, toy, context_in(path), line_step(third, 30), {.is_done = is_done}) == expected));
}

TEST_CASE("a loss that is not finite stops the run with stage and iteration") {
  Line line;
  const auto step = [&](const BatchPart& part, const Generator&) -> StepLoss {
    const double factor = part.iteration == 7 ? std::numeric_limits<double>::quiet_NaN() : 1.0;
    return {.main = {line->weight.sum() * factor, torch::tensor(1.0)}, .auxiliary = {}};
  };
  CHECK_THROWS_WITH(train(line, toy, context_in({}), step), "toy, iteration 7: the loss is nan");
}

TEST_CASE("held-out scores are logged at their interval and at the end, and change nothing that is learned") {
  Line without;
  const LossCurve expected = train(without, toy, context_in({}), line_step(without));
  Line line;
  std::vector<std::int64_t> at;
  StageContext context = context_in({});
  context.log = [&](const nlohmann::ordered_json& event) {
    if (event.contains("validation")) {
      CHECK(event["validation"]["score"] == 0.5);
      at.push_back(event["iteration"]);
    }
  };
  TrainingOptions options = toy;
  options.validation.every = 25;
  const LossCurve curve = train(line, options, context, line_step(line), {.validate = [&] {
                                  line->eval();
                                  return nlohmann::ordered_json{{"score", 0.5}};
                                }});
  CHECK(at == std::vector<std::int64_t>{25, 50, 60});
  CHECK((curve == expected));
  CHECK(torch::equal(line->weight, without->weight));
}
