#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "coverage.hpp"
#include "sparseann/encode/reconstruction.hpp"
#include "sparseann/pipeline/feature_check.hpp"

namespace sparseann::encoder_comparison {

/// One encoder on one cohort.
struct EncoderResult {
  std::string_view encoder;
  double seconds = 0; ///< of fitting and encoding
  std::vector<SliceReconstruction> reconstructions;
  std::vector<StackDiagnostics> diagnostics;
  std::vector<CaseCoverage> coverages;
};

/// A row per encoder: seconds, reconstruction error and diagnostics, means over slices and stacks.
[[nodiscard]] std::string encoders_csv(std::span<const EncoderResult> results);

/// A row per encoder, selector, setting and case.
[[nodiscard]] std::string coverage_csv(std::span<const EncoderResult> results, std::span<const std::string> cases);

/// A row per encoder, selector and setting: means over the cases with their standard errors; differences to equal
/// interval case by case, and which share of the way from equal interval to the ceiling they are.
[[nodiscard]] std::string summary_csv(std::span<const EncoderResult> results);

} // namespace sparseann::encoder_comparison
