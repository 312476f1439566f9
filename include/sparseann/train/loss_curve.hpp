#pragma once

#include <cstdint>
#include <filesystem>
#include <vector>

#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/csv.hpp"

namespace sparseann {

/// Mean training loss over the iterations up to and including `iteration` since the point before.
struct LossPoint {
  std::int64_t iteration = 0;
  double loss = 0;
  double learning_rate = 0;

  bool operator==(const LossPoint&) const = default;
};

using LossCurve = std::vector<LossPoint>;

/// Writes a curve as CSV with columns iteration, loss, learning_rate, atomically. Throws: IoError.
inline void write_loss_curve(const std::filesystem::path& path, const LossCurve& curve) {
  CsvWriter table({"iteration", "loss", "learning_rate"});
  for (const LossPoint& point : curve)
    table.add_row(point.iteration, point.loss, point.learning_rate);
  publish_atomically(path, table.text());
}

/// Reads what write_loss_curve wrote. Throws: IoError, DataError.
[[nodiscard]] inline LossCurve read_loss_curve(const std::filesystem::path& path) {
  const CsvTable table = read_csv(path);
  LossCurve curve;
  for (std::size_t row = 0; row < table.rows(); ++row)
    curve.push_back({table.number<std::int64_t>(row, "iteration"), table.number<double>(row, "loss"),
                     table.number<double>(row, "learning_rate")});
  return curve;
}

} // namespace sparseann
