#include "sparseann/meta/volume_distances.hpp"

#include <cmath>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

/// Two voxels, two classes. Set 0 calls both class 0, set 1 both class 1.
const std::vector<Array3<std::uint8_t>> labels_of_two_sets{Array3<std::uint8_t>{{{0, 0}}},
                                                           Array3<std::uint8_t>{{{1, 1}}}};

torch::Tensor probability_of_class_0(double value) {
  return torch::tensor({value, value, 1 - value, 1 - value}, torch::kFloat).view({2, 1, 1, 2});
}

} // namespace

TEST_CASE("the distance of a set is the mean of -log p of its labels, finite even where p is 0") {
  VolumeDistances distances(1, 2);
  const std::vector<std::size_t> cases{0};
  const auto targets = [](std::size_t) { return std::span(labels_of_two_sets); };
  const torch::Tensor values =
      distances.of(cases, 0, 1, [](std::size_t) { return probability_of_class_0(0.25); }, targets);
  CHECK(values[0][0].item<double>() == Approx(-std::log(0.25)));
  CHECK(values[0][1].item<double>() == Approx(-std::log(0.75)));
  const torch::Tensor certain =
      distances.of(cases, 1, 1, [](std::size_t) { return probability_of_class_0(1.0); }, targets);
  CHECK(certain[0][0].item<double>() == 0);
  CHECK(certain[0][1].item<double>() > 80);
  CHECK(std::isfinite(certain[0][1].item<double>()));
}

TEST_CASE("a case is predicted when it is asked for, and again when its distances are too old") {
  VolumeDistances distances(3, 2);
  std::vector<std::size_t> predicted;
  const auto ask = [&](std::vector<std::size_t> cases, std::int64_t iteration) {
    (void)distances.of(
        cases, iteration, 10,
        [&](std::size_t c) {
          predicted.push_back(c);
          return probability_of_class_0(0.5);
        },
        [](std::size_t) { return std::span(labels_of_two_sets); });
  };
  ask({2, 0, 2}, 5);
  CHECK(predicted == std::vector<std::size_t>{2, 0});
  ask({2, 1}, 14);
  CHECK(predicted == std::vector<std::size_t>{2, 0, 1});
  ask({2, 1}, 15);
  CHECK(predicted == std::vector<std::size_t>{2, 0, 1, 2});
}

TEST_CASE("its state, restored, goes on where it was") {
  VolumeDistances first(1, 2);
  const std::vector<std::size_t> cases{0};
  const auto targets = [](std::size_t) { return std::span(labels_of_two_sets); };
  const torch::Tensor values =
      first.of(cases, 3, 10, [](std::size_t) { return probability_of_class_0(0.25); }, targets);
  VolumeDistances second(1, 2);
  const auto saved = first.state();
  const auto restored = second.state();
  for (std::size_t i = 0; i < saved.size(); ++i)
    torch::Tensor(restored[i]).copy_(saved[i]);
  int predictions = 0;
  const torch::Tensor again = second.of(
      cases, 4, 10,
      [&](std::size_t) {
        ++predictions;
        return probability_of_class_0(0.5);
      },
      targets);
  CHECK(predictions == 0);
  CHECK(again.equal(values));
}
