#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "sparseann/core/options.hpp"
#include "sparseann/pseudo_label/base_model.hpp"

namespace sparseann {

template <class... Models> struct BaseModelsOptions {
  std::tuple<OptionsOf<Models>...> models;

  friend void visit(BaseModelsOptions& options, auto&& visitor) {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visitor(
           field(std::tuple_element_t<I, std::tuple<Models...>>::name, std::get<I>(options.models), "a base model")),
       ...);
    }(std::index_sequence_for<Models...>{});
  }
};

/// A compile-time list of base models: `BaseModels<Planes2d<Fcn2d>, Sparse3d<DenseVoxNet>>` is the paper's. Their names
/// must differ.
template <Policy... Models> struct BaseModels {
  BaseModelsOptions<Models...> options;

  /// Calls visitor(model) for each, configured by the options, in order.
  template <class Visitor> void for_each(Visitor&& visitor) const {
    [&]<std::size_t... I>(std::index_sequence<I...>) {
      (visitor(configured<Models>(std::get<I>(options.models))), ...);
    }(std::index_sequence_for<Models...>{});
  }
};

} // namespace sparseann
