#include "sparseann/select/representation.hpp"

#include <cstddef>
#include <limits>
#include <numeric>
#include <span>
#include <vector>

#include "sparseann/core/array.hpp"
#include "support/catch.hpp"

using sparseann::detail::ChangedClient;
using sparseann::detail::OfferLists;
using sparseann::detail::Representation;

namespace {

/// A symmetric matrix that counts what it is asked for.
struct CountingSource {
  sparseann::Array2<float> similarity;
  double room_for_offers = 0;
  std::size_t* evaluated_all;
  std::size_t* lowered;

  [[nodiscard]] std::size_t size() const { return similarity.shape(0); }

  void bound_initial_gains(float baseline, std::span<double> gains) const {
    evaluate_all(std::vector<float>(size(), baseline), gains);
  }

  void evaluate_all(std::span<const float> represented, std::span<double> gains) const {
    ++*evaluated_all;
    for (std::size_t i = 0; i < size(); ++i)
      for (std::size_t j = 0; j < size(); ++j)
        gains[i] += std::max(0.0, static_cast<double>(similarity(i, j)) - static_cast<double>(represented[j]));
  }

  void lower(std::span<double> gains, std::span<const ChangedClient> changed) const {
    *lowered += changed.size();
    for (const auto& [client, from, to] : changed)
      for (std::size_t i = 0; i < size(); ++i)
        gains[i] -= sparseann::gain_loops::step_between(similarity(i, client), from, to);
  }

  template <class Body> void for_clients(std::span<const std::size_t> clients, const Body& body) const {
    for (std::size_t i = 0; i < clients.size(); ++i)
      body(i, std::span<const float>(&similarity(clients[i], 0), size()));
  }

  void collect(std::span<const float> represented, OfferLists& lists) const {
    for (std::size_t client = 0; client < size(); ++client)
      for (std::uint32_t item = 0; item < size(); ++item)
        if (similarity(client, item) > represented[client])
          lists.add(client, {item, similarity(client, item)});
  }

  [[nodiscard]] double offers_per_evaluation() const { return static_cast<double>(size()); }
  [[nodiscard]] double most_offers() const { return room_for_offers; }
  [[nodiscard]] static sparseann::InstructionSet instruction_set() { return sparseann::InstructionSet::generic; }
};

constexpr std::size_t clients = 8;

/// Client j is like item i by how near they are on a line.
sparseann::Array2<float> line() {
  sparseann::Array2<float> similarity = xt::zeros<float>({clients, clients});
  for (std::size_t i = 0; i < clients; ++i)
    for (std::size_t j = 0; j < clients; ++j)
      similarity(i, j) = 1.0F - 0.25F * static_cast<float>(i > j ? i - j : j - i);
  return similarity;
}

std::vector<double> gains_by_definition(const sparseann::Array2<float>& similarity,
                                        std::span<const float> represented) {
  std::vector<double> gains(clients, 0.0);
  for (std::size_t i = 0; i < clients; ++i)
    for (std::size_t j = 0; j < clients; ++j)
      gains[i] += std::max(0.0, static_cast<double>(similarity(i, j)) - static_cast<double>(represented[j]));
  return gains;
}

void check_bounds_are(const std::vector<double>& bounds, const std::vector<double>& gains) {
  for (std::size_t i = 0; i < clients; ++i) {
    CHECK(bounds[i] >= gains[i]);
    CHECK(bounds[i] == Approx(gains[i]).margin(1e-12));
  }
}

} // namespace

TEST_CASE("bounds are evaluated once, then follow the clients that changed") {
  std::size_t evaluated = 0;
  std::size_t lowered = 0;
  const CountingSource source{line(), 0, &evaluated, &lowered};
  Representation representation(clients, -2.0F);
  std::vector<double> bounds(clients, 1e9);

  CHECK(representation.tighten(bounds, 0, source));
  check_bounds_are(bounds, gains_by_definition(source.similarity, representation.represented()));
  CHECK(!representation.tighten(bounds, 1000, source));
  std::vector<double> another(clients, 1e9); // a search that begins anew
  CHECK(representation.tighten(another, std::numeric_limits<std::size_t>::max(), source));
  CHECK(another == bounds);
  CHECK(evaluated == 1);

  representation.raise(std::span<const float>(&source.similarity(0, 0), clients)); // every client changes
  CHECK(representation.tighten(bounds, 0, source));
  CHECK(evaluated == 2);
  check_bounds_are(bounds, gains_by_definition(source.similarity, representation.represented()));

  representation.raise(std::span<const float>(&source.similarity(6, 0), clients)); // clients 4 to 7 do
  CHECK(!representation.tighten(bounds, 0, source));
  CHECK(representation.tighten(bounds, clients, source));
  CHECK(evaluated == 2);
  CHECK(lowered == 4);
  check_bounds_are(bounds, gains_by_definition(source.similarity, representation.represented()));
}

TEST_CASE("once offers are few they are followed instead") {
  std::size_t evaluated = 0;
  std::size_t lowered = 0;
  const CountingSource source{line(), clients * clients, &evaluated, &lowered};
  Representation representation(clients, -2.0F);
  std::vector<double> bounds(clients, 1e9);
  CHECK(representation.tighten(bounds, 0, source));
  for (const std::size_t item : {3U, 0U, 6U, 1U}) {
    representation.raise(std::span<const float>(&source.similarity(item, 0), clients));
    CHECK(representation.tighten(bounds, 1000, source));
    check_bounds_are(bounds, gains_by_definition(source.similarity, representation.represented()));
  }
  CHECK(evaluated == 2); // at first, and when the first item changed every client
  CHECK(lowered == 0);
}

TEST_CASE("the value is the sum over clients") {
  Representation representation(3, -1.0F);
  CHECK(representation.value() == -3);
  representation.raise(std::vector<float>{0.5F, -2.0F, 1.0F});
  CHECK(representation.value() == 0.5);
}
