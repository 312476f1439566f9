#include "sparseann/select/offer_lists.hpp"

#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>
#include <vector>

#include "support/catch.hpp"

using sparseann::detail::Offer;
using sparseann::detail::OfferLists;

namespace {

std::vector<std::pair<std::uint32_t, float>> offers_to(const OfferLists& lists, std::size_t client) {
  std::vector<std::pair<std::uint32_t, float>> offers;
  lists.for_each(client, [&](const Offer& offer) { offers.emplace_back(offer.item, offer.similarity); });
  return offers;
}

/// Client c gets `count` offers, of items c, c + 1, ...
OfferLists lists_of(std::size_t clients, std::uint32_t count) {
  OfferLists lists(clients);
  for (std::uint32_t i = 0; i < count; ++i)
    for (std::size_t client = 0; client < clients; ++client)
      lists.add(client, {static_cast<std::uint32_t>(client) + i, static_cast<float>(i)});
  return lists;
}

} // namespace

TEST_CASE("offers come back by client, in the order in which they were made") {
  CHECK(OfferLists().clients() == 0);
  for (const std::uint32_t count : {0U, 1U, 29U, 30U, 31U, 100U}) {
    const OfferLists lists = lists_of(70, count);
    CHECK(lists.clients() == 70);
    for (const std::size_t client : {0U, 1U, 69U}) {
      CHECK(lists.size(client) == count);
      const auto offers = offers_to(lists, client);
      REQUIRE(offers.size() == count);
      for (std::uint32_t i = 0; i < count; ++i)
        CHECK(offers[i] == std::pair(static_cast<std::uint32_t>(client) + i, static_cast<float>(i)));
    }
  }
}

TEST_CASE("offers that are not kept are gone, the others stay in order, and more may follow") {
  for (const std::uint32_t count : {0U, 1U, 30U, 59U, 60U, 200U})
    for (const std::uint32_t divisor : {1U, 2U, 7U, 1000U}) {
      CAPTURE(count, divisor);
      OfferLists lists = lists_of(2, count);
      std::vector<std::pair<std::uint32_t, float>> expected;
      for (std::uint32_t i = 0; i < count; ++i)
        if (i % divisor == divisor - 1)
          expected.emplace_back(i, static_cast<float>(i));
      std::uint32_t seen = 0;
      lists.keep_if(0, [&](const Offer& offer) {
        CHECK(offer.item == seen);
        return seen++ % divisor == divisor - 1;
      });
      CHECK(seen == count);
      CHECK(offers_to(lists, 0) == expected);
      CHECK(lists.size(0) == expected.size());
      for (std::uint32_t i = 0; i < 100; ++i) {
        lists.add(0, {i, 0.5F});
        expected.emplace_back(i, 0.5F);
      }
      CHECK(offers_to(lists, 0) == expected);
      CHECK(lists.size(1) == count);
    }
}

TEST_CASE("copies of lists are independent") {
  OfferLists lists = lists_of(3, 40);
  const OfferLists copy = lists;
  lists.keep_if(1, [](const Offer&) { return false; });
  CHECK(lists.size(1) == 0);
  CHECK(offers_to(copy, 1).size() == 40);
  lists = copy;
  CHECK(offers_to(lists, 1) == offers_to(copy, 1));
}

TEST_CASE("lists of different clients grow from several threads") {
  OfferLists lists(64);
  {
    std::vector<std::jthread> threads;
    for (std::size_t thread = 0; thread < 4; ++thread)
      threads.emplace_back([&lists, thread] {
        for (std::uint32_t i = 0; i < 1000; ++i)
          for (std::size_t client = thread; client < 64; client += 4)
            lists.add(client, {i, 1.0F});
      });
  }
  for (std::size_t client = 0; client < 64; ++client) {
    const auto offers = offers_to(lists, client);
    REQUIRE(offers.size() == 1000);
    for (std::uint32_t i = 0; i < 1000; ++i)
      if (offers[i].first != i)
        FAIL_CHECK("client " << client << ", offer " << i);
  }
}
