#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>
#include <numeric>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/array.hpp"
#include "sparseann/core/error.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/plane.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/cosine_similarity.hpp"
#include "sparseann/select/joint_slices.hpp"
#include "sparseann/select/maximiser.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/objective_view.hpp"
#include "sparseann/select/selection_problem.hpp"
#include "sparseann/select/selector.hpp"
#include "sparseann/select/similarity.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

namespace detail {

/// Similarities above the baseline in whole units, so that sums over voxels are exact and gains cannot grow by
/// rounding.
using Units = std::int64_t;

/// For how many pairs (y, x) the larger one of two levels, b of y and c of x, lies below a threshold, summed up over
/// all thresholds from 0 to t: the volume that a level t of one axis has above the other two.
///
/// Formula: G(t) = integral from 0 to t of #{y : b_y <= u} #{x : c_x <= u} du.
class PairVolume {
public:
  /// Cost: O(N log N) for N levels together. Levels are at least 0.
  PairVolume(std::vector<Units> first, std::vector<Units> second) {
    std::ranges::sort(first);
    std::ranges::sort(second);
    std::ranges::merge(first, second, std::back_inserter(knots_));
    Units volume = 0;
    for (std::size_t k = 0; k < knots_.size(); ++k) {
      volume += k == 0 ? 0 : pairs_.back() * (knots_[k] - knots_[k - 1]);
      volumes_.push_back(volume);
      pairs_.push_back(up_to(first, knots_[k]) * up_to(second, knots_[k]));
    }
  }

  /// Cost: O(log N).
  [[nodiscard]] Units operator()(Units threshold) const noexcept {
    const auto above = std::ranges::upper_bound(knots_, threshold) - knots_.begin();
    if (above == 0)
      return 0;
    const auto knot = static_cast<std::size_t>(above - 1);
    return volumes_[knot] + pairs_[knot] * (threshold - knots_[knot]);
  }

private:
  [[nodiscard]] static Units up_to(const std::vector<Units>& sorted, Units level) {
    return std::ranges::upper_bound(sorted, level) - sorted.begin();
  }

  std::vector<Units> knots_;
  std::vector<Units> volumes_; ///< at each knot
  std::vector<Units> pairs_;   ///< from each knot to the next
};

} // namespace detail

struct CrossPlaneCoverageOptions {
  double baseline = -1.0;

  friend void visit(CrossPlaneCoverageOptions& options, auto&& visitor) {
    visitor(field("baseline", options.baseline, "value of a voxel that no slice through it represents yet"));
  }
};

/// Facility location over the voxels of a scan, whose slices of all planes together represent them: every voxel has the
/// similarity that the best of the three slices through it has to a chosen slice of its plane.
///
/// Formula: F(S) = sum over voxels (z, y, x) of max(f_xy(z), f_xz(y), f_yz(x)); f_V(i) is the largest similarity of a
/// chosen slice of plane V to slice i, and the baseline where there is none.
/// The sum needs no loop over voxels: slice z at level t adds what lies below t in the counts of the other two planes'
/// levels. Items are the slices of xy, xz, yz, in this order.
/// Shapes: three matrices (Z, Z), (Y, Y), (X, X); row i says how well i represents each slice. A plane without slices
/// has an empty matrix: it represents nothing, and the scan counts as one voxel along its axis, so that one plane by
/// itself is FacilityLocation.
/// Cost: O(N log N) per gain and per add with N = Z + Y + X; O(Z^2 + Y^2 + X^2) memory.
/// Accuracy: similarities are rounded to multiples of a power of two, 2^-37 for cosines and 2^23 voxels; all else is
/// exact in whole numbers, so that a gain is the same whatever the order of the items added.
/// Throws: InvalidArgument where no plane has a slice, a matrix is not square or below the baseline; DataError where it
/// is not finite.
/// Source: Zheng et al., AAAI 2020, Eq. 6 and 7 for one plane at a time; planes that share their voxels are not in it.
class CrossPlaneCoverage {
public:
  using Options = CrossPlaneCoverageOptions;
  static constexpr std::string_view name = "cross_plane_coverage";

  /// Similarities within the planes xy, xz, yz.
  explicit CrossPlaneCoverage(const std::array<Array2<float>, 3>& similarities, const Options& options = {})
      : baseline_(options.baseline) {
    for (std::size_t axis = 0; axis < 3; ++axis)
      check(similarities[axis], all_planes[axis]);
    for (std::size_t axis = 0; axis < 3; ++axis) {
      slices_[axis] = similarities[axis].shape(0);
      levels_[axis].assign(std::max<std::size_t>(slices_[axis], 1), 0);
    }
    if (size() == 0)
      throw InvalidArgument("similarities", "a plane with slices", "none");
    choose_scale(similarities);
    for (std::size_t axis = 0; axis < 3; ++axis)
      for (const float similarity : elements(similarities[axis]))
        offered_[axis].push_back(std::llround(std::ldexp(static_cast<double>(similarity) - baseline_, scale_)));
    for (std::size_t axis = 0; axis < 3; ++axis)
      others_.push_back(pair_volume(axis));
  }

  [[nodiscard]] std::size_t size() const noexcept { return slices_[0] + slices_[1] + slices_[2]; }

  /// The number of voxels that the objective sums over.
  [[nodiscard]] double clients() const noexcept {
    return static_cast<double>(levels_[0].size()) * static_cast<double>(levels_[1].size()) *
           static_cast<double>(levels_[2].size());
  }

  [[nodiscard]] double gain(std::size_t item) const noexcept { return value_of(gain_in_units(item)); }

  void add(std::size_t item) {
    gained_ += gain_in_units(item);
    const auto [axis, slice] = locate(item);
    const std::span<const detail::Units> row = offers(axis, slice);
    std::ranges::transform(levels_[axis], row, levels_[axis].begin(),
                           [](detail::Units level, detail::Units offer) { return std::max(level, offer); });
    for (std::size_t other = 0; other < 3; ++other)
      if (other != axis)
        others_[other] = pair_volume(other);
  }

  /// F of the items added so far.
  [[nodiscard]] double value() const noexcept { return baseline_ * clients() + value_of(gained_); }

private:
  [[nodiscard]] std::pair<std::size_t, std::size_t> locate(std::size_t item) const noexcept {
    std::size_t axis = 0;
    while (item >= slices_[axis])
      item -= slices_[axis++];
    return {axis, item};
  }

  [[nodiscard]] std::span<const detail::Units> offers(std::size_t axis, std::size_t slice) const noexcept {
    return std::span(offered_[axis]).subspan(slice * slices_[axis], slices_[axis]);
  }

  [[nodiscard]] detail::PairVolume pair_volume(std::size_t axis) const {
    return {levels_[(axis + 1) % 3], levels_[(axis + 2) % 3]};
  }

  [[nodiscard]] detail::Units gain_in_units(std::size_t item) const noexcept {
    const auto [axis, slice] = locate(item);
    const std::span<const detail::Units> row = offers(axis, slice);
    detail::Units sum = 0;
    for (std::size_t i = 0; i < row.size(); ++i)
      if (row[i] > levels_[axis][i])
        sum += others_[axis](row[i]) - others_[axis](levels_[axis][i]);
    return sum;
  }

  [[nodiscard]] double value_of(detail::Units units) const noexcept {
    return std::ldexp(static_cast<double>(units), -scale_);
  }

  /// The largest power of two with which the sum over all voxels stays below 2^62.
  void choose_scale(const std::array<Array2<float>, 3>& similarities) {
    double largest = 0;
    for (const Array2<float>& similarity : similarities)
      for (const float value : elements(similarity))
        largest = std::max(largest, static_cast<double>(value) - baseline_);
    scale_ = largest > 0 ? 61 - std::ilogb(largest * clients()) : 0;
  }

  void check(const Array2<float>& similarity, Plane plane) const {
    const std::string source = fmt::format("similarity in plane {}", name_of(plane));
    const std::size_t slices = similarity.shape(0);
    if (slices != similarity.shape(1))
      throw InvalidArgument(source, "a square matrix", fmt::format("{} x {}", slices, similarity.shape(1)));
    for (std::size_t offset = 0; offset < similarity.size(); ++offset) {
      const float value = elements(similarity)[offset];
      const auto place = [&] { return fmt::format("row {}, column {}", offset / slices, offset % slices); };
      if (!std::isfinite(value))
        throw DataError(source, "finite numbers", fmt::format("{} in {}", value, place()));
      if (!(static_cast<double>(value) >= baseline_))
        throw InvalidArgument("baseline", fmt::format("a number of at most {}, the {} in {}", value, source, place()),
                              fmt::format("{}", baseline_));
    }
  }

  double baseline_;
  int scale_ = 0; ///< a unit is 2^-scale
  std::array<std::size_t, 3> slices_{};
  std::array<std::vector<detail::Units>, 3> offered_; ///< by axis: the similarities above the baseline
  std::array<std::vector<detail::Units>, 3> levels_;  ///< by axis: f of each slice above the baseline
  std::vector<detail::PairVolume> others_;            ///< by axis: of the other two axes' levels
  detail::Units gained_ = 0;
};

/// A slice of plane V is a facility that serves each voxel with its similarity to the slice of V through the voxel, so
/// F is facility location with the voxels as clients, which is submodular (see FacilityLocation); sums in whole numbers
/// are exact and their rounding to double is monotone, so computed gains never grow either.
template <> inline constexpr bool enable_submodular<CrossPlaneCoverage> = true;

template <class Measure> struct CrossPlaneCoverOptions {
  typename Measure::Options similarity;
  CrossPlaneCoverageOptions objective;
  double tie_tolerance = GreedyOptions{}.tie_tolerance;

  friend void visit(CrossPlaneCoverOptions& options, auto&& visitor) {
    visitor(field("similarity", options.similarity, "how alike two slices of a plane are"));
    visitor(field("objective", options.objective, "how well the slices of all planes represent the voxels"));
    visitor(field("tie_tolerance", options.tie_tolerance, "which gains tie, see GreedyOptions", at_least(0)));
  }
};

/// Representative slices of all planes of a case at once, one budget for them: a voxel that a slice of one plane
/// represents well needs no slice of another plane.
///
/// Formula: CrossPlaneCoverage maximised by lazy greedy; the budget of a case is the sum of its stacks' budgets, and a
/// plane gets what its slices are worth. Ties go to the plane xy before xz before yz, then to the lower slice. Labelled
/// slices represent from the start.
/// Cost: O(N_V^2 D) for the similarities of each plane, then as LazyGreedy with O(N log N) per gain, for each case.
/// Throws: as check_problem_for; as CrossPlaneCoverage.
template <Similarity Measure = CosineSimilarity> struct CrossPlaneCover {
  using Options = CrossPlaneCoverOptions<Measure>;
  static constexpr std::string_view name = "cross_plane_cover";
  static constexpr bool needs_features = true;
  static constexpr bool takes_labelled = true;
  static constexpr BudgetScope budget_scope = BudgetScope::each_case;

  Options options;
  Progress progress = {};

  [[nodiscard]] SelectionPlan operator()(const SelectionProblem& problem, const Generator&) const {
    validate(options);
    check_problem_for<CrossPlaneCover>(problem);
    SelectionPlan plan{.selections = std::vector<RankedSelection>(problem.stacks.size())};
    std::map<std::size_t, std::vector<std::size_t>> stacks_of_case;
    for (std::size_t stack = 0; stack < problem.stacks.size(); ++stack)
      stacks_of_case[problem.stacks[stack].case_index].push_back(stack);
    Progress::Task task = progress.start("selecting", budget_of(problem));
    for (auto& [case_index, stacks] : stacks_of_case) {
      std::ranges::sort(stacks, {}, [&](std::size_t stack) { return problem.stacks[stack].plane; });
      select(problem, stacks, plan, task);
    }
    task.finish();
    return plan;
  }

private:
  [[nodiscard]] static std::size_t budget_of(const SelectionProblem& problem) {
    return std::accumulate(problem.stacks.begin(), problem.stacks.end(), std::size_t{0},
                           [](std::size_t sum, const SliceStack& stack) { return sum + stack.budget; });
  }

  /// `stacks` are those of one case in the order of the planes, which is the order of the objective's items.
  void select(const SelectionProblem& problem, const std::vector<std::size_t>& stacks, SelectionPlan& plan,
              Progress::Task& task) const {
    const JointSlices slices(problem, stacks);
    if (slices.budget() == 0)
      return;
    CrossPlaneCoverage objective(similarities(problem, stacks), options.objective);
    const double band = tie_band(objective, options.tie_tolerance);
    for (const std::size_t item : slices.labelled())
      objective.add(item);
    slices.distribute(select_among(objective, slices.unlabelled(), slices.budget(), band, &task), plan);
  }

  [[nodiscard]] std::array<Array2<float>, 3> similarities(const SelectionProblem& problem,
                                                          const std::vector<std::size_t>& stacks) const {
    std::array<Array2<float>, 3> matrices;
    for (const std::size_t stack : stacks)
      matrices[stacking_axis(problem.stacks[stack].plane)] =
          similarity_matrix(Measure{options.similarity}(features_of(problem.stacks[stack]))).values();
    return matrices;
  }
};

/// A greedy maximiser ranks without looking at the budget, and every stack keeps the order of the joint ranks.
template <class Measure> inline constexpr bool prefix_consistent<CrossPlaneCover<Measure>> = true;

} // namespace sparseann
