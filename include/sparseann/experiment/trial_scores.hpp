#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "sparseann/annotate/accounting.hpp"
#include "sparseann/annotate/annotation_work.hpp"
#include "sparseann/experiment/arm.hpp"
#include "sparseann/experiment/instance_scores.hpp"
#include "sparseann/experiment/trial.hpp"
#include "sparseann/io/csv.hpp"
#include "sparseann/metric/overall_score.hpp"
#include "sparseann/pipeline/metrics.hpp"
#include "sparseann/report/run_report.hpp"

namespace sparseann {

/// scores.csv: one row per prediction, case, class and metric. The overall score and what is of instances are of class
/// `all`.
[[nodiscard]] inline std::string scores_csv(std::span<const CaseScores> scores,
                                            std::span<const std::string> class_names,
                                            std::span<const InstanceScores> instances = {}) {
  CsvWriter table({"prediction", "case", "class", "metric", "value"});
  for (const CaseScores& row : scores) {
    const auto add = [&](const std::string& class_name, std::string_view metric, double value) {
      table.add_row(row.method, row.case_name, class_name, metric, value);
    };
    for (const ClassScore& score : row.classes) {
      const std::string& name = class_names[score.label];
      add(name, "dice", score.dice);
      add(name, "adb_mm", score.average_boundary_distance_mm);
      add(name, "hausdorff_mm", score.hausdorff_mm);
      add(name, "hausdorff95_mm", score.hausdorff95_mm);
    }
    add("all", "overall_score", overall_score(row.classes));
  }
  for (const InstanceScores& row : instances)
    for (const auto& [metric, value] :
         {std::pair("rand_f", row.best.rand.f), std::pair("rand_merge", row.best.rand.merge),
          std::pair("rand_split", row.best.rand.split), std::pair("rand_threshold", row.best.threshold),
          std::pair("rand_f_at_half", row.half.rand.f), std::pair("variation_of_information", row.best.variation.sum()),
          std::pair("pixel_error_at_half", row.half.pixel_error)})
      table.add_row(row.method, row.case_name, "all", metric, value);
  return table.text();
}

/// costs.csv: what a trial's annotation costs, in four ways, and its time.
///
/// `nominal` is 3 / k of the budget s_k and 1 of full annotation; `plain_sum` and `union` are shares of the voxels, see
/// AnnotationAmount; foreground and contours as AnnotationWork.
[[nodiscard]] inline std::string costs_csv(const Trial& trial, const std::optional<AnnotationPlan>& plan,
                                           const LabelledCohort& data, std::size_t planes, double seconds) {
  std::vector<Shape3> shapes;
  for (const LabelVolume& labels : data.training_labels)
    shapes.push_back(labels.geometry.shape);
  const AnnotationWork work = annotation_work(plan, data.training_labels);
  double nominal = 1;
  double plain_sum = 1;
  double of_voxels = 1;
  if (plan) {
    const AnnotationAmount amount = annotation_amount(*plan, shapes);
    nominal = static_cast<double>(planes) / static_cast<double>(trial.every.value());
    plain_sum = amount.plain_sum();
    of_voxels = amount.union_of_voxels();
  }
  CsvWriter table(
      {"training_cases", "slices", "nominal", "plain_sum", "union", "foreground_voxels", "contour_mm", "seconds"});
  table.add_row(data.cohort.training.size(), work.slices, nominal, plain_sum, of_voxels, work.foreground_voxels,
                work.contour_mm, seconds);
  return table.text();
}

/// Whether a loss still falls: by how much, relative to itself, the mean of its last tenth is below that of the tenth
/// before. Below 0.02, one in fifty, it counts as converged. None for fewer than 20 points.
[[nodiscard]] inline std::optional<double> late_decrease(const LearningCurve& curve) {
  const std::size_t tenth = curve.points.size() / 10;
  if (tenth < 2)
    return std::nullopt;
  const auto mean_of = [&](std::size_t begin) {
    double sum = 0;
    for (std::size_t i = begin; i < begin + tenth; ++i)
      sum += curve.points[i].second;
    return sum / static_cast<double>(tenth);
  };
  const double last = mean_of(curve.points.size() - tenth);
  const double before = mean_of(curve.points.size() - 2 * tenth);
  return before > 0 ? (before - last) / before : 0.0;
}

/// trainings.csv: every training of a trial, its last loss and whether it had converged.
[[nodiscard]] inline std::string trainings_csv(std::span<const LearningCurve> curves) {
  constexpr double converged_below = 0.02;
  CsvWriter table({"model", "iterations", "last_loss", "late_decrease", "converged"});
  for (const LearningCurve& curve : curves) {
    const std::optional<double> decrease = late_decrease(curve);
    table.add_row(curve.model, curve.points.empty() ? 0 : curve.points.back().first,
                  curve.points.empty() ? std::optional<double>() : curve.points.back().second, decrease,
                  decrease && *decrease < converged_below);
  }
  return table.text();
}

} // namespace sparseann
