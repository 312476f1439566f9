#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "apps/sparseann_torch/images.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/annotate/plan.hpp"

namespace sparseann::app {

/// What is drawn already, as the cases of `images` have it: their labels, and which of their slices are known.
class KnownLabels {
public:
  /// Throws: DataError for a case of the state that is not among the images, or labels on another grid than the image.
  KnownLabels(const std::optional<AnnotationState>& already, const Images& images,
              const std::vector<std::string>& class_names);

  /// What is known of a case; where that is nothing, everything is `ignore`.
  [[nodiscard]] SparseLabels labels(std::size_t case_index) const;
  /// The slices of a case that are drawn or empty on purpose.
  [[nodiscard]] PlannedCase slices(std::size_t case_index) const;
  [[nodiscard]] const std::optional<AnnotationState>& state() const noexcept { return already_; }

private:
  const std::optional<AnnotationState>& already_;
  const Images& images_;
  const std::vector<std::string>& class_names_;
  std::vector<std::optional<std::size_t>> positions_; // of the cases in the state
};

/// Writes what annotators open, and round.json last. A file that is there stays: somebody may have drawn in it.
void write_tasks(const std::filesystem::path& round, const AnnotationPlan& plan, const Images& images,
                 const KnownLabels& known, const std::vector<std::string>& class_names, double minutes_per_slice,
                 const Progress& progress);

} // namespace sparseann::app
