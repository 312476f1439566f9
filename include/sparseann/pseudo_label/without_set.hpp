#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "sparseann/core/error.hpp"
#include "sparseann/core/joined_name.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/pseudo_label/ensembler.hpp"

namespace sparseann {

namespace detail {
inline constexpr std::string_view without_text = "_without_";
} // namespace detail

/// An ensembler that gets all pseudo-label sets but the one named `Set`, in training and afterwards: what that set is
/// good for.
///
/// `Set` is a constant with a name, `inline constexpr std::string_view xy = "xy"`. Cost: a copy of the other sets while
/// it is fitted. Throws: InvalidArgument where there is no such set or no other.
template <Ensembler E, const std::string_view& Set> class WithoutSet {
public:
  static constexpr std::string_view base_name = E::name;
  static constexpr std::string_view name = joined_name<base_name, detail::without_text, Set>;

  OptionsOf<E> options;

  void fit(const EnsembleTask& task, const StageContext& context) {
    const auto found = std::ranges::find(task.sets, Set, &PseudoLabelSet::name);
    if (found == task.sets.end() || task.sets.size() < 2)
      throw InvalidArgument(std::string(name), "pseudo-label sets of which one is " + std::string(Set),
                            std::to_string(task.sets.size()) + " others");
    dropped_ = static_cast<std::size_t>(found - task.sets.begin());
    const std::vector<PseudoLabelSet> sets = without(task.sets);
    ensembler_.options = options;
    ensembler_.fit({.cases = task.cases, .labels = task.labels, .sets = sets, .classes = task.classes}, context);
  }

  [[nodiscard]] Array3<std::uint8_t> predict(const Image& image, std::span<const ClassProbabilities> sets,
                                             const StageContext& context) const {
    return ensembler_.predict(image, without(sets), context);
  }

  [[nodiscard]] LabelsAndProbabilities segment(const Image& image, std::span<const ClassProbabilities> sets,
                                               const StageContext& context) const
    requires ProbabilisticEnsembler<E>
  {
    return ensembler_.segment(image, without(sets), context);
  }

private:
  template <class T> [[nodiscard]] std::vector<T> without(std::span<const T> sets) const {
    std::vector<T> others(sets.begin(), sets.end());
    others.erase(others.begin() + static_cast<std::ptrdiff_t>(dropped_));
    return others;
  }

  E ensembler_;
  std::size_t dropped_ = 0;
};

} // namespace sparseann
