#include "sparseann/tensor/script_module.hpp"

#include "sparseann/io/atomic_file.hpp"
#include "support/catch.hpp"
#include "support/script_modules.hpp"
#include "support/temporary_directory.hpp"

using namespace sparseann;

namespace {

ScriptModule scripted(const test::TemporaryDirectory& directory, const std::string& body) {
  return {test::script_file(directory.path() / "module.pt", body), torch::kCPU};
}

std::string failure_of_script(const ScriptModule& module, const torch::Tensor& input) {
  try {
    (void)module(input);
  } catch (const DataError& error) {
    return error.what();
  }
  return "";
}

} // namespace

TEST_CASE("a module is read from a file and called") {
  const test::TemporaryDirectory directory;
  const ScriptModule module = scripted(directory, "return 2 * x + 1");
  CHECK(module.path() == directory.path() / "module.pt");
  CHECK(torch::equal(module(torch::arange(3)), torch::tensor({1, 3, 5})));
}

TEST_CASE("a module is in evaluation mode, with its parameters") {
  const test::TemporaryDirectory directory;
  torch::jit::Module written("Trained");
  written.register_parameter("scale", torch::tensor({3.0F}), false);
  written.register_attribute("training", c10::BoolType::get(), true);
  written.define("def forward(self, x):\n  return torch.dropout(self.scale * x, 0.5, self.training)\n");
  written.save((directory.path() / "module.pt").string());
  const ScriptModule module(directory.path() / "module.pt", torch::kCPU);
  CHECK(torch::equal(module(torch::ones({100})), torch::full({100}, 3.0F)));
}

TEST_CASE("what is no TorchScript module is named with the reason") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "none.pt";
  CHECK_THROWS_WITH(ScriptModule(path, torch::kCPU), path.string() + ": cannot be opened: No such file or directory");
  CHECK_THROWS_WITH(ScriptModule(directory.path(), torch::kCPU), directory.path().string() + ": is not a regular file");
  for (const std::string& bytes : {std::string(), std::string("weights"), std::string(5000, '\0')}) {
    publish_atomically(path, bytes);
    CHECK_THROWS_AS(ScriptModule(path, torch::kCPU), IoError);
    CHECK_THROWS_WITH(ScriptModule(path, torch::kCPU),
                      ContainsSubstring(path.string() + ": is no TorchScript module: "));
  }
  const std::string whole = read_file(test::script_file(directory.path() / "whole.pt", "return x"));
  publish_atomically(path, whole.substr(0, whole.size() / 2));
  CHECK_THROWS_AS(ScriptModule(path, torch::kCPU), IoError);
}

TEST_CASE("weights alone, without a method forward, are no module to call") {
  const test::TemporaryDirectory directory;
  const auto path = directory.path() / "weights.pt";
  torch::nn::Linear layer(2, 3);
  torch::save(layer, path.string());
  CHECK_THROWS_WITH(ScriptModule(path, torch::kCPU), path.string() + ": has no method forward");
}

TEST_CASE("a call that fails says why in one line") {
  const test::TemporaryDirectory directory;
  const std::string file = (directory.path() / "module.pt").string();
  const std::string message = failure_of_script(scripted(directory, "return torch.mm(x, x)"), torch::ones({2, 3}));
  CHECK_THAT(message, ContainsSubstring(file + ": expected a module that takes an input of shape (2, 3), got "));
  CHECK_THAT(message, ContainsSubstring("mat1 and mat2 shapes cannot be multiplied"));
  CHECK(message.find('\n') == std::string::npos);
  const std::string raised = failure_of_script(
      scripted(directory, "assert x.size(0) == 1, 'one slice alone'\n  return x"), torch::ones({2, 3}));
  CHECK_THAT(raised, ContainsSubstring("one slice alone"));
  CHECK(raised.find('\n') == std::string::npos);
}

TEST_CASE("an output that is no tensor is named") {
  const test::TemporaryDirectory directory;
  const std::string file = (directory.path() / "module.pt").string();
  CHECK(failure_of_script(scripted(directory, "return (x, x)"), torch::ones({2})) ==
        file + ": expected a module that returns a tensor, got Tuple");
  CHECK(failure_of_script(scripted(directory, "return {'features': x}"), torch::ones({2})) ==
        file + ": expected a module that returns a tensor, got GenericDict");
}
