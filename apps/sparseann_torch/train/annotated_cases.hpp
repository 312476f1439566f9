#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/sparse_labels.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/data/cohort.hpp"

namespace sparseann::app {

/// The scans that something is drawn of, normalised, and what.
struct AnnotatedCases {
  std::string name;
  std::string import_name; ///< round_1/imports/0002, say
  std::vector<std::string> class_names;
  std::vector<Plane> planes; ///< in which slices are drawn
  std::vector<Case> cases;
  std::vector<SparseLabels> labels;
  std::size_t slices = 0;                  ///< drawn, or empty on purpose
  std::vector<std::string> not_annotated;  ///< cases without a drawn slice
  std::vector<std::string> missing_labels; ///< classes that are drawn nowhere

  /// The cases whose index modulo `folds` is `fold`, or the others.
  [[nodiscard]] AnnotatedCases of_fold(std::size_t fold, std::size_t folds, bool within) const;
};

/// Reads the images of FOLDER/imagesTr that the state has annotations of.
///
/// Throws: IoError; DataError naming the file for labels on another grid than their image, a case of the state without
/// an image, or a state without anything drawn.
[[nodiscard]] AnnotatedCases read_annotated_cases(const std::string& data, const AnnotationState& state);

} // namespace sparseann::app
