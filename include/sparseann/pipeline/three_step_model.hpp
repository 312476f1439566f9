#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <span>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/infer/flips.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/meta/meta_subject.hpp"
#include "sparseann/network/restored_network.hpp"
#include "sparseann/network/scripted_network.hpp"
#include "sparseann/pipeline/model_file.hpp"
#include "sparseann/pseudo_label/base_models.hpp"
#include "sparseann/pseudo_label/pseudo_labels.hpp"
#include "sparseann/tensor/safetensors.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann {

/// A base model or meta-model that is its options and one network, which a model file can give it.
template <class M>
concept RestorableModel = Policy<M> && requires(M model) {
  model.options.network;
  { *model.network() } -> std::convertible_to<const torch::nn::Module&>;
};

/// What a model says of a scan.
struct Segmentation {
  ClassProbabilities probabilities; ///< of the meta-model, (classes, z, y, x)
  Array3<float> disagreement;       ///< of the pseudo-label sets, (z, y, x), see disagreement_of
};

/// How far the pseudo-label sets disagree, voxel by voxel.
///
/// Formula: 1 - max over classes of A(.), the share of sets that do not give the most frequent label: 0 where all
/// agree, at most 1 - 1 / (number of sets). Shapes: A(.) (classes, z, y, x), the mean of one-hot labels, to (z, y, x).
[[nodiscard]] inline Array3<float> disagreement_of(const torch::Tensor& average) {
  return to_array<float, 3>(1 - average.amax(0));
}

template <class Models, class Meta> class ThreeStepModel;

/// The networks of a finished run, from the file that keep_model_file wrote, ready to segment scans.
///
/// `Models` and `Meta` are the policies that the run was made with; which set the meta-model fitted does not matter, so
/// any fit strategy will do.
template <RestorableModel... Models, RestorableModel Meta> class ThreeStepModel<BaseModels<Models...>, Meta> {
public:
  /// Throws: IoError, DataError or InvalidArgument naming the file or its option where it is no such model.
  ThreeStepModel(const std::filesystem::path& path, torch::Device device) {
    const SafetensorsFile file = read_sealed_safetensors(path);
    description_ = parsed_description(file);
    facts_ = detail::model_facts(path, description_);
    for_each_base([&]<class Model>(Model& model) {
      const std::string name(Model::name);
      restore(file, part_of(file, description_, {"base", name}), "base/" + name + "/", model, device);
    });
    Json options = part_of(file, description_, {"meta", "options"});
    options["fit"] = sparseann::to_json(meta_.options.fit);
    restore(file, options, "meta/", meta_, device);
  }

  [[nodiscard]] const ModelFacts& facts() const noexcept { return facts_; }

  /// Segments a normalised image. With `flips`, all is averaged over the image's eight mirror images.
  ///
  /// Cost: one prediction by each base model and by the meta-model, eight times with flips; memory as sliding_window.
  /// Throws: DataError naming the case for another number of channels than the model's.
  [[nodiscard]] Segmentation segment(const Image& image, const std::string& case_name, bool flips,
                                     const StageContext& context) {
    if (image.channels() != facts_.channels)
      throw DataError("image of case " + case_name, fmt::format("{} channels, as the model", facts_.channels),
                      fmt::format("{}", image.channels()));
    const auto classes = static_cast<std::int64_t>(facts_.classes());
    const torch::Tensor voxels = from_array(image.voxels);
    const auto predict = [&](const torch::Tensor& volume) {
      return outputs(volume, image.geometry.spacing_mm, context);
    };
    const torch::Tensor both = flips ? mean_over_flips(voxels, predict) : predict(voxels);
    return {.probabilities = quantise(both.narrow(0, 0, classes)),
            .disagreement = disagreement_of(both.narrow(0, classes, classes))};
  }

  /// Every network as TorchScript, by the base model's name or `meta`. Throws: as scripted_network.
  [[nodiscard]] std::vector<std::pair<std::string, ScriptedNetwork>> scripted() {
    std::vector<std::pair<std::string, ScriptedNetwork>> networks;
    for_each_base([&]<class Model>(Model& model) {
      networks.emplace_back(Model::name, scripted_network(model.network(), facts_.channels));
    });
    networks.emplace_back("meta", scripted_network(meta_.network(), facts_.channels, facts_.classes()));
    return networks;
  }

  /// What the file says of the model: facts and options.
  [[nodiscard]] const Json& description() const noexcept { return description_; }

private:
  void for_each_base(auto&& visitor) {
    std::apply([&](auto&... model) { (visitor(model), ...); }, base_);
  }

  [[nodiscard]] static Json parsed_description(const SafetensorsFile& file) {
    try {
      return Json::parse(file.metadata(std::string(detail::model_key)));
    } catch (const Json::exception& error) {
      throw DataError(file.path().string(), "a model's description in JSON", error.what());
    }
  }

  [[nodiscard]] static Json part_of(const SafetensorsFile& file, const Json& json,
                                    const std::vector<std::string>& keys) {
    const Json* part = &json;
    for (const std::string& key : keys) {
      if (!part->is_object() || !part->contains(key))
        throw DataError(file.path().string(), fmt::format("a model with the part {}", fmt::join(keys, ".")), "none");
      part = &part->at(key);
    }
    return *part;
  }

  void restore(const SafetensorsFile& file, const Json& options, const std::string& prefix, auto& model,
               torch::Device device) const {
    try {
      from_json(options, model.options);
    } catch (const InvalidArgument& error) {
      throw DataError(file.path().string(), "a model with the options of this version", error.what());
    }
    using Network = std::remove_reference_t<decltype(model.network())>;
    model.network() =
        restored_network<Network>(model.options.network, file, prefix, facts_.channels, facts_.classes(), device);
  }

  /// The meta-model's probabilities and A(.) of one-hot labels of a volume: (2 classes, z, y, x).
  [[nodiscard]] torch::Tensor outputs(const torch::Tensor& volume, const std::array<double, 3>& spacing_mm,
                                      const StageContext& context) {
    Image image{.voxels = to_array<float, 4>(volume), .geometry = {.spacing_mm = spacing_mm}};
    for (std::size_t axis = 0; axis < 3; ++axis)
      image.geometry.shape[axis] = image.voxels.shape(axis + 1);
    std::vector<ClassProbabilities> sets;
    for_each_base([&](auto& model) {
      for (ClassProbabilities& set : model.predict(image, facts_.planes, context))
        sets.push_back(std::move(set));
    });
    const Array4<float> votes = average_of(sets, AverageOf::labels);
    const torch::Tensor probabilities =
        meta_.options.average == AverageOf::labels
            ? meta_.probabilities(image, votes, context)
            : meta_.probabilities(image, average_of(sets, meta_.options.average), context);
    return torch::cat({probabilities, from_array(votes)});
  }

  Json description_;
  ModelFacts facts_;
  std::tuple<Models...> base_;
  Meta meta_;
};

} // namespace sparseann
