#include "sparseann/core/prefetched.hpp"

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("items come in order, each made once, all but the first in another thread and never two at a time") {
  std::vector<std::size_t> made;
  std::vector<std::thread::id> threads;
  std::atomic<int> busy = 0;
  Prefetched items([&](std::size_t index) {
    if (++busy > 1)
      throw std::logic_error("two at a time");
    made.push_back(index);
    threads.push_back(std::this_thread::get_id());
    --busy;
    return 10 * index;
  });
  for (std::size_t index = 5; index < 9; ++index)
    CHECK(items.get(index, index == 8) == 10 * index);
  CHECK(made == std::vector<std::size_t>{5, 6, 7, 8});
  CHECK(threads.front() == std::this_thread::get_id());
  CHECK(threads.back() != std::this_thread::get_id());
}

TEST_CASE("another order is right, too") {
  Prefetched items([](std::size_t index) { return index; });
  CHECK(items.get(3) == 3);
  CHECK(items.get(7) == 7);
  CHECK(items.get(7) == 7);
  CHECK(items.get(0) == 0);
}

TEST_CASE("an error comes where the item is asked for") {
  Prefetched items([](std::size_t index) {
    if (index == 1)
      throw std::runtime_error("no such item");
    return index;
  });
  CHECK(items.get(0) == 0);
  CHECK_THROWS_WITH(items.get(1), "no such item");
  CHECK(items.get(2, true) == 2);
}

TEST_CASE("an item that nobody asks for any more is waited for") {
  std::atomic<bool> finished = false;
  {
    Prefetched items([&](std::size_t index) {
      if (index == 1)
        finished = true;
      return index;
    });
    CHECK(items.get(0) == 0);
  }
  CHECK(finished);
}
