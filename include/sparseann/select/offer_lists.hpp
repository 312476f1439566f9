#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/memory.hpp"

namespace sparseann::detail {

/// An item that would represent a client better than the set does, and how well.
struct Offer {
  std::uint32_t item;
  float similarity;
};

/// A list of offers for each client. Lists are chains of chunks, so that they grow from several threads at a time, and
/// none is ever moved.
///
/// Cost: 8 bytes per offer, and per client half a chunk of 256 bytes. What offers are dropped from stays taken.
class OfferLists {
public:
  explicit OfferLists(std::size_t clients = 0)
      : lists_(clients), store_(std::make_unique<Store>(std::clamp<std::size_t>(16 * clients, 64, 65536))) {}
  OfferLists(const OfferLists& other) : OfferLists(other.clients()) {
    for (std::size_t client = 0; client < clients(); ++client)
      other.for_each(client, [&](const Offer& offer) { add(client, offer); });
  }
  OfferLists(OfferLists&&) noexcept = default;
  OfferLists& operator=(const OfferLists& other) { return *this = OfferLists(other); }
  OfferLists& operator=(OfferLists&&) noexcept = default;
  ~OfferLists() = default;

  [[nodiscard]] std::size_t clients() const noexcept { return lists_.size(); }
  [[nodiscard]] std::size_t size(std::size_t client) const noexcept { return lists_[client].size; }

  /// Lists of different clients may grow from different threads at the same time.
  void add(std::size_t client, const Offer& offer) {
    List& list = lists_[client];
    if (list.first == nullptr)
      list.first = list.last = store_->take();
    else if (list.last->size == Chunk::capacity)
      list.last = list.last->next = store_->take();
    list.last->offers[list.last->size++] = offer;
    ++list.size;
  }

  template <class Visit> void for_each(std::size_t client, const Visit& visit) const {
    for (const Chunk* chunk = lists_[client].first; chunk != nullptr; chunk = chunk->next)
      std::ranges::for_each(std::span(chunk->offers).first(chunk->size), visit);
  }

  /// Calls keep(offer) for each of a client's offers, and drops those for which it is false.
  template <class Keep> void keep_if(std::size_t client, const Keep& keep) {
    List& list = lists_[client];
    Chunk* to = list.first;
    list.size = 0;
    for (Chunk* from = list.first; from != nullptr; from = from->next) {
      std::uint32_t kept = to == from ? 0 : to->size; // what `to` held has been looked at
      for (const Offer offer : std::span(from->offers).first(std::exchange(from->size, 0))) {
        if (kept == Chunk::capacity) {
          to->size = std::exchange(kept, 0);
          to = to->next;
        }
        to->offers[kept] = offer;
        const std::uint32_t keeps = keep(offer) ? 1 : 0; // no branch, which would be taken at random
        kept += keeps;
        list.size += keeps;
      }
      to->size = kept;
    }
    list.last = to;
    if (to != nullptr)
      to->next = nullptr;
  }

private:
  struct Chunk {
    static constexpr std::uint32_t capacity = 30;
    std::array<Offer, capacity> offers;
    Chunk* next;
    std::uint32_t size;
  };
  struct List {
    Chunk* first = nullptr;
    Chunk* last = nullptr;
    std::size_t size = 0;
  };

  /// Where chunks come from: large pieces of memory, which the system hands out faster than small ones.
  class Store {
  public:
    explicit Store(std::size_t chunks_per_slab) : chunks_per_slab_(chunks_per_slab), used_(chunks_per_slab) {}

    [[nodiscard]] Chunk* take() {
      const std::lock_guard lock(mutex_);
      if (used_ == chunks_per_slab_) {
        slabs_.push_back(std::make_unique_for_overwrite<Chunk[]>(chunks_per_slab_));
        prefer_large_pages(std::span(slabs_.back().get(), chunks_per_slab_));
        used_ = 0;
      }
      Chunk* const chunk = &slabs_.back()[used_++];
      chunk->next = nullptr;
      chunk->size = 0;
      return chunk;
    }

  private:
    std::mutex mutex_;
    std::size_t chunks_per_slab_;
    std::size_t used_; ///< of the last slab
    std::vector<std::unique_ptr<Chunk[]>> slabs_;
  };

  std::vector<List> lists_;
  std::unique_ptr<Store> store_;
};

} // namespace sparseann::detail
