#include "apps/sparseann/evaluate_rand/volumes.hpp"

#include <concepts>
#include <cstddef>
#include <optional>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/hdf5.hpp"
#include "sparseann/metric/threshold_sweep.hpp"

namespace sparseann::app {

namespace {

enum class Stored { real, bits8, bits16, other };

Stored stored_type(const std::filesystem::path& path, const std::string& dataset) {
  return with_hdf5_voxel_type(path, dataset, []<class T>(T) {
    if constexpr (std::floating_point<T>)
      return Stored::real;
    else if constexpr (std::same_as<T, std::uint8_t>)
      return Stored::bits8;
    else if constexpr (std::same_as<T, std::uint16_t>)
      return Stored::bits16;
    else
      return Stored::other;
  });
}

} // namespace

ProbabilityMap read_probability_map(const std::filesystem::path& path, const std::string& dataset) {
  switch (stored_type(path, dataset)) {
  case Stored::bits8: return read_hdf5<std::uint8_t>(path, dataset);
  case Stored::bits16: return read_hdf5<std::uint16_t>(path, dataset);
  case Stored::other:
    throw DataError(
        path.string(),
        fmt::format("dataset '{}' with probabilities: reals, or unsigned integers of 8 or 16 bits", dataset),
        "another type");
  case Stored::real: break;
  }
  Array3<float> map = read_hdf5<float>(path, dataset);
  if (const std::optional<std::size_t> wrong = first_improbable(map))
    throw DataError(path.string(), fmt::format("dataset '{}' with values from 0 to 1", dataset),
                    fmt::format("{} at {}", map.data()[*wrong], voxel_text(shape_of(map), *wrong)));
  return map;
}

} // namespace sparseann::app
