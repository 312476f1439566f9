#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>

#include <boost/crc.hpp>
#include <fmt/format.h>

#include "sparseann/data/cohort.hpp"

namespace sparseann {

/// A checksum of all that a cohort holds: names, shapes, voxels and labels, and which cases are for training, as 16
/// hexadecimal digits.
///
/// Two runs on the same directory must see the same data; a path does not say so, its content does.
/// Cost: one pass over the data. CRC-32 of images and of labels: against accidents, not against an adversary.
[[nodiscard]] inline std::string fingerprint(const LabelledCohort& data) {
  const auto process_count = [](boost::crc_32_type& checksum, std::size_t count) {
    checksum.process_bytes(&count, sizeof(count));
  };
  boost::crc_32_type images;
  boost::crc_32_type labels;
  for (const auto* cases : {&data.cohort.training, &data.cohort.test}) {
    process_count(images, cases->size());
    for (const Case& subject : *cases) {
      process_count(images, subject.name.size());
      images.process_bytes(subject.name.data(), subject.name.size());
      images.process_bytes(subject.image.voxels.shape().data(), 4 * sizeof(std::size_t));
      images.process_bytes(subject.image.voxels.data(), subject.image.voxels.size() * sizeof(float));
    }
  }
  for (const auto* volumes : {&data.training_labels, &data.test_labels}) {
    process_count(labels, volumes->size());
    for (const LabelVolume& volume : *volumes)
      labels.process_bytes(volume.voxels.data(), volume.voxels.size());
  }
  return fmt::format("{:08x}{:08x}", images.checksum(), labels.checksum());
}

} // namespace sparseann
