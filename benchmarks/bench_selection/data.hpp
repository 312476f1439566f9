#pragma once

#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/io/npy.hpp"

/// The features that are selected from, of the kinds that peers/make_data.py describes.
namespace bench {

struct Workload {
  std::string kind;
  std::size_t items;
  std::size_t columns;

  auto operator<=>(const Workload&) const = default;
};

inline void make_clusters(sparseann::Array2<float>& features, sparseann::Generator generator) {
  constexpr std::size_t clusters = 200;
  auto centres = sparseann::Array2<float>::from_shape({clusters, features.shape(1)});
  for (float& value : sparseann::elements(centres))
    value = static_cast<float>(generator.normal());
  for (std::size_t i = 0; i < features.shape(0); ++i) {
    const std::size_t cluster = generator.uniform_index(clusters);
    for (std::size_t k = 0; k < features.shape(1); ++k)
      features(i, k) = centres(cluster, k) + 0.5F * features(i, k);
  }
}

inline void make_walk(sparseann::Array2<float>& features) {
  for (std::size_t i = 1; i < features.shape(0); ++i)
    for (std::size_t k = 0; k < features.shape(1); ++k)
      features(i, k) = 0.95F * features(i - 1, k) + features(i, k);
}

[[nodiscard]] inline sparseann::Array2<float> generate(const Workload& workload) {
  auto features = sparseann::Array2<float>::from_shape({workload.items, workload.columns});
  const sparseann::Generator generator(1);
  sparseann::Generator noise = generator.split("noise");
  for (float& value : sparseann::elements(features))
    value = static_cast<float>(noise.normal());
  if (workload.kind == "clusters")
    make_clusters(features, generator.split("clusters"));
  else if (workload.kind == "random_walk")
    make_walk(features);
  return features;
}

/// From the folder in SPARSEANN_BENCHMARK_DATA where that is set, as the peers read them, and drawn anew elsewhere.
/// Only the latest stay in memory.
[[nodiscard]] inline const sparseann::Array2<float>& features_of(const Workload& workload) {
  static std::pair<Workload, sparseann::Array2<float>> latest;
  if (latest.first == workload)
    return latest.second;
  const char* const folder = std::getenv("SPARSEANN_BENCHMARK_DATA");
  const std::string file = fmt::format("{}_{}_{}.npy", workload.kind, workload.items, workload.columns);
  if (folder != nullptr && std::filesystem::exists(std::filesystem::path(folder) / file))
    latest = {workload, sparseann::read_npy(std::filesystem::path(folder) / file)};
  else
    latest = {workload, generate(workload)};
  return latest.second;
}

} // namespace bench
