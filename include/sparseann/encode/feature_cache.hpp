#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/encode/feature_encoder.hpp"
#include "sparseann/encode/feature_files.hpp"
#include "sparseann/encode/slice_source.hpp"
#include "sparseann/io/atomic_file.hpp"
#include "sparseann/io/directory_lock.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/npy.hpp"
#include "sparseann/io/sha256.hpp"
#include "sparseann/version.hpp"

namespace sparseann {

namespace detail {

[[nodiscard]] inline Json cases_of_slices(const SliceSource& slices) {
  Json cases = Json::array();
  std::set<std::size_t> seen;
  for (std::size_t row = 0; row < slices.size(); ++row)
    if (seen.insert(slices.index(row).case_index).second)
      cases.push_back({{"case", slices.case_of(row).name}, {"sha256", sha256_of_image(slices.case_of(row).image)}});
  return cases;
}

template <FeatureEncoder Encoder> [[nodiscard]] Json files_of_encoder(const Encoder& encoder) {
  Json files = Json::array();
  if constexpr (FileReadingEncoder<Encoder>)
    for (const std::filesystem::path& file : encoder.files())
      files.push_back({{"file", file.filename().string()}, {"sha256", sha256_of_file(file)}});
  return files;
}

} // namespace detail

/// All that features depend on: the library's version, the encoder with the options that affect results and what is in
/// the files that it reads, its stream of random numbers, which slices, and what is in the images.
///
/// Cost: one pass over the images and the files. Throws: IoError for a file that cannot be read.
template <FeatureEncoder Encoder>
[[nodiscard]] Json feature_identity(const Encoder& encoder, const SliceSource& slices, const StageContext& context) {
  return {{"version", version},
          {"encoder", Encoder::name},
          {"options", to_json(encoder.options, FieldFilter::affecting_results)},
          {"files", detail::files_of_encoder(encoder)},
          {"random_stream", context.generator.key()},
          {"slices", sha256(feature_index(slices))},
          {"cases", detail::cases_of_slices(slices)}};
}

/// Features of one cohort by one encoder, kept in a folder: `features.npy` (slices, D), `index.csv` (see
/// feature_index), and `entry.json`, written last, with the identity and the digests of both. While they are made, and
/// afterwards, `encoder/` holds the training's checkpoint, model and loss.
class FeatureCacheEntry {
public:
  FeatureCacheEntry(std::filesystem::path folder, Json identity)
      : folder_(std::move(folder)), identity_(std::move(identity)) {}

  [[nodiscard]] const std::filesystem::path& folder() const noexcept { return folder_; }

  /// The features, where they are there, whole, and those of the identity. What is there and is not is told to
  /// `progress`, and is as good as nothing.
  [[nodiscard]] std::optional<Array2<float>> read(const Progress& progress) const {
    if (!std::filesystem::exists(entry_path()))
      return std::nullopt;
    try {
      return checked_features();
    } catch (const std::exception& error) { // nlohmann's as well as ours: anything may be in the file
      progress.say(fmt::format("warning: {} is not used and made anew: {}", folder_.string(), error.what()));
      return std::nullopt;
    }
  }

  /// Makes the folder ready for whoever holds its lock: a broken entry goes, an interrupted training stays.
  void prepare() const {
    remove_unfinished_files(folder_);
    if (!std::filesystem::exists(entry_path()))
      return;
    std::filesystem::remove(entry_path()); // first: what is left is then no entry
    for (const char* const rest : {"features.npy", "index.csv", "encoder"})
      std::filesystem::remove_all(folder_ / rest);
  }

  void write(const SliceSource& slices, const Array2<float>& features) const {
    write_npy(features_path(), features);
    publish_atomically(index_path(), feature_index(slices));
    write_json_file(entry_path(), {{"identity", identity_},
                                   {"features_sha256", sha256_of_file(features_path())},
                                   {"index_sha256", sha256_of_file(index_path())}});
  }

private:
  [[nodiscard]] std::filesystem::path entry_path() const { return folder_ / "entry.json"; }
  [[nodiscard]] std::filesystem::path features_path() const { return folder_ / "features.npy"; }
  [[nodiscard]] std::filesystem::path index_path() const { return folder_ / "index.csv"; }

  [[nodiscard]] Array2<float> checked_features() const {
    const Json entry = read_json_file(entry_path());
    if (entry.at("identity") != identity_)
      throw DataError(entry_path().string(), "the features that its folder is named for", "others");
    if (entry.at("features_sha256") != sha256_of_file(features_path()))
      throw DataError(features_path().string(), "the bytes that were written", "others");
    if (entry.at("index_sha256") != sha256_of_file(index_path()))
      throw DataError(index_path().string(), "the bytes that were written", "others");
    return read_npy(features_path());
  }

  std::filesystem::path folder_;
  Json identity_;
};

/// Keeps features in a folder, by what they depend on (see feature_identity): the same question is answered by a file,
/// another by the encoder.
///
/// One folder ENCODER-DIGEST for each identity, see FeatureCacheEntry; nothing is ever removed but a broken entry. One
/// process at a time makes an entry (flock); readers wait for nobody. A training that was interrupted goes on.
/// Cost: one pass over images, the encoder's files and the kept features; otherwise what the encoder costs.
/// Throws: IoError where the folder cannot be written, or another process makes the same entry; as the encoder.
class FeatureCache {
public:
  explicit FeatureCache(std::filesystem::path folder) : folder_(std::move(folder)) {}

  /// One row per slice, (N, D). Warnings go to the context's progress.
  template <FeatureEncoder Encoder>
  [[nodiscard]] Array2<float> features(Encoder encoder, const SliceSource& slices, const StageContext& context) const {
    const FeatureCacheEntry entry = entry_of(encoder, slices, context);
    if (std::optional<Array2<float>> kept = entry.read(context.progress)) {
      context.progress.say(fmt::format("features are read from {}", entry.folder().string()));
      return *std::move(kept);
    }
    create(entry.folder());
    const DirectoryLock lock(entry.folder());
    entry.prepare();
    StageContext part = context;
    part.directory = entry.folder() / "encoder";
    Array2<float> features = fit_and_encode(encoder, slices, part);
    entry.write(slices, features);
    return features;
  }

private:
  template <FeatureEncoder Encoder>
  [[nodiscard]] FeatureCacheEntry entry_of(const Encoder& encoder, const SliceSource& slices,
                                           const StageContext& context) const {
    constexpr std::size_t digits = 32; // 128 bits: no two identities share a folder by chance
    Json identity = feature_identity(encoder, slices, context);
    const std::string digest = sha256(identity.dump()).substr(0, digits);
    return {folder_ / fmt::format("{}-{}", Encoder::name, digest), std::move(identity)};
  }

  static void create(const std::filesystem::path& folder) {
    std::error_code failure;
    std::filesystem::create_directories(folder, failure);
    if (failure)
      throw IoError(folder, "cannot be created: " + failure.message());
  }

  std::filesystem::path folder_;
};

} // namespace sparseann
