#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <numeric>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/core/execution.hpp"
#include "sparseann/core/options.hpp"
#include "sparseann/core/parallel.hpp"
#include "sparseann/select/gain_loops.hpp"
#include "sparseann/select/objective.hpp"
#include "sparseann/select/representation.hpp"
#include "sparseann/select/similarity_matrix.hpp"

namespace sparseann {

struct FacilityLocationOptions {
  double baseline = -1.0;

  friend void visit(FacilityLocationOptions& options, auto&& visitor) {
    visitor(field("baseline", options.baseline, "value of an item that nothing selected represents yet"));
  }
};

namespace detail {

/// Throws InvalidArgument where a similarity may lie below the baseline, or the baseline is no number.
[[nodiscard]] inline float checked_baseline(const FacilityLocationOptions& options, float lowest) {
  if (!(static_cast<float>(options.baseline) <= lowest))
    throw InvalidArgument("baseline", fmt::format("a number of at most {}, the lowest similarity", lowest),
                          fmt::format("{}", options.baseline));
  return static_cast<float>(options.baseline);
}

/// Similarities in memory. Copies share them.
class MatrixSource {
public:
  MatrixSource(SimilarityMatrix similarity, const Execution& execution)
      : similarity_(std::make_shared<const SimilarityMatrix>(std::move(similarity))), execution_(resolved(execution)) {}

  [[nodiscard]] std::size_t size() const noexcept { return similarity_->size(); }
  [[nodiscard]] float lowest() const noexcept { return similarity_->lowest(); }
  [[nodiscard]] static std::size_t batch() noexcept { return 1; }

  void gains(std::span<const std::size_t> items, std::span<const float> represented, std::span<double> out) const {
    for (std::size_t i = 0; i < items.size(); ++i)
      out[i] = gain_loops::excess(similarity_->row(items[i]), represented, execution_.instruction_set);
  }

  template <class Body> void with_offers(std::size_t item, const Body& body) const { body(similarity_->row(item)); }

  void bound_initial_gains(float baseline, std::span<double> gains) const {
    const std::span<const double> sums = similarity_->row_sum_bounds();
    if (sums.empty())
      return evaluate_all(std::vector<float>(size(), baseline), gains);
    std::ranges::transform(sums, gains.begin(), [&](double sum) {
      return sum - static_cast<double>(size()) * static_cast<double>(baseline);
    });
  }

  void evaluate_all(std::span<const float> represented, std::span<double> gains) const {
    in_blocks(size(), [&](std::size_t begin, std::size_t end) {
      for (std::size_t item = begin; item < end; ++item)
        gains[item] = gain_loops::excess(similarity_->row(item), represented, execution_.instruction_set);
    });
  }

  void lower(std::span<double> gains, std::span<const ChangedClient> changed) const {
    in_blocks(changed.size(), [&](std::size_t begin, std::size_t end) {
      if (similarity_->is_symmetric())
        lower_by_rows(gains.subspan(begin, end - begin), changed, begin);
      else
        lower_by_columns(gains.subspan(begin, end - begin), changed, begin);
    });
  }

  template <class Body> void for_clients(std::span<const std::size_t> clients, const Body& body) const {
    const double seconds = 1e-9 * static_cast<double>(clients.size()) * static_cast<double>(size());
    parallel_for(clients.size(), worthwhile_threads(execution_, seconds), [&](std::size_t i) {
      if (similarity_->is_symmetric())
        return body(i, similarity_->row(clients[i]));
      std::vector<float> offered(size());
      for (std::size_t item = 0; item < size(); ++item)
        offered[item] = similarity_->row(item)[clients[i]];
      body(i, std::span<const float>(offered));
    });
  }

  void collect(std::span<const float> represented, OfferLists& lists) const {
    std::vector<std::size_t> clients(size());
    std::iota(clients.begin(), clients.end(), std::size_t{0});
    for_clients(clients, [&](std::size_t client, std::span<const float> offered) {
      thread_local gain_loops::Found found;
      found.above(offered, represented[client], execution_.instruction_set);
      for (std::size_t i = 0; i < found.items().size(); ++i)
        lists.add(client, {found.items()[i], found.values()[i]});
    });
  }

  [[nodiscard]] InstructionSet instruction_set() const noexcept { return execution_.instruction_set; }
  [[nodiscard]] double offers_per_evaluation() const noexcept { return static_cast<double>(size()) / 8; }
  /// Where more are kept, writing them costs more than they save.
  [[nodiscard]] double most_offers() const noexcept {
    return static_cast<double>(size()) * static_cast<double>(size()) / 32;
  }

private:
  void lower_by_rows(std::span<double> gains, std::span<const ChangedClient> changed,
                     std::size_t begin) const noexcept {
    for (const auto& [client, from, to] : changed)
      gain_loops::lower(gains, similarity_->row(client).data() + begin, from, to, execution_.instruction_set);
  }

  void lower_by_columns(std::span<double> gains, std::span<const ChangedClient> changed,
                        std::size_t begin) const noexcept {
    for (std::size_t i = 0; i < gains.size(); ++i)
      for (const auto& [client, from, to] : changed)
        gains[i] -= gain_loops::step_between(similarity_->row(begin + i)[client], from, to);
  }

  /// Calls body(begin, end) for blocks of items, of each of which `values` similarities are looked at.
  template <class Body> void in_blocks(std::size_t values, const Body& body) const {
    constexpr std::size_t block = 4096; // the gains of a block stay in the second cache
    const double seconds = 3e-10 * static_cast<double>(values) * static_cast<double>(size());
    parallel_for((size() + block - 1) / block, worthwhile_threads(execution_, seconds),
                 [&](std::size_t b) { body(b * block, std::min((b + 1) * block, size())); });
  }

  std::shared_ptr<const SimilarityMatrix> similarity_;
  Execution execution_;
};

/// Facility location, wherever the similarities come from.
template <class Source> class FacilityLocationOn {
public:
  using Options = FacilityLocationOptions;

  FacilityLocationOn(Source source, const Options& options)
      : source_(std::move(source)), representation_(source_.size(), checked_baseline(options, source_.lowest())) {}

  [[nodiscard]] std::size_t size() const noexcept { return source_.size(); }
  /// Eq. 7's value of the items added so far: N * baseline plus the gains of all of them.
  [[nodiscard]] double value() const noexcept { return representation_.value(); }

  /// Never grows as items are added, rounding included: each term is the same or smaller, and rounding is monotone.
  [[nodiscard]] double gain(std::size_t item) const {
    double result = 0;
    gains({&item, 1}, {&result, 1});
    return result;
  }

  /// See BatchObjective.
  void gains(std::span<const std::size_t> items, std::span<double> out) const {
    source_.gains(items, representation_.represented(), out);
  }
  [[nodiscard]] std::size_t batch() const noexcept { return source_.batch(); }

  void add(std::size_t item) {
    source_.with_offers(item, [this](std::span<const float> offered) { representation_.raise(offered); });
  }

  /// See BoundedObjective.
  bool tighten(std::span<double> bounds, std::size_t evaluations) {
    return representation_.tighten(bounds, evaluations, source_);
  }

private:
  Source source_;
  Representation representation_;
};

} // namespace detail

/// Facility location: how well a set of items represents all of them (Eq. 7), on a matrix of similarities.
///
/// Formula: F(S) = sum over j of max(baseline, max over i in S of s(i, j)).
/// Shapes: similarity (N, N); row i says how well i represents each item; it need not be symmetric.
/// Cost: O(N) per gain and per add, 4 N^2 bytes, which copies share, and up to a tenth more while it is maximised.
/// Throws: InvalidArgument where the matrix is not square or below the baseline; DataError where it is not finite.
/// Source: Zheng et al., AAAI 2020, Eq. 6 and 7.
/// Deviation: the paper leaves the empty set's value open. With a baseline no larger than any similarity, every
/// nonempty set has exactly Eq. 7's value and the function is monotone from the empty set on; -1 serves the cosine.
class FacilityLocation : public detail::FacilityLocationOn<detail::MatrixSource> {
public:
  static constexpr std::string_view name = "facility_location";

  explicit FacilityLocation(SimilarityMatrix similarity, const Options& options = {}, const Execution& execution = {})
      : FacilityLocationOn(detail::MatrixSource(std::move(similarity), execution), options) {}
};

/// Facility location is submodular: Cornuejols, Fisher, Nemhauser, "Location of bank accounts to optimize float",
/// Management Science 23(8), 1977; with a baseline it is facility location with one facility open from the start.
template <> inline constexpr bool enable_submodular<FacilityLocation> = true;

} // namespace sparseann
