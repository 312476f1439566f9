#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseann/network/batch_norm.hpp"
#include "sparseann/network/network.hpp"
#include "sparseann/network/segmentation_output.hpp"
#include "sparseann/tensor/cuda_graph.hpp"
#include "sparseann/tensor/torch.hpp"

namespace sparseann {

/// A network whose forward pass in training is always the same operations, whatever its input's values and whatever is
/// drawn: its module says `static constexpr bool has_fixed_operations = true`. Only such a network may be recorded.
template <class N>
concept HasFixedOperations = NetworkModule<N> && requires { requires bool(N::Impl::has_fixed_operations); };

namespace detail {

/// A forward and a backward pass of a network, recorded with the tensors that they read and write.
struct NetworkRecording : torch::CustomClassHolder {
  std::vector<torch::Tensor> inputs;
  std::vector<torch::Tensor> outputs;
  std::vector<torch::Tensor> output_gradients;
  std::vector<torch::Tensor> parameters;
  std::vector<torch::Tensor> parameter_gradients; ///< undefined where the outputs do not depend on the parameter
  CudaGraph forward;
  CudaGraph backward;
};

/// While it lives, copies of weights in a lower precision are made anew wherever they are read, as replays must.
class AutocastWithoutCache {
public:
  AutocastWithoutCache() : cached_(at::autocast::is_autocast_cache_enabled()) {
    at::autocast::set_autocast_cache_enabled(false);
  }
  AutocastWithoutCache(const AutocastWithoutCache&) = delete;
  AutocastWithoutCache& operator=(const AutocastWithoutCache&) = delete;
  ~AutocastWithoutCache() { at::autocast::set_autocast_cache_enabled(cached_); }

private:
  bool cached_;
};

/// Replays a recording as one operation of the parameters.
class ReplayFunction : public torch::autograd::Function<ReplayFunction> {
public:
  static torch::autograd::variable_list forward(torch::autograd::AutogradContext* context, at::TensorList,
                                                const c10::intrusive_ptr<NetworkRecording>& recording) {
    recording->forward.replay();
    context->saved_data["recording"] = c10::IValue::make_capsule(recording);
    torch::autograd::variable_list outputs;
    for (const torch::Tensor& output : recording->outputs)
      outputs.push_back(output.detach());
    return outputs;
  }

  static torch::autograd::variable_list backward(torch::autograd::AutogradContext* context,
                                                 const torch::autograd::variable_list& gradients) {
    const auto recording =
        c10::static_intrusive_pointer_cast<NetworkRecording>(context->saved_data["recording"].toCapsule());
    for (std::size_t i = 0; i < gradients.size(); ++i)
      if (gradients[i].defined())
        recording->output_gradients[i].copy_(gradients[i]);
      else
        recording->output_gradients[i].zero_();
    recording->backward.replay();
    // Copies, as whoever accumulates gradients may keep them, and the next replay overwrites the recording's.
    std::vector<torch::Tensor> defined;
    std::ranges::copy_if(recording->parameter_gradients, std::back_inserter(defined),
                         [](const torch::Tensor& gradient) { return gradient.defined(); });
    std::vector<torch::Tensor> copies = at::_foreach_mul(defined, 1.0);
    torch::autograd::variable_list result;
    auto next = copies.begin();
    for (const torch::Tensor& gradient : recording->parameter_gradients)
      result.push_back(gradient.defined() ? std::move(*next++) : torch::Tensor());
    result.emplace_back(); // of the recording
    return result;
  }
};

} // namespace detail

/// A network's forward pass in training, which a GPU replays, with its backward pass, from a recording.
///
/// The first calls run as they are, which gets libraries ready; then the passes of the largest input shape so far are
/// recorded and replayed for all inputs of that shape, in the precision that is in scope then. What other shapes, CPUs,
/// networks that do not declare `has_fixed_operations` and SynchronisedBatchNorm need is run as it is. An output is
/// valid until the next call. The network must be in training mode, its parameters stay where they are, and only the
/// gradients of parameters are computed. Cost: on a GPU the memory of a step for as long as it lives.
template <NetworkModule Network> class ReplayedNetwork {
public:
  /// `replays`: whether a recording is made at all.
  ReplayedNetwork(Network network, torch::Device device, bool replays = true)
      : network_(std::move(network)), device_(device),
        replays_(replays && HasFixedOperations<Network> && can_record(device)) {}

  /// The tensors of the network's `forward`, on its device.
  template <std::same_as<torch::Tensor>... Input>
    requires requires(Network network, const Input&... inputs) { network->forward(inputs...); }
  [[nodiscard]] SegmentationOutput operator()(const Input&... inputs) {
    if (!replays_ || !network_->is_training() || SynchronisedBatchNorm::is_active())
      return network_->forward(inputs...);
    if (!recording_ && is_time_to_record({inputs...}))
      record(inputs...);
    if (!recording_ || !fits({inputs...}))
      return network_->forward(inputs...);
    std::size_t next = 0;
    (recording_->inputs[next++].copy_(inputs, true), ...);
    const auto outputs = detail::ReplayFunction::apply(at::TensorList(recording_->parameters), recording_);
    return {.logits = outputs[0], .auxiliary = {outputs.begin() + 1, outputs.end()}};
  }

private:
  static constexpr std::size_t calls_before_recording = 3;

  /// After the first calls, at an input as large as any before: parts of a batch may be smaller.
  [[nodiscard]] bool is_time_to_record(const std::vector<torch::Tensor>& inputs) {
    largest_ = std::max(largest_, inputs.front().numel());
    return calls_++ >= calls_before_recording && inputs.front().numel() == largest_;
  }

  [[nodiscard]] bool fits(const std::vector<torch::Tensor>& inputs) const {
    return std::ranges::equal(inputs, recording_->inputs, [](const torch::Tensor& a, const torch::Tensor& b) {
      return a.sizes() == b.sizes() && a.scalar_type() == b.scalar_type();
    });
  }

  template <class... Input> void record(const Input&... inputs) {
    auto recording = c10::make_intrusive<detail::NetworkRecording>();
    recording->inputs = {inputs.clone()...};
    for (const torch::Tensor& parameter : network_->parameters())
      if (parameter.requires_grad())
        recording->parameters.push_back(parameter);
    const detail::AutocastWithoutCache anew;
    std::vector<torch::Tensor> outputs;
    recording->forward.record(device_, [&] {
      std::size_t next = 0;
      const auto input = [&](const torch::Tensor&) { return recording->inputs[next++]; };
      const SegmentationOutput output =
          std::apply([&](const auto&... copies) { return network_->forward(copies...); }, std::tuple{input(inputs)...});
      outputs.push_back(output.logits);
      outputs.insert(outputs.end(), output.auxiliary.begin(), output.auxiliary.end());
    });
    for (const torch::Tensor& output : outputs)
      recording->output_gradients.push_back(torch::empty_like(output));
    recording->backward.record(
        device_,
        [&] {
          recording->parameter_gradients =
              torch::autograd::grad(outputs, recording->parameters, recording->output_gradients, {}, false, true);
        },
        &recording->forward);
    for (const torch::Tensor& output : outputs)
      recording->outputs.push_back(output.detach());
    recording_ = std::move(recording);
  }

  Network network_;
  torch::Device device_;
  bool replays_;
  std::size_t calls_ = 0;
  std::int64_t largest_ = 0; ///< numbers in an input so far
  c10::intrusive_ptr<detail::NetworkRecording> recording_;
};

} // namespace sparseann
