#pragma once

#include <filesystem>
#include <string>

#include "apps/sparseann_torch/images.hpp"
#include "sparseann/annotate/plan.hpp"

namespace sparseann::app {

/// Writes slices.csv and pictures/CASE.svg.
void write_plan(const std::filesystem::path& folder, const AnnotationPlan& plan, const Images& images,
                const Progress& progress);

/// A short table for a person, and where the rest is.
[[nodiscard]] std::string plan_in_words(const std::filesystem::path& folder, const AnnotationPlan& plan,
                                        const Images& images);

} // namespace sparseann::app
