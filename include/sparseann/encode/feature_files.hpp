#pragma once

#include <cstddef>
#include <filesystem>
#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/npy.hpp"

namespace sparseann {

/// Where the features of one plane of one case are kept: FOLDER/CASE_PLANE.npy, one row per slice.
[[nodiscard]] inline std::filesystem::path feature_file(const std::filesystem::path& folder, std::string_view case_name,
                                                        Plane plane) {
  return folder / fmt::format("{}_{}.npy", case_name, name_of(plane));
}

/// Fits the encoder on the slices and encodes them. Shapes: (slices, D). Throws: as the encoder; DataError where it
/// does not return one row per slice.
template <FeatureEncoder Encoder>
[[nodiscard]] Array2<float> fit_and_encode(Encoder& encoder, const SliceSource& slices, const StageContext& context) {
  encoder.fit(slices, context);
  Array2<float> features = encoder.encode(slices, context);
  if (features.shape(0) != slices.size())
    throw DataError(fmt::format("encoder {}", Encoder::name), fmt::format("{} rows, one per slice", slices.size()),
                    fmt::format("{}", features.shape(0)));
  return features;
}

/// Which slice each row of a table of features is of, as CSV: case, plane, slice, row, and group, which is CASE_PLANE.
[[nodiscard]] inline std::string feature_index(const SliceSource& slices) {
  CsvWriter table({"case", "plane", "slice", "row", "group"});
  for (std::size_t row = 0; row < slices.size(); ++row) {
    const auto& [case_index, plane, slice] = slices.index(row);
    const std::string& name = slices.case_of(row).name;
    table.add_row(name, name_of(plane), slice, row, fmt::format("{}_{}", name, name_of(plane)));
  }
  return table.text();
}

/// Writes the features of every plane of every case into a folder that exists, see feature_file.
///
/// Shapes: features (slices, D), in the order of all_slices. Throws: IoError.
inline void write_feature_files(const std::filesystem::path& folder, const SliceSource& slices,
                                const Array2<float>& features) {
  for (std::size_t begin = 0; begin < slices.size();) {
    const Case& subject = slices.case_of(begin);
    const Plane plane = slices.index(begin).plane;
    const std::size_t end = begin + slice_count(subject.image.shape(), plane);
    const Array2<float> table = xt::view(features, xt::range(begin, end), xt::all());
    write_npy(feature_file(folder, subject.name, plane), table);
    begin = end;
  }
}

} // namespace sparseann
