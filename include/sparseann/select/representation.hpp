#pragma once

#include <algorithm>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "sparseann/core/instruction_set.hpp"
#include "sparseann/select/gain_loops.hpp"
#include "sparseann/select/offer_lists.hpp"

namespace sparseann::detail {

/// A client that is better represented than when bounds were last tightened.
struct ChangedClient {
  std::size_t client;
  float from;
  float to;
};

/// Where facility location finds similarities: what Representation asks of it.
///
/// evaluate_all(represented, gains) adds the gains of all items to zeros; bound_initial_gains(baseline, gains) may add
/// a little more where that is quicker. lower(gains, changed) takes from each item what it loses as clients change.
/// for_clients(clients, body) calls body(i, offered) with all items' similarities to clients[i], for different i from
/// different threads; collect(represented, lists) adds each client's offers above what it has. offers_per_evaluation()
/// is how many offers are looked through in the time of one gain, and most_offers() how many may be kept.
template <class S>
concept SimilaritySource = requires(const S source, std::span<const float> represented, std::span<double> gains,
                                    std::span<const ChangedClient> changed, std::span<const std::size_t> clients,
                                    void (*body)(std::size_t, std::span<const float>), OfferLists& lists) {
  { source.size() } -> std::same_as<std::size_t>;
  source.bound_initial_gains(0.0F, gains);
  source.evaluate_all(represented, gains);
  source.lower(gains, changed);
  source.for_clients(clients, body);
  source.collect(represented, lists);
  { source.offers_per_evaluation() } -> std::same_as<double>;
  { source.most_offers() } -> std::same_as<double>;
  { source.instruction_set() } -> std::same_as<InstructionSet>;
};

/// How well each client is represented, and what bounds of all gains follow as that changes.
///
/// A gain loses, for each client, what lies between the client's old and its new representation. So the gains of all
/// items follow a change of C clients in N * C steps instead of the N * N of evaluating them, and once few offers beat
/// what the clients have, in as many steps as there are such offers. Where items are alike in distribution, C is
/// N / (k + 1) at step k and the offers are N / (k + 1) per client: N^2 log K steps in all with the first way, and
/// N^2 / k with the second from step k on, where lazy evaluation by itself may take N^2 at each step.
class Representation {
public:
  Representation(std::size_t clients, float baseline) : represented_(clients, baseline), baseline_(baseline) {}

  [[nodiscard]] std::span<const float> represented() const noexcept { return represented_; }
  [[nodiscard]] double value() const noexcept { return std::accumulate(represented_.begin(), represented_.end(), 0.0); }

  void raise(std::span<const float> offered) noexcept {
    changed_ = gain_loops::raise(represented_, offered, seen_.empty() ? represented_ : seen_);
  }

  /// See BoundedObjective. Bounds are lowered once a share of what that costs has gone into gains.
  template <SimilaritySource S> bool tighten(std::span<double> bounds, std::size_t evaluations, const S& source) {
    if (evaluations != std::numeric_limits<std::size_t>::max() && !is_due(evaluations, source))
      return false;
    if (gains_.empty() || changed_ > 0)
      update(source);
    gain_loops::lower_to(bounds, gains_, rounding());
    return true;
  }

private:
  /// Measured on isotropic, clustered and slowly changing features: from 1/30 to 1/4 the similarities looked at differ
  /// by 15 %.
  static constexpr double patience = 1.0 / 8;

  template <class S> [[nodiscard]] bool is_due(std::size_t evaluations, const S& source) const {
    if (gains_.empty())
      return true;
    if (changed_ == 0)
      return false;
    if (offers_.clients() == 0)
      return 2 * changed_ > represented_.size() ||
             static_cast<double>(evaluations) >= patience * static_cast<double>(changed_);
    return static_cast<double>(evaluations) * source.offers_per_evaluation() >=
           patience * static_cast<double>(changed_) * offers_per_client_;
  }

  /// Brings the gains of all items up to date.
  template <class S> void update(const S& source) {
    const bool may_collect = is_worth_a_sample(source);
    if (offers_.clients() != 0)
      follow_offers(source);
    else if (gains_.empty() || 2 * changed_ > represented_.size())
      evaluate(source);
    else
      follow(source);
    seen_ = represented_;
    changed_ = 0;
    if (may_collect)
      collect_if_few(source);
  }

  template <class S> void evaluate(const S& source) {
    const bool is_initial = std::ranges::all_of(represented_, [this](float value) { return value == baseline_; });
    gains_.assign(represented_.size(), 0.0);
    if (is_initial)
      source.bound_initial_gains(baseline_, std::span(gains_));
    else
      source.evaluate_all(represented(), std::span(gains_));
    summed_ = *std::ranges::max_element(gains_);
    if (is_initial) // similarities may have been summed before the baseline was taken from them
      summed_ += 2 * static_cast<double>(represented_.size()) * std::abs(static_cast<double>(baseline_));
    additions_per_gain_ = represented_.size();
  }

  [[nodiscard]] std::vector<ChangedClient> changed_clients(InstructionSet set) const {
    thread_local gain_loops::Found found;
    found.above_either(represented_, std::numeric_limits<float>::infinity(), seen_, set);
    std::vector<ChangedClient> changed;
    changed.reserve(found.items().size());
    for (const std::uint32_t client : found.items())
      changed.push_back({client, seen_[client], represented_[client]});
    return changed;
  }

  template <class S> void follow(const S& source) {
    const std::vector<ChangedClient> changed = changed_clients(source.instruction_set());
    source.lower(std::span(gains_), std::span(changed));
    additions_per_gain_ += changed.size();
  }

  template <class S> void follow_offers(const S& source) {
    const std::vector<ChangedClient> changed = changed_clients(source.instruction_set());
    double looked_at = 0;
    for (const ChangedClient& client : changed) {
      looked_at += static_cast<double>(offers_.size(client.client));
      follow_offers(client);
    }
    offers_per_client_ = looked_at / static_cast<double>(changed.size());
    additions_per_gain_ += changed.size();
  }

  /// Takes from the items that offer more than the client had, and drops those that offer no more than it has.
  void follow_offers(const ChangedClient& changed) {
    offers_.keep_if(changed.client, [&](const Offer& offer) {
      gains_[offer.item] -= gain_loops::step_between(offer.similarity, changed.from, changed.to);
      return offer.similarity > changed.to;
    });
  }

  [[nodiscard]] std::size_t samples() const noexcept {
    return std::min(std::clamp<std::size_t>(represented_.size() / 32, 8, 64), represented_.size());
  }

  /// Whether looking at a few clients costs little beside following those that changed, or whether few changed: as
  /// large a share of all offers as of the clients, about, then beats what those have, and a few times less where items
  /// come in groups.
  template <class S> [[nodiscard]] bool is_worth_a_sample(const S& source) const {
    const auto clients = static_cast<double>(represented_.size());
    return offers_.clients() == 0 && !gains_.empty() &&
           (changed_ > 16 * samples() || static_cast<double>(changed_) * clients <= 4 * source.most_offers());
  }

  template <class S> void collect_if_few(const S& source) {
    const double expected = expected_offers(source);
    if (expected > source.most_offers())
      return;
    offers_ = OfferLists(represented_.size());
    source.collect(represented(), offers_);
    offers_per_client_ = expected / static_cast<double>(represented_.size());
  }

  /// Offers that beat what clients have, from some of the clients.
  template <class S> [[nodiscard]] double expected_offers(const S& source) const {
    std::vector<std::size_t> clients(samples());
    for (std::size_t i = 0; i < clients.size(); ++i)
      clients[i] = i * represented_.size() / clients.size();
    std::vector<std::size_t> counts(clients.size());
    source.for_clients(clients, [&](std::size_t i, std::span<const float> offered) {
      thread_local gain_loops::Found found;
      found.above(offered, represented_[clients[i]], source.instruction_set());
      counts[i] = found.items().size();
    });
    return static_cast<double>(std::reduce(counts.begin(), counts.end())) / static_cast<double>(clients.size()) *
           static_cast<double>(represented_.size());
  }

  /// No sum here, nor a gain's own, is further from the exact one: each of its additions rounds by at most half an
  /// epsilon of what is summed.
  [[nodiscard]] double rounding() const noexcept {
    return 2 * static_cast<double>(additions_per_gain_ + represented_.size()) * std::numeric_limits<double>::epsilon() *
           summed_;
  }

  std::vector<float> represented_;
  float baseline_;
  std::vector<float> seen_;   ///< represented_ when bounds were last tightened
  std::vector<double> gains_; ///< of all items at that moment
  OfferLists offers_;         ///< better than at that moment; none until they are few
  double offers_per_client_ = 0;
  double summed_ = 0; ///< no partial sum of a gain was larger
  std::size_t additions_per_gain_ = 0;
  std::size_t changed_ = 0; ///< clients represented better than at that moment
};

} // namespace sparseann::detail
