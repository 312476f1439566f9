#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "apps/sparseann/import/drawn_case.hpp"
#include "sparseann/annotate/annotation_round.hpp"
#include "sparseann/io/json.hpp"

namespace sparseann::app {

/// Every planned slice and what is known of it, those of earlier rounds first.
[[nodiscard]] std::vector<AnnotatedSlice> slices_of(const AnnotationRound& round, const std::vector<DrawnCase>& cases);

/// Fills the folder of an import: labels/, slices.csv, disagreements.csv, drawn/ with the files as they came,
/// and import.json last.
void write_import(const std::filesystem::path& folder, const AnnotationRound& round,
                  const std::vector<DrawnCase>& cases, const Json& options);

/// A table for a person.
[[nodiscard]] std::string import_in_words(const std::filesystem::path& folder, const AnnotationRound& round,
                                          const std::vector<DrawnCase>& cases);

} // namespace sparseann::app
