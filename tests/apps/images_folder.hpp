#pragma once

#include <algorithm>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "apps/sparseann.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/io/nifti.hpp"
#include "support/temporary_directory.hpp"

namespace sparseann::test {

/// An auto-encoder that is trained in no time.
inline constexpr std::string_view tiny_encoder =
    "--encoder conv-autoencoder --conv-autoencoder.training.iterations 2 --conv-autoencoder.input 8 "
    "--conv-autoencoder.channels 4 --conv-autoencoder.features 3 --threads 1";

/// A folder with `data/imagesTr`, which arguments name by {}: "{}/data".
class ImagesFolder {
public:
  ImagesFolder() { std::filesystem::create_directories(*this / "data/imagesTr"); }

  [[nodiscard]] std::filesystem::path operator/(std::string_view name) const { return directory_.path() / name; }

  /// Noise, of a seed that is the name's.
  void add(const std::string& name, const Geometry& geometry) const {
    Volume<float> volume = zeros_on<float>(geometry);
    Generator generator = Generator(1).split(name);
    for (float& value : elements(volume.voxels))
      value = static_cast<float>(generator.uniform());
    write_nifti(*this / "data/imagesTr" / name, volume);
  }

  [[nodiscard]] std::string named(std::string arguments) const {
    for (std::size_t at = arguments.find("{}"); at != std::string::npos; at = arguments.find("{}"))
      arguments.replace(at, 2, directory_.path().string());
    return arguments;
  }

  [[nodiscard]] ProgramResult run(const std::string& arguments) const { return sparseann(named(arguments)); }

  /// Runs it, which must end well.
  ProgramResult succeed(const std::string& arguments) const {
    ProgramResult result = run(arguments);
    INFO(arguments << '\n' << result.errors);
    REQUIRE(result.exit_code == 0);
    return result;
  }

  /// Everything in it but locks, sorted.
  [[nodiscard]] std::vector<std::string> files() const {
    std::vector<std::string> names;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(directory_.path()))
      if (entry.path().filename() != ".lock")
        names.push_back(entry.path().lexically_relative(directory_.path()).string());
    std::ranges::sort(names);
    return names;
  }

private:
  TemporaryDirectory directory_;
};

/// Two cases of different size.
class TwoImages : public ImagesFolder {
public:
  TwoImages() {
    add("a_0000.nii.gz", isotropic_geometry({6, 7, 8}));
    add("b_0000.nii.gz", isotropic_geometry({9, 8, 7}));
  }
};

} // namespace sparseann::test
