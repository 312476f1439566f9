#include "sparseann/metric/rand_score.hpp"

#include <map>

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {

using Segments = std::vector<std::uint32_t>;

Segments drawn(Generator& generator, std::size_t voxels, std::size_t segments) {
  Segments all(voxels);
  for (std::uint32_t& segment : all)
    segment = static_cast<std::uint32_t>(generator.uniform_index(segments + 1));
  return all;
}

/// Pairs of the foreground's voxels, each with itself or only with others, that share a segment.
struct Pairs {
  double both = 0;
  double prediction = 0;
  double reference = 0;
};

Pairs pairs_of(const Segments& prediction, const Segments& reference, bool with_itself, bool background_is_segment) {
  Pairs pairs;
  for (std::size_t i = 0; i < prediction.size(); ++i)
    for (std::size_t j = 0; j < prediction.size(); ++j) {
      if (reference[i] == 0 || reference[j] == 0 || (i == j && !with_itself))
        continue;
      const bool predicted =
          i == j || (prediction[i] == prediction[j] && (background_is_segment || prediction[i] != 0));
      pairs.prediction += predicted ? 1 : 0;
      pairs.reference += reference[i] == reference[j] ? 1 : 0;
      pairs.both += predicted && reference[i] == reference[j] ? 1 : 0;
    }
  return pairs;
}

double entropy(const Segments& of, const Segments& given) {
  std::map<std::uint32_t, std::map<std::uint32_t, double>> counts;
  for (std::size_t i = 0; i < of.size(); ++i)
    ++counts[given[i]][of[i]];
  double sum = 0;
  for (const auto& [segment, others] : counts) {
    double whole = 0;
    for (const auto& [other, count] : others)
      whole += count;
    for (const auto& [other, count] : others)
      sum -= count * std::log2(count / whole);
  }
  return sum / static_cast<double>(of.size());
}

} // namespace

TEST_CASE("scores are what all pairs of voxels say") {
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const std::size_t voxels = 2 + generator.uniform_index(60);
    const Segments prediction = drawn(generator, voxels, 1 + generator.uniform_index(6));
    Segments reference = drawn(generator, voxels, 1 + generator.uniform_index(6));
    reference[0] = reference[1] = 1;
    const SegmentSums sums = segment_sums(contingency_table(prediction, reference));

    // A missed voxel is a segment of one voxel, and so a pair with itself.
    const Pairs pairs = pairs_of(prediction, reference, true, false);
    const RandScore counted = rand_score(sums, SingletonRule::counted);
    CHECK(counted.merge == Approx(pairs.both / pairs.prediction).epsilon(1e-12));
    CHECK(counted.split == Approx(pairs.both / pairs.reference).epsilon(1e-12));
    CHECK(counted.f == Approx(2 * counted.merge * counted.split / (counted.merge + counted.split)).epsilon(1e-12));

    double missed = 0;
    Segments foreground_prediction;
    Segments foreground_reference;
    for (std::size_t i = 0; i < voxels; ++i) {
      if (reference[i] == 0)
        continue;
      missed += prediction[i] == 0 ? 1 : 0;
      foreground_prediction.push_back(prediction[i]);
      foreground_reference.push_back(reference[i]);
    }
    const double less = missed - missed / static_cast<double>(voxels);
    const RandScore divided = rand_score(sums, SingletonRule::divided);
    CHECK(divided.split == Approx((pairs.both - less) / pairs.reference).epsilon(1e-12));
    if (missed < static_cast<double>(foreground_prediction.size()))
      CHECK(divided.merge == Approx((pairs.both - less) / (pairs.prediction - less)).epsilon(1e-12));

    const VariationOfInformation variation = variation_of_information(sums);
    CHECK(variation.split == Approx(entropy(foreground_prediction, foreground_reference)).margin(1e-12));
    CHECK(variation.merge == Approx(entropy(foreground_reference, foreground_prediction)).margin(1e-12));

    const Pairs others = pairs_of(prediction, reference, false, true);
    const AdaptedRandError adapted = adapted_rand_error(sums);
    CHECK(adapted.recall == Approx(others.both / others.reference).epsilon(1e-12));
    CHECK(adapted.error == Approx(1 - 2 * others.both / (others.prediction + others.reference)).epsilon(1e-12));
    if (others.prediction > 0)
      CHECK(adapted.precision == Approx(others.both / others.prediction).epsilon(1e-12));
  }
}

TEST_CASE("a segment cut in two lowers split alone, two in one merge alone, the same segments nothing") {
  const Segments one{1, 1, 1, 1, 0};
  const Segments two{3, 3, 2, 2, 0};
  const auto sums = [](const Segments& prediction, const Segments& reference) {
    return segment_sums(contingency_table(prediction, reference));
  };
  CHECK(rand_score(sums(two, one)).split == Approx(0.5));
  CHECK(rand_score(sums(two, one)).merge == 1.0);
  CHECK(variation_of_information(sums(two, one)).split == Approx(1.0));
  CHECK(variation_of_information(sums(two, one)).merge == Approx(0.0).margin(1e-15));
  CHECK(rand_score(sums(one, two)).split == 1.0);
  CHECK(rand_score(sums(one, two)).merge == Approx(0.5));
  CHECK(variation_of_information(sums(one, two)).merge == Approx(1.0));
  CHECK(rand_score(sums(two, two)).f == 1.0);
  CHECK(adapted_rand_error(sums(two, two)).error == 0.0);
}

TEST_CASE("there is no score without foreground") {
  const SegmentSums sums = segment_sums(contingency_table(Segments{1, 2}, Segments{0, 0}));
  CHECK_THROWS_AS(rand_score(sums), InvalidArgument);
  CHECK_THROWS_AS(variation_of_information(sums), InvalidArgument);
  CHECK_THROWS_AS(adapted_rand_error(sums), InvalidArgument);
}
