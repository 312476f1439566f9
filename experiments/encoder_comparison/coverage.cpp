#include "coverage.hpp"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sparseann/annotate/budget.hpp"
#include "sparseann/pipeline/selection.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/equal_interval.hpp"
#include "sparseann/select/facility_location.hpp"
#include "sparseann/select/max_cover.hpp"
#include "sparseann/select/per_stack.hpp"
#include "sparseann/select/random_slices.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann::encoder_comparison {

namespace {

/// Sums over the stacks of a case.
struct Sums {
  double labels = 0;
  double foreground = 0;
  double features = 0;
  double slices = 0;
};

/// The sum over the slices of the best cosine with a selected one: Eq. 7.
double feature_coverage(FacilityLocation objective, std::span<const std::size_t> selected) {
  for (const std::size_t slice : selected)
    objective.add(slice);
  return objective.value();
}

/// Coverages of selections of one cohort with one encoder's features.
class Judge {
public:
  Judge(std::span<const LabelSimilarities> labels, const SelectionProblem& problem) : labels_(labels) {
    for (const SliceStack& stack : problem.stacks) {
      case_of_stack_.push_back(stack.case_index);
      objectives_.emplace_back(similarity_matrix(CosineSimilarity{}(features_of(stack))));
    }
  }

  /// One for each case.
  [[nodiscard]] std::vector<CaseCoverage> operator()(std::string_view selector, std::size_t every,
                                                     const SelectionPlan& plan) const {
    std::vector<Sums> cases(case_of_stack_.back() + 1);
    for (std::size_t stack = 0; stack < case_of_stack_.size(); ++stack) {
      Sums& sums = cases[case_of_stack_[stack]];
      const std::vector<std::size_t>& selected = plan.selections[stack].indices;
      if (const auto foreground = static_cast<double>(labels_[stack].foreground.size()); foreground > 0) {
        sums.labels += label_coverage(labels_[stack], selected) * foreground;
        sums.foreground += foreground;
      }
      sums.features += feature_coverage(objectives_[stack], selected);
      sums.slices += static_cast<double>(objectives_[stack].size());
    }
    std::vector<CaseCoverage> result;
    for (std::size_t c = 0; c < cases.size(); ++c)
      result.push_back({.selector = selector,
                        .every = every,
                        .case_index = c,
                        .labels = cases[c].labels / cases[c].foreground,
                        .features = cases[c].features / cases[c].slices});
    return result;
  }

private:
  std::span<const LabelSimilarities> labels_;
  std::vector<std::size_t> case_of_stack_;
  std::vector<FacilityLocation> objectives_;
};

/// A stack without foreground has nothing to select by, and takes the first slices.
SelectionPlan selection_by_labels(std::span<const LabelSimilarities> labels, const SelectionProblem& problem) {
  SelectionPlan plan;
  for (std::size_t stack = 0; stack < labels.size(); ++stack) {
    const std::size_t budget = problem.stacks[stack].budget;
    if (!labels[stack].foreground.empty()) {
      plan.selections.push_back(select_by_labels(labels[stack], budget));
      continue;
    }
    RankedSelection first;
    for (std::size_t slice = 0; slice < budget; ++slice)
      first.indices.push_back(slice);
    plan.selections.push_back(std::move(first));
  }
  return plan;
}

std::vector<CaseCoverage> mean_of_random(const Judge& judge, const SelectionProblem& problem, std::size_t every,
                                         std::size_t draws, const Generator& generator) {
  std::vector<CaseCoverage> mean;
  for (std::size_t draw = 0; draw < draws; ++draw) {
    const auto one = judge("random", every, PerStack<RandomSlices>{}(problem, generator.split(draw)));
    if (mean.empty())
      mean.resize(one.size(), {.selector = "random", .every = every});
    for (std::size_t c = 0; c < one.size(); ++c) {
      mean[c].case_index = c;
      mean[c].labels += one[c].labels / static_cast<double>(draws);
      mean[c].features += one[c].features / static_cast<double>(draws);
    }
  }
  return mean;
}

} // namespace

std::vector<LabelSimilarities> label_similarities_of(const LabelledCohort& data, std::span<const Plane> planes) {
  std::vector<LabelSimilarities> stacks;
  for (std::size_t c = 0; c < data.cohort.training.size(); ++c) {
    std::size_t foreground = 0;
    for (const Plane plane : planes) {
      stacks.push_back(label_similarities(data.training_labels[c].voxels, plane));
      foreground += stacks.back().foreground.size();
    }
    if (foreground == 0)
      throw DataError(fmt::format("labels of case {}", data.cohort.training[c].name), "foreground", "none");
  }
  return stacks;
}

std::vector<CaseCoverage> coverages(const LabelledCohort& data, std::span<const Plane> planes,
                                    std::span<const LabelSimilarities> labels, const std::filesystem::path& features,
                                    std::span<const std::size_t> every, std::size_t random_draws,
                                    const Generator& generator) {
  std::vector<CaseCoverage> result;
  SelectionProblem problem = selection_problem(data.cohort.training, planes, {.every = 1, .count = std::nullopt});
  read_features(problem, data.cohort.training, features);
  const Judge judge(labels, problem);
  for (const std::size_t k : every) {
    const Budget budget{.every = k, .count = std::nullopt};
    for (SliceStack& stack : problem.stacks)
      stack.budget = budget.slices_of(stack.slices);
    const auto add = [&](const std::vector<CaseCoverage>& cases) {
      result.insert(result.end(), cases.begin(), cases.end());
    };
    add(judge(equal_interval, k, PerStack<EqualInterval>{}(problem, generator)));
    add(judge("max_cover", k, PerStack<MaxCover<>>{}(problem, generator)));
    add(mean_of_random(judge, problem, k, random_draws, generator.split("random").split(k)));
    add(judge(ceiling, k, selection_by_labels(labels, problem)));
  }
  return result;
}

} // namespace sparseann::encoder_comparison
