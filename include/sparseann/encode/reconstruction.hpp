#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/io/png.hpp"
#include "sparseann/tensor/tensor.hpp"

namespace sparseann {

/// How far a slice's reconstruction is from the slice, both as the encoder reads slices.
struct ReconstructionError {
  double mean_squared = 0;
  std::optional<double> unexplained_share; ///< of the slice's variance; none where the slice is constant
};

/// A slice, its error, and where in the picture of reconstructions it stands.
struct SliceReconstruction {
  std::string case_name;
  Plane plane = Plane::xy;
  std::size_t slice = 0;
  ReconstructionError error;
  std::optional<std::size_t> column;
};

namespace detail {

inline void check_reconstruction(const Reconstruction& made, std::size_t slices) {
  if (made.inputs.dim() != 4 || made.inputs.size(0) != static_cast<std::int64_t>(slices))
    throw DataError("reconstruction inputs", fmt::format("({}, C, H, W)", slices), shape_text(made.inputs));
  if (made.outputs.sizes() != made.inputs.sizes())
    throw DataError("reconstruction outputs", shape_text(made.inputs) + ", as the inputs", shape_text(made.outputs));
}

/// Slices as grey pictures side by side: the mean over channels, black and white where the slice's input has them.
/// Shape: (rows, columns) of one strip.
[[nodiscard]] inline torch::Tensor grey_strip(const torch::Tensor& slices, const torch::Tensor& inputs,
                                              std::int64_t factor) {
  const torch::Tensor low = inputs.amin({1, 2}, true);
  const torch::Tensor range = (inputs.amax({1, 2}, true) - low).clamp_min(1e-12);
  const torch::Tensor grey = ((slices - low) / range).clamp(0, 1).mul(255).round();
  const torch::Tensor enlarged = grey.repeat_interleave(factor, 1).repeat_interleave(factor, 2);
  constexpr std::int64_t gap = 4;
  return torch::cat(torch::constant_pad_nd(enlarged, {0, gap}, 255).unbind(0), 1);
}

} // namespace detail

/// The error of each slice.
///
/// Formula: the mean of (output - input)^2 over the slice's values; unexplained share: that, divided by the variance of
/// the input's values, 1 for an encoder that knows no more than each slice's mean. Shapes: N.
/// Throws: DataError where the tensors are not N slices of one shape.
[[nodiscard]] inline std::vector<ReconstructionError> reconstruction_errors(const Reconstruction& made,
                                                                            std::size_t slices) {
  detail::check_reconstruction(made, slices);
  const torch::Tensor inputs = made.inputs.to(torch::kDouble).flatten(1);
  const torch::Tensor outputs = made.outputs.to(torch::kDouble).flatten(1);
  const auto squared = to_array<double, 1>((outputs - inputs).square().mean(1));
  const auto variance = to_array<double, 1>((inputs - inputs.mean(1, true)).square().mean(1));
  std::vector<ReconstructionError> errors;
  for (std::size_t i = 0; i < slices; ++i)
    errors.push_back({.mean_squared = squared(i),
                      .unexplained_share = variance(i) > 0 ? std::optional(squared(i) / variance(i)) : std::nullopt});
  return errors;
}

/// Slices above their reconstructions, one column per slice, on white.
///
/// Grey is the mean over the channels, from the least to the largest value of the input in both pictures of a column;
/// enlarged by the largest whole factor that keeps a slice within 96 px. Shape: (height, width, 3), 8-bit RGB.
/// Throws: DataError where the tensors are not N slices of one shape; InvalidArgument for none.
[[nodiscard]] inline Array3<std::uint8_t> reconstruction_picture(const Reconstruction& made) {
  const auto slices = made.inputs.dim() > 0 ? static_cast<std::size_t>(made.inputs.size(0)) : 0U;
  if (slices == 0)
    throw InvalidArgument("reconstruction inputs", "at least one slice", shape_text(made.inputs));
  detail::check_reconstruction(made, slices);
  const torch::Tensor inputs = made.inputs.to(torch::kCPU, torch::kFloat).mean(1);
  const torch::Tensor outputs = made.outputs.to(torch::kCPU, torch::kFloat).mean(1);
  const std::int64_t factor = std::max<std::int64_t>(1, 96 / std::max(inputs.size(1), inputs.size(2)));
  const torch::Tensor above = detail::grey_strip(inputs, inputs, factor);
  const torch::Tensor gap = torch::full({4, above.size(1)}, 255.0, torch::kFloat);
  const torch::Tensor grey = torch::cat({above, gap, detail::grey_strip(outputs, inputs, factor)});
  return to_array<std::uint8_t, 3>(grey.to(torch::kUInt8).unsqueeze(2).expand({-1, -1, 3}));
}

namespace detail {

/// Which slices to show: of the first case, three of each plane at equal intervals.
[[nodiscard]] inline std::vector<SliceIndex> pictured_slices(const SliceSource& slices) {
  constexpr std::size_t per_plane = 3;
  const SliceIndex first = slices.index(0);
  std::vector<SliceIndex> chosen;
  for (const Plane plane : all_planes) {
    std::vector<SliceIndex> stack;
    for (std::size_t i = 0; i < slices.size(); ++i)
      if (slices.index(i).case_index == first.case_index && slices.index(i).plane == plane)
        stack.push_back(slices.index(i));
    for (std::size_t i = 0; i < std::min(per_plane, stack.size()); ++i)
      chosen.push_back(stack[(2 * i + 1) * stack.size() / (2 * std::min(per_plane, stack.size()))]);
  }
  return chosen;
}

[[nodiscard]] inline std::string reconstructions_csv(std::span<const SliceReconstruction> rows) {
  CsvWriter table({"case", "plane", "slice", "mean_squared_error", "unexplained_share", "picture_column"});
  for (const SliceReconstruction& row : rows)
    table.add_row(row.case_name, name_of(row.plane), row.slice, row.error.mean_squared, row.error.unexplained_share,
                  row.column);
  return table.text();
}

} // namespace detail

/// Keeps what a fitted encoder makes of all slices: `reconstruction_error.csv`, a row per slice, and
/// `reconstructions.png`, a few of them above their reconstructions, in the context's directory.
///
/// Cost: a reconstruction of every slice, 64 at a time. Throws: DataError as reconstruction_errors; IoError.
template <ReconstructingEncoder Encoder>
void keep_reconstructions(Encoder& encoder, std::span<const Case> cases, const SliceSource& slices,
                          const StageContext& context) {
  constexpr std::size_t batch = 64;
  const std::vector<SliceIndex> pictured = detail::pictured_slices(slices);
  StageContext quiet = context;
  quiet.progress = {}; // or every batch would have its own line
  auto task = context.progress.start(context.stage + ", reconstructions", slices.size());
  std::vector<SliceReconstruction> rows;
  for (std::size_t begin = 0; begin < slices.size(); begin += batch) {
    std::vector<SliceIndex> part;
    for (std::size_t i = begin; i < std::min(begin + batch, slices.size()); ++i)
      part.push_back(slices.index(i));
    const auto errors = reconstruction_errors(encoder.reconstruct(SliceSource(cases, part), quiet), part.size());
    for (std::size_t i = 0; i < part.size(); ++i) {
      const auto shown = std::ranges::find(pictured, part[i]);
      rows.push_back({.case_name = cases[part[i].case_index].name,
                      .plane = part[i].plane,
                      .slice = part[i].slice,
                      .error = errors[i],
                      .column = shown == pictured.end()
                                    ? std::nullopt
                                    : std::optional(static_cast<std::size_t>(shown - pictured.begin()))});
    }
    task.advance(part.size());
  }
  task.finish();
  std::filesystem::create_directories(context.directory);
  publish_atomically(context.directory / "reconstruction_error.csv", detail::reconstructions_csv(rows));
  publish_atomically(context.directory / "reconstructions.png",
                     encode_png(reconstruction_picture(encoder.reconstruct(SliceSource(cases, pictured), quiet))));
}

/// Reads a `reconstruction_error.csv`. Throws: IoError; DataError naming the line.
[[nodiscard]] inline std::vector<SliceReconstruction> read_reconstructions(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  std::vector<SliceReconstruction> rows;
  for (std::size_t row = 0; row < table.rows(); ++row)
    rows.push_back({.case_name = table.cell(row, "case"),
                    .plane = plane_from_name(table.cell(row, "plane")),
                    .slice = table.number<std::size_t>(row, "slice"),
                    .error = {.mean_squared = table.number<double>(row, "mean_squared_error"),
                              .unexplained_share = table.optional<double>(row, "unexplained_share")},
                    .column = table.optional<std::size_t>(row, "picture_column")});
  return rows;
}

} // namespace sparseann
