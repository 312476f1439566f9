#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "sparseann/core/error.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/indexed_features.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/select/features.hpp"

namespace sparseann {

struct PrecomputedFeaturesOptions {
  std::string folder;

  friend void visit(PrecomputedFeaturesOptions& options, auto&& visitor) {
    visitor(field("folder", options.folder,
                  "folder of CASE_PLANE.npy, one row per slice, or of features.npy and index.csv"));
  }
};

/// Features that something else computed: `folder/CASE_PLANE.npy`, one row per slice of that case and plane, in order;
/// or, where there is a `folder/index.csv`, all in `folder/features.npy`, see read_indexed_features.
///
/// Cost: reads each file once per encode. Throws: IoError for a missing file, DataError where the rows are not the
/// slices, differ in length between files, are all zero, or hold something that is not finite.
struct PrecomputedFeatures {
  static constexpr std::string_view name = "precomputed";

  PrecomputedFeaturesOptions options;

  void fit(const SliceSource&, const StageContext&) {}

  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) {
    if (std::filesystem::exists(std::filesystem::path(options.folder) / "index.csv"))
      return read_indexed_features(options.folder, slices);
    std::map<std::pair<std::size_t, Plane>, Array2<float>> tables;
    Array2<float> features;
    for (std::size_t row = 0; row < slices.size(); ++row) {
      const SliceIndex& index = slices.index(row);
      auto& table = tables[{index.case_index, index.plane}];
      if (table.size() == 0)
        table = read(slices.case_of(row), index.plane);
      if (row == 0)
        features = xt::zeros<float>({slices.size(), table.shape(1)});
      if (table.shape(1) != features.shape(1))
        throw DataError(path_of(slices.case_of(row), index.plane).string(),
                        fmt::format("{} features per slice, as in the other files", features.shape(1)),
                        fmt::format("{}", table.shape(1)));
      xt::row(features, static_cast<std::ptrdiff_t>(row)) = xt::row(table, static_cast<std::ptrdiff_t>(index.slice));
    }
    return features;
  }

private:
  [[nodiscard]] std::filesystem::path path_of(const Case& subject, Plane plane) const {
    return std::filesystem::path(options.folder) / fmt::format("{}_{}.npy", subject.name, name_of(plane));
  }

  [[nodiscard]] Array2<float> read(const Case& subject, Plane plane) const {
    const auto path = path_of(subject, plane);
    Array2<float> table = read_npy(path);
    const std::size_t expected = slice_count(subject.image.shape(), plane);
    if (table.shape(0) != expected)
      throw DataError(path.string(), fmt::format("{} rows, one per slice", expected),
                      fmt::format("{}", table.shape(0)));
    check_features(table, path.string());
    return table;
  }
};

} // namespace sparseann
