#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/geometry.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann {

/// One scan of a cohort. Names are unique within the cohort and serve as file names.
struct Case {
  std::string name;
  Image image;
};

/// The scans to annotate and train on, and those to predict; without any label.
struct Cohort {
  std::string name;
  std::vector<std::string> class_names; ///< index = label, 0 = background
  std::vector<Case> training;
  std::vector<Case> test;

  [[nodiscard]] std::size_t classes() const noexcept { return class_names.size(); }
  /// Throws InvalidArgument where there is no training case.
  [[nodiscard]] std::size_t channels() const {
    if (training.empty())
      throw InvalidArgument("cohort.training", "at least one case", "none");
    return training.front().image.channels();
  }
};

/// A cohort and its dense labels.
///
/// The labels stand apart from the cohort on purpose: only the oracle, which plays the annotator, and the evaluator may
/// see them. Selection, training and prediction take a Cohort and sparse labels, so that no dense label can leak.
struct LabelledCohort {
  Cohort cohort;
  std::vector<LabelVolume> training_labels; ///< one per training case
  std::vector<LabelVolume> test_labels;     ///< one per test case, or none at all
};

namespace detail {

/// `source` is for messages.
inline void check_channel(const std::string& source, const Shape3& shape, std::span<const float> voxels) {
  const auto wrong = std::ranges::find_if(voxels, [](float value) { return !std::isfinite(value); });
  if (wrong != voxels.end())
    throw DataError(
        source, "finite voxels",
        fmt::format("{} at {}", *wrong, voxel_text(shape, static_cast<std::size_t>(wrong - voxels.begin()))));
  const auto [low, high] = std::ranges::minmax_element(voxels);
  if (*low == *high)
    throw DataError(source, "an image that is not constant", fmt::format("{} everywhere", *low));
}

inline void check_image(const Case& scan) {
  const Image& image = scan.image;
  const Shape3 shape{image.voxels.shape(1), image.voxels.shape(2), image.voxels.shape(3)};
  if (shape != image.shape() || image.voxels.size() == 0)
    throw DataError(fmt::format("case {}", scan.name), "voxels of the geometry's shape, " + to_string(image.shape()),
                    fmt::format("{} channels of {}", image.channels(), to_string(shape)));
  const std::size_t count = voxel_count(shape);
  for (std::size_t channel = 0; channel < image.channels(); ++channel)
    check_channel(fmt::format("case {}, channel {}", scan.name, channel), shape,
                  elements(image.voxels).subspan(channel * count, count));
}

/// `source` is for messages.
inline void check_label_values(const std::string& source, const LabelVolume& labels, std::size_t classes) {
  const auto values = elements(labels.voxels);
  const auto wrong = std::ranges::find_if(values, [&](std::uint8_t label) { return label >= classes; });
  if (wrong != values.end())
    throw DataError(source, fmt::format("labels of 0 to {}", classes - 1),
                    fmt::format("{} at {}", *wrong,
                                voxel_text(shape_of(labels.voxels), static_cast<std::size_t>(wrong - values.begin()))));
}

inline void check_labels(const Case& scan, const LabelVolume& labels, std::size_t classes) {
  const std::string source = fmt::format("labels of case {}", scan.name);
  if (labels.geometry.shape != scan.image.shape() || shape_of(labels.voxels) != scan.image.shape())
    throw DataError(source, "the image's shape, " + to_string(scan.image.shape()), to_string(shape_of(labels.voxels)));
  check_label_values(source, labels, classes);
}

inline void check_label_set(std::string_view name, const std::vector<Case>& cases,
                            const std::vector<LabelVolume>& labels, std::size_t classes) {
  if (labels.size() != cases.size())
    throw DataError(std::string(name), fmt::format("{} label volumes, one per case", cases.size()),
                    fmt::format("{}", labels.size()));
  for (std::size_t i = 0; i < cases.size(); ++i)
    check_labels(cases[i], labels[i], classes);
}

} // namespace detail

/// Refuses a cohort that the method cannot work with.
///
/// Cost: one pass over all voxels.
/// Throws: DataError for no training case, fewer than two or more than 255 classes (one label stays free for
/// `ignore`), repeated case names, differing channel counts, constant images, voxels that are not finite.
inline void check(const Cohort& cohort) {
  if (cohort.training.empty())
    throw DataError(fmt::format("cohort {}", cohort.name), "at least one training case", "none");
  if (cohort.classes() < 2 || cohort.classes() > 255)
    throw DataError(fmt::format("cohort {}", cohort.name), "2 to 255 classes, background included",
                    fmt::format("{}", cohort.classes()));
  const Case& first = cohort.training.front();
  std::set<std::string> names;
  const auto check_case = [&](const Case& scan) {
    if (!names.insert(scan.name).second)
      throw DataError(fmt::format("case {}", scan.name), "a name of its own", "two cases of that name");
    if (scan.image.channels() != first.image.channels())
      throw DataError(fmt::format("case {}", scan.name),
                      fmt::format("{} channels as in case {}", first.image.channels(), first.name),
                      fmt::format("{}", scan.image.channels()));
    detail::check_image(scan);
  };
  std::ranges::for_each(cohort.training, check_case);
  std::ranges::for_each(cohort.test, check_case);
}

/// Refuses also labels that do not belong to the cohort's cases. Throws: DataError for missing label volumes (test
/// labels may be missing altogether), other shapes, labels outside the classes.
inline void check(const LabelledCohort& labelled) {
  const Cohort& cohort = labelled.cohort;
  check(cohort);
  detail::check_label_set("training labels", cohort.training, labelled.training_labels, cohort.classes());
  if (!labelled.test_labels.empty())
    detail::check_label_set("test labels", cohort.test, labelled.test_labels, cohort.classes());
}

/// The cohort with its last `count` training cases in the place of the test cases, which it loses: for choosing options
/// without a look at the test cases.
///
/// Throws: InvalidArgument where not even one training case would be left.
[[nodiscard]] inline LabelledCohort hold_out(LabelledCohort labelled, std::size_t count) {
  std::vector<Case>& training = labelled.cohort.training;
  if (count >= training.size())
    throw InvalidArgument("--validation-cases",
                          fmt::format("fewer than {}, the number of training cases", training.size()),
                          fmt::format("{}", count));
  const auto rest = static_cast<std::ptrdiff_t>(training.size() - count);
  labelled.cohort.test.assign(std::make_move_iterator(training.begin() + rest),
                              std::make_move_iterator(training.end()));
  training.resize(training.size() - count);
  std::vector<LabelVolume>& labels = labelled.training_labels;
  labelled.test_labels.assign(std::make_move_iterator(labels.begin() + rest), std::make_move_iterator(labels.end()));
  labels.resize(training.size());
  return labelled;
}

} // namespace sparseann
