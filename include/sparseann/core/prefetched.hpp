#pragma once

#include <concepts>
#include <condition_variable>
#include <cstddef>
#include <future>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
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
    std::optional<Item> item(ahead ? ahead->item.get() : make_(index));
    if (!last)
      begin(index + 1);
    return *std::move(item);
  }

private:
  struct Ahead {
    std::size_t index = 0;
    std::future<Item> item;
  };
  using Task = std::packaged_task<Item()>;

  void begin(std::size_t index) {
    Task task([this, index] { return make_(index); });
    ahead_ = Ahead{index, task.get_future()};
    {
      const std::scoped_lock lock(mutex_);
      task_ = std::move(task);
    }
    changed_.notify_one();
    if (!thread_.joinable()) // one for all items: a new thread would have to start OpenMP's threads anew
      thread_ = std::jthread([this](const std::stop_token& stop) { work(stop); });
  }

  void work(const std::stop_token& stop) {
    for (;;) {
      Task task;
      {
        std::unique_lock lock(mutex_);
        if (!changed_.wait(lock, stop, [this] { return task_.valid(); }))
          return;
        task = std::move(task_);
      }
      task();
    }
  }

  Make make_;
  std::optional<Ahead> ahead_;
  std::mutex mutex_;
  std::condition_variable_any changed_;
  Task task_; ///< not begun yet
  std::jthread thread_;
};

} // namespace sparseann
