#include "sparseann/pseudo_label/base_models.hpp"

#include "sparseann/io/json.hpp"
#include "support/catch.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

TEST_CASE("a list of base models visits its models in order, each with its own options") {
  BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>> models;
  std::get<0>(models.options.models) = test::tiny_planes2d(7);
  std::get<1>(models.options.models) = test::tiny_sparse3d(9);
  std::vector<std::string> names;
  std::vector<std::int64_t> iterations;
  models.for_each([&](const auto& model) {
    names.emplace_back(model.name);
    iterations.push_back(model.options.training.iterations);
  });
  CHECK(names == std::vector<std::string>{"2d", "3d"});
  CHECK(iterations == std::vector<std::int64_t>{7, 9});
  CHECK(to_json(models.options)["2d"]["training"]["iterations"] == 7);
}
