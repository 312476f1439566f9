#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>

#include "apps/images_folder.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/task_volumes.hpp"
#include "sparseann/io/nifti.hpp"

namespace sparseann::test {

/// A grid that is oblique and counts x towards the patient's left, as scanners give them; single precision holds it.
[[nodiscard]] inline Geometry scanner_grid(const Shape3& shape) {
  Geometry grid{.shape = shape, .spacing_mm = {3, 1.25, 1.25}, .orientation = {}};
  grid.orientation.sform_code = 1;
  grid.orientation.affine = {{{-1, 0.75, 0, 70}, {0.75, 1, 0, -40}, {0, 0, 3, 12}}};
  return grid;
}

/// What an annotator would see of such a scan: a ball in the middle.
[[nodiscard]] inline std::uint8_t ball_at(const Shape3& voxel) {
  const auto square = [](std::size_t at, double middle, double scale) {
    const double from = (static_cast<double>(at) - middle) * scale;
    return from * from;
  };
  return square(voxel[0], 3.5, 2) + square(voxel[1], 7.5, 1) + square(voxel[2], 7.5, 1) < 30 ? 1 : 0;
}

/// Two scans with a bright ball, and a round of them.
class PlannedFolder : public ImagesFolder {
public:
  PlannedFolder() {
    for (const std::string name : {"a", "b"}) {
      Volume<float> scan = zeros_on<float>(scanner_grid({8, 16, 16}));
      Generator generator = Generator(3).split(name);
      for (std::size_t z = 0; z < 8; ++z)
        for (std::size_t y = 0; y < 16; ++y)
          for (std::size_t x = 0; x < 16; ++x)
            scan.voxels(z, y, x) = (ball_at({z, y, x}) == 0 ? 0.0F : 3.0F) + static_cast<float>(generator.uniform());
      write_nifti(*this / ("data/imagesTr/" + name + "_0000.nii.gz"), scan);
    }
    succeed("plan --data {}/data --selector equal-interval --budget 2 --planes xy,yz --classes ball --output {}/round");
  }
};

/// A copy of it for one test to draw in: what a lab has after `sparseann plan`.
class RoundFolder : public ImagesFolder {
public:
  RoundFolder() {
    static const PlannedFolder planned; // a test with sections makes many
    for (const std::string part : {"data", "round"})
      std::filesystem::copy(planned / part, *this / part,
                            std::filesystem::copy_options::recursive |
                                std::filesystem::copy_options::overwrite_existing);
  }

  [[nodiscard]] AnnotationRound round(const std::string& name = "round") const { return AnnotationRound(*this / name); }

  /// Draws what is true on a planned slice of a file. `file`: labels/a.nii.gz, say.
  void draw(const std::string& file, Plane plane, std::size_t slice, const std::string& round_name = "round") const {
    change(
        file,
        [&](LabelVolume& labels) {
          detail::for_each_voxel(labels.geometry.shape, plane, slice,
                                 [&](const Shape3& v) { labels.voxels(v[0], v[1], v[2]) = ball_at(v); });
        },
        round_name);
  }

  /// As an editor saves it.
  void change(const std::string& file, const std::function<void(LabelVolume&)>& edit,
              const std::string& round_name = "round") const {
    const auto path = *this / (round_name + "/" + file);
    LabelVolume labels = read_nifti_labels(path);
    edit(labels);
    write_nifti(path, labels);
  }

  [[nodiscard]] LabelVolume labels(const std::string& file) const { return read_nifti_labels(*this / file); }
};

} // namespace sparseann::test
