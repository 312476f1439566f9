#include "sparseann/pipeline/model_file.hpp"

#include "sparseann/meta/random_fit.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/network/fcn2d.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"
#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/tiny_models.hpp"

using namespace sparseann;

namespace {

/// A run directory with the two files that a trained base model and a trained meta-model leave.
RunDirectory run_with_models(const std::filesystem::path& path) {
  RunDirectory run(path, {}, {});
  for (const char* const stage : {"base/2d", "meta/random_fit"}) {
    std::filesystem::create_directories(path / stage);
    const std::vector<NamedTensor> tensors{{"head.weight", torch::tensor({1.5F})},
                                           {"training/curve", torch::zeros({1, 3}, torch::kDouble)}};
    write_tensors(path / stage / "model.safetensors", {}, tensors);
  }
  return run;
}

const ModelFacts facts{
    .channels = 2, .class_names = {"background", "heart"}, .planes = {Plane::xy, Plane::yz}, .card = {{"data", "toy"}}};

} // namespace

TEST_CASE("a model file holds every network's weights, options and what it was made of, and nothing of the training") {
  const test::TemporaryDirectory directory;
  const RunDirectory run = run_with_models(directory.path() / "run");
  BaseModels<Planes2d<Fcn2d>> models;
  std::get<0>(models.options.models) = test::tiny_planes2d();
  keep_model_file(models, "random_fit", test::tiny_meta<RandomFit>(), facts, run);
  const SafetensorsFile file = read_sealed_safetensors(run.path() / "model.safetensors");
  CHECK(file.header().tensors.size() == 2);
  CHECK(read_tensor(file, "base/2d/head.weight")[0].item<float>() == 1.5F);
  CHECK(read_tensor(file, "meta/head.weight")[0].item<float>() == 1.5F);
  const Json json = Json::parse(file.metadata("sparseann_model"));
  CHECK(json.at("base").at("2d") == to_json(test::tiny_planes2d()));
  CHECK(json.at("meta").at("method") == "random_fit");
  CHECK(json.at("meta").at("options") == to_json(test::tiny_meta<RandomFit>()));
  const ModelFacts read = sparseann::detail::model_facts(file.path(), json);
  CHECK(read.channels == 2);
  CHECK(read.classes() == 2);
  CHECK(read.class_names == facts.class_names);
  CHECK((read.planes == facts.planes));
  CHECK(read.normalisation == "z_score");
  CHECK(read.card == facts.card);
}

TEST_CASE("a run that lacks a network has no model file") {
  const test::TemporaryDirectory directory;
  const RunDirectory run = run_with_models(directory.path() / "run");
  CHECK_THROWS_AS(
      keep_model_file(BaseModels<Planes2d<Fcn2d>>{}, "nearest_fit", test::tiny_meta<RandomFit>(), facts, run), IoError);
  CHECK_FALSE(std::filesystem::exists(run.path() / "model.safetensors"));
}

TEST_CASE("facts of another format, and incomplete ones, are refused with the file's name") {
  const auto refuse = [](const Json& json) { return sparseann::detail::model_facts("m.safetensors", json); };
  CHECK_THROWS_WITH(refuse({{"format", 2}}), "m.safetensors: expected a model of format 1, got 2");
  CHECK_THROWS_WITH(refuse(Json::array()), "m.safetensors: expected a model of format 1, got none");
  CHECK_THROWS_AS(refuse({{"format", 1}}), DataError);
  Json other = sparseann::detail::to_json(facts);
  other["normalisation"] = "percentiles";
  CHECK_THROWS_WITH(refuse(other), "m.safetensors: expected the normalisation z_score, got percentiles");
}
