#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/sealed_safetensors.hpp"
#include "sparseann/pipeline/run_directory.hpp"
#include "sparseann/pseudo_label/base_models.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/version.hpp"

namespace sparseann {

/// What a model file says beside its weights: what its networks read and give, and where they come from.
struct ModelFacts {
  std::size_t channels = 1;
  std::vector<std::string> class_names; ///< of labels 0, 1, ...
  std::vector<Plane> planes;            ///< in which 2D models predict
  std::string normalisation = "z_score";
  Json card = Json::object(); ///< for people: data, budget, seed, validation, intended use

  [[nodiscard]] std::size_t classes() const noexcept { return class_names.size(); }
};

namespace detail {

inline constexpr std::string_view model_key = "sparseann_model";
inline constexpr int model_format = 1;

[[nodiscard]] inline Json to_json(const ModelFacts& facts) {
  Json planes = Json::array();
  for (const Plane plane : facts.planes)
    planes.push_back(name_of(plane));
  return {{"format", model_format}, {"channels", facts.channels},           {"classes", facts.class_names},
          {"planes", planes},       {"normalisation", facts.normalisation}, {"card", facts.card}};
}

/// Throws: DataError naming the file for a format or a normalisation that this version does not know, or facts that are
/// none.
[[nodiscard]] inline ModelFacts model_facts(const std::filesystem::path& path, const Json& json) {
  if (!json.is_object() || json.value("format", 0) != model_format)
    throw DataError(path.string(), fmt::format("a model of format {}", model_format),
                    json.is_object() && json.contains("format") ? json["format"].dump() : "none");
  try {
    ModelFacts facts{.channels = json.at("channels"),
                     .class_names = json.at("classes"),
                     .planes = {},
                     .normalisation = json.at("normalisation"),
                     .card = json.at("card")};
    for (const auto& plane : json.at("planes"))
      facts.planes.push_back(value_from_name<Plane>("planes", plane.get<std::string>()));
    if (facts.normalisation != ModelFacts{}.normalisation) // else images would be read as what they are not
      throw DataError(path.string(), "the normalisation " + ModelFacts{}.normalisation, facts.normalisation);
    return facts;
  } catch (const Json::exception& error) {
    throw DataError(path.string(), "what a model says of itself", error.what());
  }
}

/// The weights that a stage of a run has kept, behind `prefix`; without what is there for the training alone.
inline void add_stage_weights(const std::filesystem::path& stage, const std::string& prefix,
                              std::vector<NamedTensor>& weights) {
  const SafetensorsFile file = read_sealed_safetensors(stage / "model.safetensors");
  for (const auto& [name, entry] : file.header().tensors)
    if (!name.starts_with("training/"))
      weights.emplace_back(prefix + name, read_tensor(file, name));
}

} // namespace detail

/// Writes RUN/model.safetensors: the networks of a finished run in one sealed file, with what it takes to use them.
///
/// Tensors: `base/NAME/...` and `meta/...`, each network's weights by their names. Metadata: `sparseann_model`, a JSON
/// object of the facts, of each base model's options (`base`, by name) and of the meta-model's (`meta`).
/// Throws: IoError where the run has not kept a network.
template <class Models, Options MetaOptions>
void keep_model_file(const Models& models, std::string_view method, const MetaOptions& meta, const ModelFacts& facts,
                     const RunDirectory& run) {
  Json json = detail::to_json(facts);
  std::vector<NamedTensor> weights;
  models.for_each([&]<class Model>(const Model& model) {
    const std::string name(Model::name);
    json["base"][name] = sparseann::to_json(model.options);
    detail::add_stage_weights(run.path() / "base" / name, "base/" + name + "/", weights);
  });
  json["meta"] = {{"method", method}, {"options", sparseann::to_json(meta)}};
  detail::add_stage_weights(run.path() / "meta" / method, "meta/", weights);
  write_tensors(run.path() / "model.safetensors",
                {{std::string(detail::model_key), json.dump()}, {"version", std::string(version)}}, weights);
}

} // namespace sparseann
