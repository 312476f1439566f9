#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <numeric>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/prefetched.hpp"
#include "sparseann/encode/activation_cache.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/input_convention.hpp"
#include "sparseann/encode/slice_inputs.hpp"
#include "sparseann/encode/vgg19.hpp"
#include "sparseann/io/safetensors.hpp"
#include "sparseann/io/sha256.hpp"
#include "sparseann/network/initialisation.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/tensor/precision.hpp"
#include "sparseann/tensor/tensor.hpp"
#include "sparseann/train/early_stopping.hpp"
#include "sparseann/train/trainer.hpp"
#include "sparseann/train/training_options.hpp"

namespace sparseann {

/// How what follows the frozen convolutions is fitted. The paper trains for 2000 epochs, which are the most here.
struct Vgg19TrainingOptions {
  std::int64_t epochs = 2000;
  std::size_t batch = 128;
  double learning_rate = 5e-4;
  EarlyStoppingOptions stop;
  double checkpoint_seconds = 60;

  friend void visit(Vgg19TrainingOptions& options, auto&& visitor) {
    visitor(field("epochs", options.epochs, "most passes over all slices", at_least(1)));
    visitor(field("batch", options.batch, "slices per step", at_least(1)));
    visitor(field("learning_rate", options.learning_rate, "Adam's learning rate", above(0)));
    visitor(field("stop", options.stop, "when the training ends before that"));
    visitor(field("checkpoint_seconds", options.checkpoint_seconds, "seconds between checkpoints", at_least(0),
                  Affects::execution));
  }
};

struct Vgg19AutoencoderOptions {
  std::string weights;
  std::size_t input = 128;
  IntensityWindowOptions intensities;
  std::vector<std::int64_t> widths{512, 256};
  std::vector<std::int64_t> decoder_channels{32, 32, 16, 8};
  Vgg19TrainingOptions training;
  Precision precision = Precision::float32;

  friend void visit(Vgg19AutoencoderOptions& options, auto&& visitor) {
    visitor(field("weights", options.weights, "safetensors file of VGG-19's convolutions, by torchvision's names"));
    visitor(field("input", options.input, "edge to which slices are resized", at_least(16)));
    visitor(field("intensities", options.intensities, "which intensities become the input's range"));
    visitor(field("widths", options.widths, "outputs of the fully-connected layers; the last are the features",
                  at_least(1)));
    visitor(field("decoder_channels", options.decoder_channels,
                  "channels at 1/16, 1/8, 1/4 and 1/2 of the input's edge", at_least(1)));
    visitor(field("training", options.training, "how the layers after the convolutions are fitted"));
    visitor(field("precision", options.precision, "arithmetic of the forward pass"));
  }

  friend void check_together(const Vgg19AutoencoderOptions& options, const std::string& prefix) {
    if (options.weights.empty())
      throw InvalidArgument(field_name(prefix, "weights"), "a safetensors file of VGG-19's convolutions", "none");
    check_multiple(prefix, "input", options.input, Vgg19::stride, "as four poolings need");
    if (options.widths.empty())
      throw InvalidArgument(field_name(prefix, "widths"), "at least one fully-connected layer", "none");
    if (options.decoder_channels.size() != 4)
      throw InvalidArgument(field_name(prefix, "decoder_channels"), "4 numbers",
                            fmt::format("{}", options.decoder_channels.size()));
  }
};

/// What follows VGG-19's convolutions: fully-connected layers to the features, and a decoder from them to the picture.
///
/// The encoder is linear, ReLU, linear, ..., linear. The decoder is a linear layer to (channels, S/16, S/16) and four
/// transposed convolutions (4 x 4, stride 2), each after a ReLU. Weights start as N(0, 0.01) in the decoder, as in the
/// paper, and as N(0, 2 / inputs) in the encoder; biases as 0.
/// Shapes: (N, 512 (S/16)^2) -> features (N, D) -> pictures (N, C, S, S).
class Vgg19AutoencoderNetworkImpl : public torch::nn::Module {
public:
  Vgg19AutoencoderNetworkImpl(std::int64_t picture_channels, const Vgg19AutoencoderOptions& options,
                              const Generator& generator)
      : edge_(static_cast<std::int64_t>(options.input / Vgg19::stride)) {
    auto width = static_cast<std::int64_t>(Vgg19::out_channels) * edge_ * edge_;
    for (std::size_t i = 0; i < options.widths.size(); ++i) {
      if (i > 0)
        encoder_->push_back(torch::nn::ReLU());
      encoder_->push_back(torch::nn::Linear(width, options.widths[i]));
      width = options.widths[i];
    }
    const std::vector<std::int64_t>& channels = options.decoder_channels;
    from_features_ = torch::nn::Linear(width, channels.front() * edge_ * edge_);
    for (std::size_t i = 0; i < channels.size(); ++i) {
      const std::int64_t next = i + 1 < channels.size() ? channels[i + 1] : picture_channels;
      decoder_->push_back(torch::nn::ReLU());
      decoder_->push_back(
          torch::nn::ConvTranspose2d(torch::nn::ConvTranspose2dOptions(channels[i], next, 4).stride(2).padding(1)));
    }
    register_module("encoder", encoder_);
    register_module("from_features", from_features_);
    register_module("decoder", decoder_);
    draw_weights(generator);
  }

  [[nodiscard]] torch::Tensor encode(const torch::Tensor& activations) { return encoder_->forward(activations); }
  [[nodiscard]] torch::Tensor decode(const torch::Tensor& features) {
    return decoder_->forward(from_features_(features).view({features.size(0), -1, edge_, edge_}));
  }

private:
  void draw_weights(const Generator& generator) {
    constexpr double of_decoder = 0.01;
    const torch::NoGradGuard no_gradient;
    for (auto& item : named_parameters())
      if (item.key().ends_with("bias"))
        item.value().zero_();
      else
        detail::fill_normal(item.value(),
                            item.key().starts_with("encoder.")
                                ? std::sqrt(2.0 / static_cast<double>(item.value().size(1)))
                                : of_decoder,
                            generator.split(item.key()));
  }

  std::int64_t edge_;
  torch::nn::Sequential encoder_;
  torch::nn::Linear from_features_{nullptr};
  torch::nn::Sequential decoder_;
};
TORCH_MODULE(Vgg19AutoencoderNetwork);

namespace detail {

/// Digests of all that activations depend on: of the network, and what tells each slice from others.
struct ActivationKeys {
  std::string network;
  std::vector<std::string> slices;

  [[nodiscard]] std::string joined() const {
    Sha256 digest;
    digest.update(network);
    for (const std::string& slice : slices)
      digest.update(slice);
    return digest.finish();
  }
};

/// The slices of a source, and what VGG-19's convolutions give for them.
class Vgg19Slices {
public:
  Vgg19Slices(const SliceSource& slices, const Vgg19AutoencoderOptions& options, torch::Device device)
      : source_(slices), options_(options), weights_(options.weights), device_(device),
        inputs_(slices, options.intensities, options.input, input_convention(weights_)) {}

  [[nodiscard]] const SliceInputs& inputs() const noexcept { return inputs_; }
  [[nodiscard]] std::size_t columns() const noexcept {
    const std::size_t edge = options_.input / Vgg19::stride;
    return Vgg19::out_channels * edge * edge;
  }

  /// Of a picture, in pixels.
  [[nodiscard]] std::size_t edge() const noexcept { return options_.input; }

  /// The convolutions, read from the file anew at every call.
  [[nodiscard]] Vgg19 network() const { return {weights_, options_.precision, device_}; }

  /// Shape: (positions, columns), float16 on the CPU.
  /// Throws: NumericalError where an activation is beyond what float16 holds.
  [[nodiscard]] torch::Tensor activations(const Vgg19& network, std::span<const std::int64_t> positions,
                                          const std::string& stage) const {
    return activations(network, pictures(positions), positions, stage);
  }

  /// As above, from the slices' pictures.
  [[nodiscard]] torch::Tensor activations(const Vgg19& network, const torch::Tensor& pictures,
                                          std::span<const std::int64_t> positions, const std::string& stage) const {
    const torch::Tensor result = network(inputs_.inputs(pictures.to(device_, true))).flatten(1).to(torch::kHalf);
    if (!torch::isfinite(result).all().item<bool>())
      throw NumericalError(stage, positions.front(), "an activation of vgg19 is beyond float16");
    return result.to(torch::kCPU);
  }

  /// The slices in [0, 1], for a GPU in memory that it reads by itself.
  [[nodiscard]] torch::Tensor pictures(std::span<const std::int64_t> positions) const {
    return for_device(inputs_.pictures(positions));
  }

  /// A tensor on the CPU, for a GPU in memory that it reads by itself.
  [[nodiscard]] torch::Tensor for_device(const torch::Tensor& tensor) const {
    return device_.is_cpu() ? tensor : tensor.pin_memory();
  }

  [[nodiscard]] ActivationKeys keys() const { return {.network = network_key(), .slices = slice_keys()}; }

private:
  /// Digest of all that the network makes of a slice: weights and options.
  [[nodiscard]] std::string network_key() const {
    Sha256 digest;
    digest.update(fmt::format("vgg19 activations 1, input {}, window {} {}, {}, {};", options_.input,
                              options_.intensities.low_percentile, options_.intensities.high_percentile,
                              name_of_value(resolved(options_.precision, device_)), weights_.metadata("input")));
    for (const auto& [name, entry] : weights_.header().tensors)
      digest.update(name).update(weights_.bytes(entry));
    return digest.finish();
  }

  /// What tells each slice from others: digest of its image, plane and position.
  [[nodiscard]] std::vector<std::string> slice_keys() const {
    std::map<std::size_t, std::string> images;
    std::vector<std::string> keys;
    for (std::size_t i = 0; i < source_.size(); ++i) {
      const SliceIndex& index = source_.index(i);
      std::string& image = images[index.case_index];
      if (image.empty())
        image = sha256_of_image(source_.case_of(i).image);
      keys.push_back(fmt::format("{} {} {};", image, name_of(index.plane), index.slice));
    }
    return keys;
  }

  const SliceSource& source_;
  const Vgg19AutoencoderOptions& options_;
  SafetensorsFile weights_;
  torch::Device device_;
  SliceInputs inputs_;
};

/// Activations that are there, found by slice: those of one network.
class KeptActivations {
public:
  KeptActivations(ActivationCache cache, ActivationKeys keys)
      : cache_(std::move(cache)), network_(std::move(keys.network)) {
    for (std::size_t row = 0; row < keys.slices.size(); ++row)
      rows_.emplace(std::move(keys.slices[row]), static_cast<std::int64_t>(row));
  }

  [[nodiscard]] const ActivationCache& cache() const noexcept { return cache_; }

  /// The rows of these slices, or nothing where one is not there.
  [[nodiscard]] std::optional<std::vector<std::int64_t>> rows_of(const ActivationKeys& keys) const {
    if (keys.network != network_)
      return std::nullopt;
    std::vector<std::int64_t> rows;
    for (const std::string& slice : keys.slices) {
      const auto found = rows_.find(slice);
      if (found == rows_.end())
        return std::nullopt;
      rows.push_back(found->second);
    }
    return rows;
  }

private:
  ActivationCache cache_;
  std::string network_;
  std::unordered_map<std::string, std::int64_t> rows_;
};

/// Batches that go through all items in a new order in every epoch; each depends on its iteration alone.
class EpochBatches {
public:
  EpochBatches(std::size_t items, std::size_t batch, Generator generator)
      : batch_(std::min(batch, items)), generator_(std::move(generator)), order_(items) {}

  [[nodiscard]] std::size_t per_epoch() const noexcept { return (order_.size() + batch_ - 1) / batch_; }

  /// Valid until the next call. The last batch of an epoch may be smaller.
  [[nodiscard]] std::span<const std::int64_t> operator()(std::size_t iteration) {
    const std::size_t epoch = iteration / per_epoch();
    if (epoch != epoch_) {
      std::iota(order_.begin(), order_.end(), 0);
      generator_.split(epoch).shuffle(std::span(order_));
      epoch_ = epoch;
    }
    const std::size_t first = iteration % per_epoch() * batch_;
    return std::span<const std::int64_t>(order_).subspan(first, std::min(batch_, order_.size() - first));
  }

private:
  std::size_t batch_;
  Generator generator_;
  std::vector<std::int64_t> order_;
  std::optional<std::size_t> epoch_;
};

/// What each iteration of the auto-encoder's training reads, on its device: pictures, and activations as float16.
///
/// A GPU that has room for it (a quarter of what is free) holds all of it from the start, so that nothing is read or
/// resized again. Another one gets the next batch while it works on the last, from a thread of its own; a CPU has
/// nobody to wait for.
class Vgg19Batches {
public:
  using Batch = std::pair<torch::Tensor, torch::Tensor>;

  /// `slices` and `cache` must outlive it.
  Vgg19Batches(const Vgg19Slices& slices, const ActivationCache& cache, EpochBatches batches, std::size_t count,
               std::size_t iterations, torch::Device device)
      : slices_(slices), cache_(cache), batches_(std::move(batches)), iterations_(iterations), device_(device),
        ahead_(Prepare{this}) {
    const auto edge = static_cast<std::uint64_t>(slices.edge());
    const std::uint64_t bytes =
        count * (slices.columns() * sizeof(c10::Half) +
                 static_cast<std::uint64_t>(slices.inputs().channels()) * edge * edge * sizeof(float));
    if (bytes <= free_gpu_memory(device) / 4)
      hold_all(count);
  }
  Vgg19Batches(const Vgg19Batches&) = delete;
  Vgg19Batches& operator=(const Vgg19Batches&) = delete;

  [[nodiscard]] Batch operator()(std::size_t iteration) {
    if (all_.first.defined()) {
      const std::span<const std::int64_t> rows = batches_(iteration);
      const torch::Tensor places = torch::tensor(at::IntArrayRef(rows.data(), rows.size())).to(device_);
      return {all_.first.index_select(0, places), all_.second.index_select(0, places)};
    }
    const Batch batch = ahead_.get(iteration, device_.is_cpu() || iteration + 1 == iterations_);
    return {batch.first.to(device_, true), batch.second.to(device_, true)};
  }

private:
  struct Prepare {
    Vgg19Batches* owner;
    Batch operator()(std::size_t iteration) const { return owner->prepared(owner->batches_(iteration)); }
  };

  [[nodiscard]] Batch prepared(std::span<const std::int64_t> rows) const {
    return {slices_.pictures(rows), slices_.for_device(cache_.rows(rows))};
  }

  void hold_all(std::size_t count) {
    constexpr std::int64_t at_once = 256;
    const auto slices = static_cast<std::int64_t>(count);
    const auto edge = static_cast<std::int64_t>(slices_.edge());
    const torch::TensorOptions there(device_);
    all_ = {torch::empty({slices, slices_.inputs().channels(), edge, edge}, there),
            torch::empty({slices, static_cast<std::int64_t>(slices_.columns())}, there.dtype(torch::kHalf))};
    for (std::int64_t first = 0; first < slices; first += at_once) {
      std::vector<std::int64_t> rows(static_cast<std::size_t>(std::min(at_once, slices - first)));
      std::iota(rows.begin(), rows.end(), first);
      const auto [pictures, activations] = prepared(rows);
      all_.first.narrow(0, first, pictures.size(0)).copy_(pictures);
      all_.second.narrow(0, first, activations.size(0)).copy_(activations);
    }
  }

  const Vgg19Slices& slices_;
  const ActivationCache& cache_;
  EpochBatches batches_;
  std::size_t iterations_;
  torch::Device device_;
  Batch all_;
  Prefetched<Prepare> ahead_;
};

} // namespace detail

/// The paper's encoder: VGG-19's convolutions with fixed weights, fully-connected layers on the last of them, trained
/// as an auto-encoder on the slices of all planes together.
///
/// Formula: features = FC(VGG-19(inputs)), see SliceInputs; loss: mean squared error between the decoder's output and
/// the slice's picture, in [0, 1] (Eq. 4); Adam, constant rate. An epoch goes through all slices once. The training
/// ends after `epochs` or when it is at rest, see is_at_rest.
/// Cost: VGG-19 once per slice, as its weights never change: what it gives is kept as float16 in
/// `activations.safetensors` in the context's directory, or in a temporary file where there is none; 64 KiB per slice
/// at 128 x 128, four times that at 256 x 256. Memory does not grow with the number of slices.
/// Throws: as SafetensorsFile, input_convention, Vgg19, SliceInputs, ActivationCache and train.
/// Source: Zheng et al., "An Annotation Sparsification Strategy for 3D Medical Image Segmentation via Representative
/// Selection and Self-Training", AAAI 2020, which leaves open widths, decoder, and how intensities become inputs.
/// Deviation: training ends early; convolutions' outputs are rounded to float16.
class Vgg19Autoencoder {
public:
  static constexpr std::string_view name = "vgg19_autoencoder";

  Vgg19AutoencoderOptions options;

  void fit(const SliceSource& slices, const StageContext& context) {
    validate(options, std::string(name));
    kept_.reset();
    const detail::Vgg19Slices vgg19(slices, options, context.device);
    network_ = Vgg19AutoencoderNetwork(vgg19.inputs().channels(), options, context.generator.split("weights"));
    detail::EpochBatches batches(slices.size(), options.training.batch, context.generator.split("order"));
    const TrainingOptions training_options = training(batches.per_epoch());
    std::optional<detail::Vgg19Batches> prepared;
    const auto step = [&](const BatchPart& part, const Generator&) -> StepLoss {
      if (!prepared) { // not before: a finished training needs none
        kept_ = activations(vgg19, vgg19.keys(), context);
        prepared.emplace(vgg19, kept_->cache(), batches, slices.size(),
                         static_cast<std::size_t>(training_options.iterations), context.device);
      }
      const auto [pictures, inputs] = (*prepared)(static_cast<std::size_t>(part.iteration));
      const PrecisionScope scope(options.precision, context.device);
      const torch::Tensor difference =
          network_->decode(network_->encode(inputs.to(torch::kFloat))).to(torch::kFloat) - pictures;
      return {.main = {difference.square().sum(), torch::tensor(static_cast<double>(difference.numel()))}};
    };
    train(network_, training_options, context, step,
          {.is_done = [this](const LossCurve& curve) { return is_at_rest(options.training.stop, curve); }});
    if (!kept_)
      kept_ = activations_in_file(vgg19, vgg19.keys(), context);
  }

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext& context) {
    if (network_.is_empty())
      throw InvalidArgument(std::string(name), "fit() before encode()", "encode() first");
    const detail::Vgg19Slices vgg19(slices, options, context.device);
    const std::optional<std::vector<std::int64_t>> cached = kept_ ? kept_->rows_of(vgg19.keys()) : std::nullopt;
    const std::optional<Vgg19> convolutions = cached ? std::nullopt : std::optional(vgg19.network());
    const torch::NoGradGuard no_gradient;
    network_->eval();
    auto task = context.progress.start(context.stage + ", features", slices.size());
    std::vector<std::int64_t> positions(slices.size());
    std::iota(positions.begin(), positions.end(), 0);
    std::vector<torch::Tensor> parts;
    const std::size_t batch = vgg19_batch(context.device);
    for (std::size_t first = 0; first < slices.size(); first += batch) {
      const auto part_of = [&](const std::vector<std::int64_t>& all) {
        return std::span(all).subspan(first, std::min(batch, all.size() - first));
      };
      const torch::Tensor rows = cached ? kept_->cache().rows(part_of(*cached))
                                        : vgg19.activations(*convolutions, part_of(positions), context.stage);
      const PrecisionScope scope(options.precision, context.device);
      parts.push_back(network_->encode(rows.to(context.device).to(torch::kFloat)).to(torch::kCPU, torch::kFloat));
      task.advance(part_of(positions).size());
    }
    task.finish();
    return to_array<float, 2>(torch::cat(parts));
  }

  /// Pictures in [0, 1], as SliceInputs makes them, and what the decoder makes of their features.
  [[nodiscard]] Reconstruction reconstruct(const SliceSource& slices, const StageContext& context) {
    const Array2<float> features = encode(slices, context);
    const detail::Vgg19Slices vgg19(slices, options, context.device);
    std::vector<std::int64_t> positions(slices.size());
    std::iota(positions.begin(), positions.end(), 0);
    const torch::NoGradGuard no_gradient;
    return {.inputs = vgg19.inputs().pictures(positions),
            .outputs = network_->decode(from_array(features).to(context.device)).to(torch::kCPU, torch::kFloat)};
  }

  [[nodiscard]] std::vector<std::filesystem::path> files() const { return {options.weights}; }

private:
  /// Slices that VGG-19 reads at once. A CPU takes as long for each with 16 as with 32, or a fourth longer, by its
  /// kind; a GPU idles with few.
  [[nodiscard]] static std::size_t vgg19_batch(torch::Device device) { return device.is_cpu() ? 32 : 128; }

  [[nodiscard]] TrainingOptions training(std::size_t iterations_per_epoch) const {
    return {.iterations = options.training.epochs * static_cast<std::int64_t>(iterations_per_epoch),
            .batch = options.training.batch,
            .learning_rate = options.training.learning_rate,
            .schedule = {.kind = ScheduleKind::constant},
            .precision = options.precision,
            .checkpoint_seconds = options.training.checkpoint_seconds};
  }

  /// Empty without a directory.
  [[nodiscard]] static std::filesystem::path cache_path(const StageContext& context) {
    return context.directory.empty() ? context.directory : context.directory / "activations.safetensors";
  }

  using Kept = std::shared_ptr<const detail::KeptActivations>;

  /// From the file of an earlier run; none where there is no such file, or one of others.
  [[nodiscard]] static Kept activations_in_file(const detail::Vgg19Slices& vgg19, const detail::ActivationKeys& keys,
                                                const StageContext& context) {
    const std::filesystem::path path = cache_path(context);
    if (path.empty() || !std::filesystem::exists(path))
      return nullptr;
    auto found = ActivationCache::open(path, keys.joined(), keys.slices.size(), vgg19.columns());
    return found ? std::make_shared<const detail::KeptActivations>(*std::move(found), keys) : nullptr;
  }

  /// From the file of an earlier run, or computed.
  [[nodiscard]] static Kept activations(const detail::Vgg19Slices& vgg19, const detail::ActivationKeys& keys,
                                        const StageContext& context) {
    if (Kept kept = activations_in_file(vgg19, keys, context))
      return kept;
    const std::filesystem::path path = cache_path(context);
    if (!path.empty() && std::filesystem::exists(path))
      context.progress.say(fmt::format("{} is damaged or of other slices or weights: computed anew", path.string()));
    const Vgg19 network = vgg19.network();
    const std::size_t slices = keys.slices.size();
    const std::size_t batch = vgg19_batch(context.device);
    auto task = context.progress.start(context.stage + ", vgg19", slices);
    // A GPU works while the CPU reads and resizes what it gets next.
    Prefetched pictures([&](std::size_t i) {
      std::vector<std::int64_t> positions(std::min(batch, slices - i * batch));
      std::iota(positions.begin(), positions.end(), static_cast<std::int64_t>(i * batch));
      return vgg19.pictures(positions);
    });
    const auto compute = [&](std::span<const std::int64_t> positions) {
      const auto i = static_cast<std::size_t>(positions.front()) / batch;
      const bool last = context.device.is_cpu() || (i + 1) * batch >= slices;
      torch::Tensor part = vgg19.activations(network, pictures.get(i, last), positions, context.stage);
      task.advance(positions.size());
      return part;
    };
    ActivationCache made = ActivationCache::make(path, keys.joined(), slices, vgg19.columns(), batch, compute);
    task.finish();
    return std::make_shared<const detail::KeptActivations>(std::move(made), keys);
  }

  Vgg19AutoencoderNetwork network_{nullptr};
  Kept kept_;
};

} // namespace sparseann
