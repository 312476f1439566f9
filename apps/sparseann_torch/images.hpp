#pragma once

// What the commands here have in common: which images, in which planes, computed where.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "sparseann/annotate/planes.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/encode/feature_cache.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/stage_context.hpp"

namespace sparseann::app {

struct ImagesCall {
  std::optional<std::string> data;
  std::optional<std::string> cache;
  std::uint64_t seed = 0;
  std::string device = "cpu";
  std::size_t threads = std::max(1U, std::thread::hardware_concurrency());

  friend void visit(ImagesCall& call, auto&& visitor) {
    visitor(field("data", call.data,
                  "nnU-Net or Decathlon folder, of which imagesTr is read: CASE_0000.nii.gz (_0001 for more channels) "
                  "or CASE.nii.gz; no labels are looked at"));
    visitor(field("cache", call.cache,
                  "folder that keeps features by what they depend on: a second call with the same images and encoder "
                  "reads them, an interrupted training goes on"));
    visitor(field("seed", call.seed, "seed of everything random"));
    visitor(field("device", call.device, "cpu, cuda or cuda:N", {}, Affects::execution));
    visitor(field("threads", call.threads, "CPU threads", between(1, 4096), Affects::execution));
  }
};

/// The scans and the planes in which their slices are looked at.
struct Images {
  std::vector<Case> cases;
  std::vector<Plane> planes;

  [[nodiscard]] std::size_t slices() const;
};

/// Throws InvalidArgument naming `flag` where the folder `written` would lie in the folder `read` of another flag,
/// whatever links lead there.
void check_apart(std::string_view flag, const std::string& written, const std::string& read_flag,
                 const std::string& read);

/// Throws InvalidArgument naming the flag where there is no folder of images or nothing to write to, or where what is
/// written would lie among the images.
void check_folders(const ImagesCall& call, const std::optional<std::string>& output);

/// The device that is asked for; its threads are set.
[[nodiscard]] torch::Device use_device(const ImagesCall& call);

/// Reads and normalises the images as quickstart does.
[[nodiscard]] Images read_images(const ImagesCall& call, const PlanesOptions& planes, const Progress& progress);

/// Names of the cases, planes, and a digest of what is in the images.
[[nodiscard]] Json describe(const Images& images);

[[nodiscard]] std::optional<FeatureCache> cache_of(const ImagesCall& call);

/// Where Step I computes; nothing is kept unless the caller says where.
[[nodiscard]] StageContext stage_context(const ImagesCall& call, torch::Device device, const Progress& progress);

/// Which program it is and what it computes on.
[[nodiscard]] Json facts_of(std::string_view command, const ImagesCall& call, torch::Device device);
[[nodiscard]] std::string torch_program_line(const std::string& devices);

} // namespace sparseann::app
