#pragma once

#include <concepts>
#include <cstddef>
#include <future>
#include <optional>
#include <type_traits>
#include <utility>

namespace sparseann {

/// Makes what a loop needs next in a thread of its own, while the loop works with what it has.
///
/// `make(index)` is called for one index at a time, never in two threads at once. Asked for in order, each item but the
/// first is made ahead; any other order is right, too, and wastes one. Memory: one item more.
/// Throws: what `make` throws, where the item is asked for.
template <std::invocable<std::size_t> Make> class Prefetched {
public:
  using Item = std::invoke_result_t<Make&, std::size_t>;

  explicit Prefetched(Make make) : make_(std::move(make)) {}
  Prefetched(const Prefetched&) = delete;
  Prefetched& operator=(const Prefetched&) = delete;
  ~Prefetched() {
    if (ahead_)
      ahead_->item.wait();
  }

  /// Item `index`; the one after it is begun unless `last`.
  [[nodiscard]] Item get(std::size_t index, bool last = false) {
    std::optional<Ahead> ahead = std::exchange(ahead_, std::nullopt);
    if (ahead && ahead->index != index) {
      ahead->item.wait();
      ahead.reset();
    }
    Item item = ahead ? ahead->item.get() : make_(index);
    if (!last)
      ahead_ = Ahead{index + 1, std::async(std::launch::async, [this, index] { return make_(index + 1); })};
    return item;
  }

private:
  struct Ahead {
    std::size_t index = 0;
    std::future<Item> item;
  };

  Make make_;
  std::optional<Ahead> ahead_;
};

} // namespace sparseann
