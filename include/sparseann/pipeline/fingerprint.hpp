#pragma once

#include <algorithm>
#include <cstddef>
#include <string>
#include <string_view>

#include <boost/crc.hpp>
#include <fmt/format.h>

#include "sparseann/core/geometry.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/nifti_header.hpp"

namespace sparseann {

namespace detail {

inline void process_count(boost::crc_32_type& checksum, std::size_t count) {
  checksum.process_bytes(&count, sizeof(count));
}

inline void process_text(boost::crc_32_type& checksum, std::string_view text) {
  process_count(checksum, text.size());
  checksum.process_bytes(text.data(), text.size());
}

/// Spacing and affine as NIfTI-1 keeps them, in single precision, so that written data read back are the same.
inline void process_geometry(boost::crc_32_type& checksum, const Geometry& geometry) {
  const auto process = [&](double number) {
    const auto kept = static_cast<float>(number);
    checksum.process_bytes(&kept, sizeof(kept));
  };
  std::ranges::for_each(geometry.spacing_mm, process);
  if (const auto affine = stated_affine(geometry))
    for (const auto& row : *affine)
      std::ranges::for_each(row, process);
}

} // namespace detail

/// A checksum of all that a cohort holds: names of classes and cases, shapes, spacing, affines, voxels and labels, and
/// which cases are for training, as 16 hexadecimal digits.
///
/// Two runs on the same directory must see the same data; a path does not say so, its content does.
/// Cost: one pass over the data. CRC-32 of images and of labels: against accidents, not against an adversary.
[[nodiscard]] inline std::string fingerprint(const LabelledCohort& data) {
  boost::crc_32_type images;
  boost::crc_32_type labels;
  for (const auto* cases : {&data.cohort.training, &data.cohort.test}) {
    detail::process_count(images, cases->size());
    for (const Case& subject : *cases) {
      detail::process_text(images, subject.name);
      detail::process_geometry(images, subject.image.geometry);
      images.process_bytes(subject.image.voxels.shape().data(), 4 * sizeof(std::size_t));
      images.process_bytes(subject.image.voxels.data(), subject.image.voxels.size() * sizeof(float));
    }
  }
  for (const std::string& name : data.cohort.class_names)
    detail::process_text(labels, name);
  for (const auto* volumes : {&data.training_labels, &data.test_labels}) {
    detail::process_count(labels, volumes->size());
    for (const LabelVolume& volume : *volumes)
      labels.process_bytes(volume.voxels.data(), volume.voxels.size());
  }
  return fmt::format("{:08x}{:08x}", images.checksum(), labels.checksum());
}

} // namespace sparseann
