#include "sparseann/metric/threshold_sweep.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"
#include "sparseann/metric/components.hpp"

using namespace sparseann;

namespace {

/// Probabilities that go on from voxel to voxel, so that components have every size.
template <class T> Array3<T> drawn(Generator& generator, const Shape3& shape) {
  Array3<T> probability = xt::zeros<T>(shape);
  const double stay = generator.uniform();
  double value = generator.uniform();
  for (T& voxel : elements(probability)) {
    value = generator.coin(stay) ? value : std::round(generator.uniform(0, 300)) / 300; // ties with thresholds
    voxel = static_cast<T>(std::is_integral_v<T> ? value * std::numeric_limits<T>::max() : value);
  }
  return probability;
}

/// One threshold after the other, from masks and tables.
template <class T>
ThresholdSums plain(const Array3<T>& probability, const Array3<std::uint32_t>& reference, double threshold) {
  Array3<std::uint8_t> mask = xt::zeros<std::uint8_t>(probability.shape());
  std::uint64_t wrong = 0;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    mask.data()[i] = probability_of(probability.data()[i]) > threshold ? 1 : 0;
    wrong += (mask.data()[i] != 0) != (reference.data()[i] != 0) ? 1U : 0U;
  }
  const Components components = slice_components(mask);
  return {.segments = segment_sums(contingency_table(elements(components.labels), elements(reference))),
          .wrong_voxels = wrong};
}

template <class T> void check_sweep(std::uint64_t seed) {
  CAPTURE(seed);
  Generator generator(seed);
  const Shape3 shape{1 + generator.uniform_index(4), 1 + generator.uniform_index(14), 1 + generator.uniform_index(14)};
  const Array3<T> probability = drawn<T>(generator, shape);
  // Segments as a slice's components, or, half of the time, as numbers that mean others in every slice.
  Array3<std::uint32_t> reference = xt::zeros<std::uint32_t>(shape);
  const std::size_t kinds = 1 + generator.uniform_index(9);
  for (std::size_t i = 0; i < reference.size(); ++i)
    if (const std::size_t kind = generator.uniform_index(kinds + 1); kind != 0)
      reference.data()[i] = static_cast<std::uint32_t>(kind + i / (shape[1] * shape[2]) * 1000);
  const std::vector<double> thresholds = percent_thresholds();
  const Array3<std::uint8_t> levels = threshold_levels(probability, thresholds);
  for (const std::size_t threads : {1U, 3U}) {
    const std::vector<ThresholdSums> swept =
        sweep_components(levels, reference, thresholds.size(), {.threads = threads});
    REQUIRE(swept.size() == thresholds.size());
    for (std::size_t i = 0; i < thresholds.size(); ++i) {
      CAPTURE(thresholds[i]);
      const ThresholdSums expected = plain(probability, reference, thresholds[i]);
      CHECK(swept[i].wrong_voxels == expected.wrong_voxels);
      const SegmentSums& got = swept[i].segments;
      const SegmentSums& wanted = expected.segments;
      CHECK(got.voxels == wanted.voxels);
      CHECK(got.foreground == wanted.foreground);
      CHECK(got.missed == wanted.missed);
      CHECK(got.both_squared == wanted.both_squared);
      CHECK(got.prediction_squared == wanted.prediction_squared);
      CHECK(got.reference_squared == wanted.reference_squared);
      CHECK(got.missed_squared == wanted.missed_squared);
      CHECK(got.both_logarithms == Approx(wanted.both_logarithms).margin(1e-9));
      CHECK(got.prediction_logarithms == Approx(wanted.prediction_logarithms).margin(1e-9));
      CHECK(got.reference_logarithms == Approx(wanted.reference_logarithms).margin(1e-9));
      CHECK(got.missed_logarithms == Approx(wanted.missed_logarithms).margin(1e-9));
    }
  }
}

} // namespace

TEST_CASE("all thresholds at once are one threshold after the other") {
  for (std::uint64_t seed = 0; seed < 12; ++seed) {
    check_sweep<float>(seed);
    check_sweep<std::uint8_t>(seed);
    check_sweep<std::uint16_t>(seed);
  }
}

TEST_CASE("a sweep by percents also has the further threshold, and no other") {
  const Array3<float> probability{{{0.2F, 0.2549F, 0.256F, 0.9F}}};
  const Array3<std::uint32_t> reference{{{1, 1, 0, 2}}};
  const PercentSweep sweep(probability, reference, 0.255);
  CHECK(sweep.at(0.25).wrong_voxels == 2);
  CHECK(sweep.at(0.255).wrong_voxels == 3);
  CHECK(sweep.at(0.26).wrong_voxels == 2);
  CHECK_THROWS_AS(sweep.at(0.256), InvalidArgument);
  CHECK_THROWS_AS(PercentSweep(probability, reference).at(0.255), InvalidArgument);
  CHECK(PercentSweep(probability, reference, 0.5).at(0.5).wrong_voxels == 2);
}

TEST_CASE("a level is the number of thresholds that a probability is above, not at") {
  const std::vector<double> thresholds = percent_thresholds();
  REQUIRE(thresholds.size() == 99);
  const Array3<std::uint8_t> bytes{{{0, 51, 52, 255}}}; // 51 / 255 is 0.2
  CHECK((threshold_levels(bytes, thresholds) == Array3<std::uint8_t>{{{0, 19, 20, 99}}}));
  const Array3<float> floats{{{0.0F, 0.25F, 0.5F, 1.0F, 0.20000002F}}};
  CHECK((threshold_levels(floats, thresholds) == Array3<std::uint8_t>{{{0, 24, 49, 99, 20}}}));
}

TEST_CASE("values that are no probabilities are refused with their place") {
  Array3<float> probability = xt::zeros<float>({2, 3, 4});
  for (const float wrong : {std::numeric_limits<float>::quiet_NaN(), -0.1F, 1.5F}) {
    probability(1, 2, 3) = wrong;
    CHECK_THROWS_WITH(threshold_levels(probability, percent_thresholds()), ContainsSubstring("(z, y, x) = (1, 2, 3)"));
  }
}

TEST_CASE("a sweep refuses thresholds, shapes and levels that do not fit") {
  const Array3<float> probability = xt::zeros<float>({2, 3, 4});
  for (const std::vector<double>& wrong :
       {std::vector<double>{}, {0.5, 0.5}, {0.6, 0.5}, {1.1}, {std::numeric_limits<double>::quiet_NaN()}})
    CHECK_THROWS_AS(threshold_levels(probability, wrong), InvalidArgument);
  CHECK_THROWS_AS(threshold_levels(probability, std::vector<double>(256, 0.5)), InvalidArgument);
  Array3<std::uint8_t> levels = xt::zeros<std::uint8_t>({2, 3, 4});
  const Array3<std::uint32_t> reference = xt::ones<std::uint32_t>({2, 3, 4});
  CHECK_THROWS_AS(sweep_components(levels, xt::ones<std::uint32_t>({2, 4, 3}), 3), InvalidArgument);
  levels(0, 0, 0) = 4;
  CHECK_THROWS_AS(sweep_components(levels, reference, 3), InvalidArgument);
}
