#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <tuple>

#include "sparseann/core/options.hpp"
#include "sparseann/encode/conv_autoencoder.hpp"
#include "sparseann/meta/trained_meta.hpp"
#include "sparseann/pipeline/presets.hpp"
#include "sparseann/pseudo_label/base_models.hpp"
#include "sparseann/pseudo_label/planes2d.hpp"
#include "sparseann/pseudo_label/recursive_model.hpp"
#include "sparseann/pseudo_label/sparse3d.hpp"

namespace sparseann {

/// How large networks and trainings are: the smallest that run, to try an experiment out; those that two CPU cores
/// train in minutes; the paper's.
enum class Scale { toy, cpu, paper };
constexpr std::array<std::string_view, 3> names_of(Scale) { return {"toy", "cpu", "paper"}; }

namespace detail {

[[nodiscard]] inline TrainingOptions training_2d_at(Scale scale) {
  switch (scale) {
  case Scale::toy: return {.iterations = 2, .batch = 2, .patch = 8};
  case Scale::cpu: return cpu_sized::planes2d().training;
  case Scale::paper: break;
  }
  // Adam's 5e-4 and its drop after 10,000 iterations are the paper's; their number, batch and patch are ours.
  return {.iterations = 15000,
          .batch = 16,
          .patch = 128,
          .schedule = {.kind = ScheduleKind::step},
          .precision = Precision::automatic};
}

[[nodiscard]] inline TrainingOptions training_3d_at(Scale scale) {
  switch (scale) {
  case Scale::toy: return {.iterations = 2, .batch = 2, .patch = 8};
  case Scale::cpu: return cpu_sized::training_3d();
  case Scale::paper: break;
  }
  return {.precision = Precision::automatic};
}

[[nodiscard]] inline SlidingWindowOptions windows_at(Scale scale) {
  switch (scale) {
  case Scale::toy: return {.window = 16, .rule = WindowRule::overlap};
  case Scale::cpu: return cpu_sized::windows();
  case Scale::paper: break;
  }
  return {};
}

} // namespace detail

inline void set_scale(DenseVoxNetOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = cpu_sized::densevoxnet();
  if (scale == Scale::toy)
    options = {.stem_channels = 4, .growth = 2, .layers = {1, 1}, .decoder_channels = {4, 4}, .dropout = 0.0};
}

inline void set_scale(YDenseVoxNetOptions& options, Scale scale) {
  set_scale(options.densevoxnet, scale);
  if (scale != Scale::paper)
    options.pseudo_label_layers = scale == Scale::cpu ? 2 : 1;
}

inline void set_scale(Fcn2dOptions& options, Scale scale) {
  if (scale == Scale::cpu)
    options = cpu_sized::planes2d().network;
  if (scale == Scale::toy)
    options = {.widths = {4, 4}, .blocks_per_scale = 1, .scale_channels = 4, .head_channels = 4};
}

inline void set_scale(ConvAutoencoderOptions& options, Scale scale) {
  if (scale == Scale::toy) {
    options = {.input = 8, .channels = {2, 2}, .features = 4};
    options.training.iterations = 2;
  }
}

/// The options of a policy at a scale: its defaults, changed by `set_scale(options, scale)` where argument-dependent
/// lookup finds one. The defaults are the paper's size.
template <Options O> [[nodiscard]] O at_scale(Scale scale) {
  O options;
  if constexpr (requires { set_scale(options, scale); })
    set_scale(options, scale);
  return options;
}

template <class Network> void set_scale(Planes2dOptions<Network>& options, Scale scale) {
  options.network = at_scale<network_options<Network>>(scale);
  options.training = detail::training_2d_at(scale);
}

template <class Network> void set_scale(Sparse3dOptions<Network>& options, Scale scale) {
  options.network = at_scale<network_options<Network>>(scale);
  options.training = detail::training_3d_at(scale);
  options.inference = detail::windows_at(scale);
}

template <class Fit, class Network> void set_scale(TrainedMetaOptions<Fit, Network>& options, Scale scale) {
  options.network = at_scale<network_options<Network>>(scale);
  options.training = detail::training_3d_at(scale);
  options.inference = detail::windows_at(scale);
}

template <class First, class Second> void set_scale(RecursiveModelOptions<First, Second>& options, Scale scale) {
  options.first = at_scale<OptionsOf<First>>(scale);
  options.second = at_scale<OptionsOf<Second>>(scale);
}

template <class... Models> void set_scale(BaseModelsOptions<Models...>& options, Scale scale) {
  std::apply([&](auto&... each) { ((each = at_scale<std::remove_cvref_t<decltype(each)>>(scale)), ...); },
             options.models);
}

} // namespace sparseann
