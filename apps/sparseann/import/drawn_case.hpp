#pragma once

#include <cstddef>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/drawn_labels.hpp"
#include "sparseann/annotate/plan.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/volume.hpp"

namespace sparseann::app {

/// A file of a case as annotators gave it back.
struct ReturnedFile {
  std::filesystem::path path;
  std::optional<Plane> plane; ///< none: of all planes
};

/// The files that came back, by case.
using ReturnedFiles = std::map<std::string, std::vector<ReturnedFile>>;

/// Looks for them in FOLDER/labels and FOLDER/planes/PLANE, or in FOLDER itself where it has neither.
///
/// Throws: DataError naming the folder where there are none, or the file whose name is no case of the round.
[[nodiscard]] ReturnedFiles find_returned_files(const std::filesystem::path& folder, const AnnotationRound& round);

/// The slices that a list says are empty on purpose, by case. Throws: IoError; DataError naming file and line for a
/// slice that is not on the plan.
[[nodiscard]] std::vector<PlannedCase> read_empty_slices(const std::filesystem::path& file,
                                                         const AnnotationRound& round);

/// A case as it is imported.
struct DrawnCase {
  std::string name;
  Geometry grid;
  DrawnLabels drawn;
  std::vector<ReturnedFile> files;
  std::vector<std::string> notes; ///< what an editor changed, and was put right
};

/// How files are read.
struct DrawnCaseOptions {
  DrawnLabelsOptions drawn;
  double geometry_tolerance = 0.01;
};

/// Reads the files of one case. Throws: IoError; DataError naming the file for what cannot be told from it.
[[nodiscard]] DrawnCase read_drawn_case(const AnnotationRound& round, std::size_t case_index,
                                        const std::vector<ReturnedFile>& files, const PlannedCase& empty,
                                        const DrawnCaseOptions& options);

} // namespace sparseann::app
