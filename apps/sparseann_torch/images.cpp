#include "apps/sparseann_torch/images.hpp"

#include <filesystem>

#include <fmt/format.h>

#include "apps/sparseann/policies.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/data/nnunet_images.hpp"
#include "sparseann/data/normalise.hpp"
#include "sparseann/io/sha256.hpp"
#include "sparseann/revision.hpp"
#include "sparseann/tensor/device.hpp"
#include "sparseann/version.hpp"

namespace sparseann::app {

namespace {

namespace fs = std::filesystem;

/// Whether a path is a folder or lies in it, whatever links lead there.
bool is_within(const fs::path& path, const fs::path& folder) {
  const fs::path inner = fs::weakly_canonical(fs::absolute(path) / "");
  const fs::path outer = fs::weakly_canonical(fs::absolute(folder) / "");
  const fs::path relative = inner.lexically_relative(outer);
  return !relative.empty() && *relative.begin() != "..";
}

} // namespace

void check_apart(std::string_view flag, const std::string& written, const std::string& read_flag,
                 const std::string& read) {
  if (is_within(written, read))
    throw InvalidArgument(std::string(flag), fmt::format("a folder outside of {} {}", read_flag, read), written);
}

std::size_t Images::slices() const {
  std::size_t count = 0;
  for (const Case& scan : cases)
    for (const Plane plane : planes)
      count += slice_count(scan.image.shape(), plane);
  return count;
}

void check_folders(const ImagesCall& call, const std::optional<std::string>& output) {
  if (!call.data || call.data->empty())
    throw InvalidArgument("--data", "a folder with imagesTr", "nothing");
  if (!output || output->empty())
    throw InvalidArgument("--output", "a folder to write", "nothing");
  if (call.cache && call.cache->empty())
    throw InvalidArgument("--cache", "a folder", "nothing");
  check_apart("--output", *output, "--data", *call.data);
  if (call.cache)
    check_apart("--cache", *call.cache, "--data", *call.data);
}

torch::Device use_device(const ImagesCall& call) {
  const torch::Device device = device_from_name(call.device);
  use_threads(static_cast<int>(call.threads));
  return device;
}

Images read_images(const ImagesCall& call, const PlanesOptions& planes, const Progress& progress) {
  Images images{.cases = read_nnunet_images(*call.data), .planes = {}};
  std::vector<Geometry> geometries;
  for (Case& scan : images.cases) {
    geometries.push_back(scan.image.geometry);
    scan.image = ZScore{}(std::move(scan.image), scan.name);
  }
  images.planes = naming_flag("--planes", "planes", [&] { return planes_for(geometries, planes); });
  progress.say(
      fmt::format("{} images, {} slices in {} planes", images.cases.size(), images.slices(), images.planes.size()));
  return images;
}

Json describe(const Images& images) {
  Json names = Json::array();
  Sha256 digest;
  for (const Case& scan : images.cases) {
    names.push_back(scan.name);
    digest.update(sha256_of_image(scan.image));
  }
  Json planes = Json::array();
  for (const Plane plane : images.planes)
    planes.push_back(name_of(plane));
  return {{"cases", names},
          {"channels", images.cases.front().image.channels()},
          {"planes", planes},
          {"slices", images.slices()},
          {"sha256", digest.finish()}};
}

std::optional<FeatureCache> cache_of(const ImagesCall& call) {
  return call.cache ? std::optional(FeatureCache(*call.cache)) : std::nullopt;
}

StageContext stage_context(const ImagesCall& call, torch::Device device, const Progress& progress) {
  return {.stage = "", .device = device, .generator = Generator(call.seed), .progress = progress, .directory = {}};
}

Json facts_of(std::string_view command, const ImagesCall& call, torch::Device device) {
  return {{"command", command},
          {"version", version},
          {"git_revision", revision},
          {"torch", TORCH_VERSION},
          {"device", sparseann::describe(device)},
          {"threads", call.threads}};
}

std::string torch_program_line(const std::string& devices) {
  return fmt::format("sparseann {} ({}), LibTorch {}, {}", version, revision, TORCH_VERSION, devices);
}

} // namespace sparseann::app
