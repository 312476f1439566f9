#include "apps/sparseann_torch/encoders.hpp"

#include <memory>

#include "apps/sparseann_torch/names.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/encode/pixel_features.hpp"
#include "sparseann/encode/precomputed_features.hpp"
#include "sparseann/encode/principal_components.hpp"
#include "sparseann/encode/torchscript_encoder.hpp"
#include "sparseann/encode/vgg19_autoencoder.hpp"
#include "sparseann/io/command_line.hpp"
#include "sparseann/tensor/precision.hpp"

namespace sparseann::app {

namespace {

template <FeatureEncoder E> EncoderChoice choice(std::string_view purpose) {
  const auto encoder = std::make_shared<E>();
  const std::string name = typed_name(E::name);
  return {
      .name = name,
      .purpose = purpose,
      .add_flags = [encoder, name](CLI::App& app) { add_options(app, encoder->options, name); },
      .settle =
          [encoder, name](torch::Device device) {
            resolve_precisions(encoder->options, device);
            validate(encoder->options, "--" + name);
          },
      .options = [encoder] { return to_json(encoder->options, FieldFilter::affecting_results); },
      .encode =
          [encoder](const SliceSource& slices, const StageContext& context, const std::optional<FeatureCache>& cache) {
            E fresh = *encoder;
            return cache ? cache->features(std::move(fresh), slices, context) : fit_and_encode(fresh, slices, context);
          }};
}

} // namespace

std::vector<EncoderChoice> all_encoders() {
  return {
      choice<ConvAutoencoder>("a small auto-encoder, trained on these very slices; needs no weights"),
      choice<Vgg19Autoencoder>(
          "the paper's: VGG-19's fixed convolutions and an auto-encoder on them; needs a weight file"),
      choice<PrincipalComponents>("principal components of the resized slices: exact, no training"),
      choice<PixelFeatures>("the resized slices themselves"),
      choice<TorchScriptEncoder>("any traced or scripted network, a foundation model say, from a file that you trust"),
      choice<PrecomputedFeatures>("reads CASE_PLANE.npy, made by `sparseann encode` or anything else"),
  };
}

} // namespace sparseann::app
