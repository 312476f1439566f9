#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <limits>
#include <span>
#include <string_view>
#include <vector>

#include "sparseann/core/array.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/progress.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/select/distance.hpp"
#include "sparseann/select/features.hpp"
#include "sparseann/select/ranked_selection.hpp"
#include "sparseann/select/selector.hpp"

namespace sparseann {

/// Where farthest-first traversal begins.
enum class FirstCenter { nearest_mean, random };
constexpr std::array<std::string_view, 2> names_of(FirstCenter) { return {"nearest_mean", "random"}; }

struct KCenterOptions {
  FirstCenter first = FirstCenter::nearest_mean;

  friend void visit(KCenterOptions& options, auto&& visitor) {
    visitor(field("first", options.first, "the first slice: nearest_mean (of all features) or random"));
  }
};

/// Farthest-first traversal: after the first, always the slice whose features are farthest from those of every slice
/// selected so far. The core-set of active learning in its greedy form.
///
/// Formula: v* = argmax over v not in S of min over i in S of |f_v - f_i|; ties go to the lower index. The covering
/// radius, max over v of min over i in S of |f_v - f_i|, is at most twice the smallest one that K slices can have.
/// There are no gains: the radius, which a pick may leave as it is, has no value before the first one.
/// Shapes: features (N, D).
/// Cost: O(N K D) time, O(N + D) memory.
/// Throws: InvalidArgument for a budget of zero or above N; DataError for features that are NaN, infinite or zero rows.
/// Source: Gonzalez, "Clustering to minimize the maximum intercluster distance", Theoretical Computer Science 38, 1985;
/// Sener and Savarese, "Active learning for convolutional neural networks: a core-set approach", ICLR 2018.
/// Deviation: neither has a rule for the first item where nothing is labelled yet; the one nearest to the mean is
/// deterministic and no outlier.
struct KCenter {
  using Options = KCenterOptions;
  static constexpr std::string_view name = "k_center";

  Options options;
  Progress progress = {};

  [[nodiscard]] RankedSelection operator()(const Array2<float>& features, std::size_t budget,
                                           Generator generator) const {
    validate(options);
    check_features(features);
    check_selection_budget(budget, features.shape(0));
    std::vector<double> separation(features.shape(0), std::numeric_limits<double>::infinity());
    std::size_t center =
        options.first == FirstCenter::random ? generator.uniform_index(features.shape(0)) : nearest_mean(features);
    RankedSelection selection;
    selection.indices.push_back(center);
    Progress::Task task = progress.start("selecting", budget);
    task.advance();
    while (selection.indices.size() < budget) {
      approach(features, center, separation);
      center = position_of_largest(separation);
      selection.indices.push_back(center);
      task.advance();
    }
    task.finish();
    return selection;
  }

private:
  static constexpr double taken = -1;

  [[nodiscard]] static std::size_t position_of_largest(const std::vector<double>& values) {
    return static_cast<std::size_t>(std::ranges::max_element(values) - values.begin());
  }

  [[nodiscard]] static std::size_t nearest_mean(const Array2<float>& features) {
    const std::size_t items = features.shape(0);
    std::vector<double> mean(features.shape(1), 0.0);
    for (std::size_t row = 0; row < items; ++row)
      for (std::size_t column = 0; column < mean.size(); ++column)
        mean[column] += static_cast<double>(features(row, column)) / static_cast<double>(items);
    std::vector<double> nearness(items);
    for (std::size_t row = 0; row < items; ++row)
      nearness[row] = -squared_distance(feature_row(features, row), std::span<const double>(mean));
    return position_of_largest(nearness);
  }

  /// Keeps each row's squared distance to its nearest center, and takes `center` out of the running.
  static void approach(const Array2<float>& features, std::size_t center, std::vector<double>& separation) {
    for (std::size_t row = 0; row < separation.size(); ++row)
      separation[row] =
          std::min(separation[row], squared_distance(feature_row(features, row), feature_row(features, center)));
    separation[center] = taken;
  }
};

/// Every pick depends on the earlier ones alone.
template <> inline constexpr bool prefix_consistent<KCenter> = true;

} // namespace sparseann
