#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/io_error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/volume.hpp"
#include "sparseann/data/cohort.hpp"
#include "sparseann/io/json.hpp"
#include "sparseann/io/nifti.hpp"
#include "sparseann/io/nnunet_layout.hpp"
#include "sparseann/io/same_grid.hpp"

namespace sparseann {

/// How much of an nnU-Net folder to read: the first cases by name, all where nothing is said.
struct NnunetFolderOptions {
  std::optional<std::size_t> max_training_cases;
  std::optional<std::size_t> max_test_cases;

  friend void visit(NnunetFolderOptions& options, auto&& visitor) {
    visitor(field("max_training_cases", options.max_training_cases, "read the first training cases by name alone",
                  at_least(1)));
    visitor(field("max_test_cases", options.max_test_cases, "read the first test cases by name alone", at_least(0)));
  }
};

namespace detail {

[[nodiscard]] inline Case read_case(const NnunetCaseFiles& files) {
  Case scan{.name = files.name, .image = {}};
  for (std::size_t channel = 0; channel < files.channels.size(); ++channel) {
    const Volume<float> volume = read_nifti_image(files.channels[channel]);
    const Shape3& shape = volume.geometry.shape;
    check_channel(files.channels[channel].string(), shape, elements(volume.voxels));
    if (channel == 0) {
      scan.image.geometry = volume.geometry;
      scan.image.voxels = Array4<float>({files.channels.size(), shape[0], shape[1], shape[2]});
    } else {
      check_same_grid(files.channels[channel], volume.geometry, files.channels[0], scan.image.geometry);
    }
    std::ranges::copy(elements(volume.voxels),
                      elements(scan.image.voxels).subspan(channel * voxel_count(shape)).begin());
  }
  return scan;
}

/// One half of the folder, training or test: its cases and, where the files are there, their labels.
class SplitReader {
public:
  SplitReader(const std::filesystem::path& folder, std::string_view ending)
      : images_folder_(folder / fmt::format("images{}", ending)),
        labels_folder_(folder / fmt::format("labels{}", ending)), images_(nifti_files(images_folder_)),
        labels_(nifti_files(labels_folder_)) {}

  [[nodiscard]] bool has_images() const noexcept { return !images_.empty(); }
  [[nodiscard]] bool has_labels() const noexcept { return !labels_.empty(); }
  [[nodiscard]] const std::filesystem::path& images_folder() const noexcept { return images_folder_; }
  [[nodiscard]] const std::filesystem::path& labels_folder() const noexcept { return labels_folder_; }

  /// Labels named as the image files tell that these carry no channel number.
  [[nodiscard]] bool labels_match_images() const {
    return std::ranges::any_of(images_, [&](const auto& image) { return labels_.contains(image.first); });
  }

  /// Pairs images with labels; keeps the first `limit` cases. Throws DataError where one lacks the other.
  void arrange(bool suffixed, std::optional<std::size_t> channels, std::optional<std::size_t> limit) {
    cases_ = group_nnunet_files(images_, suffixed, channels);
    if (has_labels())
      check_pairs();
    cases_.resize(std::min(cases_.size(), limit.value_or(cases_.size())));
  }

  void read(std::vector<Case>& cases, std::vector<LabelVolume>& labels) const {
    for (const NnunetCaseFiles& files : cases_) {
      cases.push_back(read_case(files));
      if (!has_labels())
        continue;
      const std::filesystem::path& file = labels_.at(files.name);
      labels.push_back(read_nifti_labels(file));
      check_same_grid(file, labels.back().geometry, files.channels[0], cases.back().image.geometry);
    }
  }

  /// Throws DataError naming the file whose labels are outside the classes.
  void check_values(const std::vector<LabelVolume>& labels, const NnunetDescription& description) const {
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const std::string file = labels_.at(cases_[i].name).string();
      const auto values = elements(labels[i].voxels);
      const auto& ignored = description.ignore_label;
      if (ignored && std::ranges::find(values, *ignored) != values.end())
        throw DataError(file, "dense labels", fmt::format("voxels of label {}, `ignore`", *ignored));
      check_label_values(file, labels[i], description.class_names.size());
    }
  }

private:
  void check_pairs() const {
    std::set<std::string> names;
    for (const NnunetCaseFiles& files : cases_) {
      names.insert(files.name);
      if (!labels_.contains(files.name))
        throw DataError(files.channels[0].string(),
                        fmt::format("labels {}/{}.nii.gz", labels_folder_.string(), files.name),
                        "an image without labels");
    }
    for (const auto& [name, file] : labels_)
      if (!names.contains(name))
        throw DataError(file.string(), "an image of case " + name + " in " + images_folder_.string(),
                        "labels without an image");
  }

  std::filesystem::path images_folder_;
  std::filesystem::path labels_folder_;
  std::map<std::string, std::filesystem::path> images_;
  std::map<std::string, std::filesystem::path> labels_;
  std::vector<NnunetCaseFiles> cases_;
};

[[nodiscard]] inline std::vector<std::string> classes_from_labels(const std::vector<LabelVolume>& labels) {
  std::uint8_t highest = 0;
  for (const LabelVolume& volume : labels)
    highest = std::max(highest, std::ranges::max(elements(volume.voxels)));
  std::vector<std::string> names{"background"};
  for (std::size_t label = 1; label <= highest; ++label)
    names.push_back(fmt::format("class {}", label));
  return names;
}

} // namespace detail

/// Reads a cohort laid out as nnU-Net v2 or the Medical Segmentation Decathlon do: imagesTr, labelsTr and, where
/// present, imagesTs, labelsTs and dataset.json. Images are CASE_0000.nii.gz with one file per channel, or CASE.nii.gz;
/// .nii as well. Cases come in the order of their names; hidden files and other formats are passed over.
///
/// Classes are dataset.json's (its highest label may be `ignore`, which is no class), else those up to the highest
/// training label read. Grids of labels and channels must match: shapes exactly, spacing as
/// `same_spacing` says, the affine within a thousandth of the spacing.
/// Throws: DataError naming the file (missing or empty folder, image without labels or the reverse, differing grids,
/// labels outside the classes or ignored ones, and what `check` refuses); IoError for unreadable files;
/// InvalidArgument for the options. Test labels may be missing altogether, not partly.
/// Source: nnU-Net's documentation/dataset_format.md.
[[nodiscard]] inline LabelledCohort read_nnunet_folder(const std::filesystem::path& folder,
                                                       const NnunetFolderOptions& options = {}) {
  validate(options);
  if (!std::filesystem::is_directory(folder))
    throw DataError(folder.string(), "a folder with imagesTr and labelsTr", "no such folder");
  NnunetDescription description = read_nnunet_description(folder);
  detail::SplitReader training(folder, "Tr");
  detail::SplitReader test(folder, "Ts");
  if (!training.has_images())
    throw DataError(training.images_folder().string(), "NIfTI images (.nii or .nii.gz)", "none");
  if (!training.has_labels())
    throw DataError(training.labels_folder().string(), "NIfTI labels (.nii or .nii.gz)", "none");
  const bool suffixed = !training.labels_match_images();
  training.arrange(suffixed, description.channels, options.max_training_cases);
  test.arrange(suffixed, description.channels, options.max_test_cases);

  LabelledCohort labelled;
  training.read(labelled.cohort.training, labelled.training_labels);
  test.read(labelled.cohort.test, labelled.test_labels);
  if (description.class_names.empty())
    description.class_names = detail::classes_from_labels(labelled.training_labels);
  training.check_values(labelled.training_labels, description);
  test.check_values(labelled.test_labels, description);
  labelled.cohort.name = description.name;
  labelled.cohort.class_names = description.class_names;
  check(labelled.cohort);
  return labelled;
}

namespace detail {

inline void create_folder(const std::filesystem::path& folder) {
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  if (error)
    throw IoError(folder, "cannot be created: " + error.message());
}

/// Throws InvalidArgument where `folder` holds a file of a case that is not to be written.
inline void refuse_foreign_files(const std::filesystem::path& folder, const std::set<std::string>& stems) {
  for (const auto& [stem, file] : nifti_files(folder))
    if (!stems.contains(stem) || !file.string().ends_with(".nii.gz"))
      throw InvalidArgument(folder.string(), "an empty folder or one with the same cases", file.filename().string());
}

/// One half of a folder that is to be written.
class SplitWriter {
public:
  SplitWriter(const std::filesystem::path& folder, std::string_view ending, const std::vector<Case>& cases,
              const std::vector<LabelVolume>& labels)
      : images_folder_(folder / fmt::format("images{}", ending)),
        labels_folder_(folder / fmt::format("labels{}", ending)), cases_(cases), labels_(labels) {}

  void refuse_other_cases() const {
    std::set<std::string> image_stems;
    std::set<std::string> label_stems;
    for (const Case& scan : cases_) {
      for (std::size_t channel = 0; channel < scan.image.channels(); ++channel)
        image_stems.insert(fmt::format("{}_{:04}", scan.name, channel));
      if (!labels_.empty())
        label_stems.insert(scan.name);
    }
    refuse_foreign_files(images_folder_, image_stems);
    refuse_foreign_files(labels_folder_, label_stems);
  }

  void write() const {
    if (!cases_.empty())
      create_folder(images_folder_);
    if (!labels_.empty())
      create_folder(labels_folder_);
    for (std::size_t i = 0; i < cases_.size(); ++i) {
      const Image& image = cases_[i].image;
      const std::size_t count = voxel_count(image.shape());
      for (std::size_t channel = 0; channel < image.channels(); ++channel) {
        Volume<float> volume = zeros_on<float>(image.geometry);
        std::ranges::copy(elements(image.voxels).subspan(channel * count, count), elements(volume.voxels).begin());
        write_nifti(images_folder_ / fmt::format("{}_{:04}.nii.gz", cases_[i].name, channel), volume);
      }
      if (!labels_.empty())
        write_nifti(labels_folder_ / (cases_[i].name + ".nii.gz"), labels_[i]);
    }
  }

private:
  std::filesystem::path images_folder_;
  std::filesystem::path labels_folder_;
  const std::vector<Case>& cases_;
  const std::vector<LabelVolume>& labels_;
};

} // namespace detail

/// Writes a cohort as an nnU-Net v2 folder, float32 images and uint8 labels; dataset.json comes last, so that a folder
/// that has it is complete. Files of the same cases are replaced; other cases are refused before anything is written.
///
/// Throws: what `check` throws; InvalidArgument where the folder holds other cases, repeated class names; IoError.
inline void write_nnunet_folder(const std::filesystem::path& folder, const LabelledCohort& labelled) {
  check(labelled);
  const Cohort& cohort = labelled.cohort;
  const std::set<std::string> class_names(cohort.class_names.begin(), cohort.class_names.end());
  if (class_names.size() != cohort.classes())
    throw InvalidArgument("cohort.class_names", "different names",
                          fmt::format("{}", fmt::join(cohort.class_names, ", ")));
  detail::create_folder(folder);
  const detail::SplitWriter training(folder, "Tr", cohort.training, labelled.training_labels);
  const detail::SplitWriter test(folder, "Ts", cohort.test, labelled.test_labels);
  training.refuse_other_cases();
  test.refuse_other_cases();
  std::filesystem::remove(folder / "dataset.json");
  training.write();
  test.write();
  write_json_file(
      folder / "dataset.json",
      nnunet_description_json(
          {.name = cohort.name, .class_names = cohort.class_names, .ignore_label = {}, .channels = cohort.channels()},
          cohort.training.size()));
}

} // namespace sparseann
