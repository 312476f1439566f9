#include "sparseann/data/heart_cohort.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <vector>

#include "sparseann/metric/components.hpp"
#include "support/catch.hpp"

using namespace sparseann;

namespace {

HeartCohortOptions small() {
  return {.training_cases = 2, .test_cases = 1, .slices = 28, .rows = 32, .columns = 32, .spacing_mm = 4.4};
}

/// One typical heart in its nominal place, with nothing random about its signals.
HeartCohortOptions plain() {
  HeartCohortOptions options{.spacing_mm = 2.0};
  options.anatomy.defect_probability = 0.0;
  options.pose = {.rotation_spread_degrees = 0.0, .shift_spread_mm = 0.0, .scale_spread = 0.0, .warp_mm = 0.0};
  options.appearance.noise = options.appearance.bias = options.appearance.texture = 0.0;
  options.appearance.signal_spread = options.appearance.gain_spread = 0.0;
  return options;
}

/// A plain heart, and the voxels that rays in the short-axis slice through its left ventricle's middle meet.
class ShortAxis {
public:
  explicit ShortAxis(const Generator& generator)
      : heart(generate_heart_case(options, generator)),
        grid_(options.shape(), options.spacing_mm, {}, heart::draw_warp(options.pose, generator)),
        middle_(draw_heart_anatomy(options.anatomy, generator.split("heart")).left_cavity.centre) {}

  /// From the middle outwards.
  [[nodiscard]] std::vector<std::size_t> ray(double degrees) const {
    const double angle = degrees * std::numbers::pi / 180.0;
    std::vector<std::size_t> voxels;
    for (double mm = 0.0; mm < 46.0; mm += 0.5) {
      const auto index = grid_.voxel_of(middle_ + mm * heart::Point{std::cos(angle), std::sin(angle), 0.0});
      const auto at = [&](std::size_t axis) { return static_cast<std::size_t>(std::lround(index[axis])); };
      const std::size_t voxel = (at(0) * options.rows + at(1)) * options.columns + at(2);
      if (voxels.empty() || voxels.back() != voxel)
        voxels.push_back(voxel);
    }
    return voxels;
  }

  HeartCohortOptions options = plain();
  HeartCase heart;

private:
  heart::Grid grid_;
  heart::Point middle_;
};

/// Dice of the largest component of the best of all intensity intervals between `levels` quantiles, chosen with the
/// labels of the very case: no choice between these levels without them does better.
double best_interval_dice(std::span<const float> image, const Array3<std::uint8_t>& labels, std::uint8_t label,
                          std::size_t levels) {
  const auto reference = elements(labels);
  std::vector<float> sorted(image.begin(), image.end());
  std::ranges::sort(sorted);
  std::vector<float> cuts;
  for (std::size_t k = 1; k < levels; ++k)
    cuts.push_back(sorted[k * sorted.size() / levels]);
  std::vector<std::size_t> level(image.size());
  std::vector<std::size_t> hits(levels, 0);
  for (std::size_t i = 0; i < image.size(); ++i) {
    level[i] = static_cast<std::size_t>(std::ranges::upper_bound(cuts, image[i]) - cuts.begin());
    if (reference[i] == label)
      ++hits[level[i]];
  }
  const auto size = static_cast<double>(std::ranges::count(reference, label));
  double best = 0.0;
  for (std::size_t low = 0; low < levels; ++low) {
    double inside = 0.0;
    for (std::size_t high = low; high < levels; ++high) {
      inside += static_cast<double>(hits[high]);
      if (2.0 * inside / (inside + size) <= best) // bounds the Dice of every part of the mask
        continue;
      Array3<std::uint8_t> mask = xt::zeros_like(labels);
      std::ranges::transform(level, elements(mask).begin(),
                             [&](std::size_t l) { return std::uint8_t{l >= low && l <= high}; });
      const Array3<std::uint8_t> component = largest_component(mask);
      double both = 0.0;
      double all = 0.0;
      for (std::size_t i = 0; i < reference.size(); ++i)
        if (component.data()[i] != 0) {
          all += 1.0;
          both += reference[i] == label ? 1.0 : 0.0;
        }
      best = std::max(best, 2.0 * both / (all + size));
    }
  }
  return best;
}

} // namespace

TEST_CASE("a generated cohort has the cases, classes and grid that were asked for") {
  const LabelledCohort hearts = generate_heart_cohort(small(), Generator(1));
  CHECK(hearts.cohort.class_names == std::vector<std::string>{"background", "myocardium", "blood pool"});
  REQUIRE(hearts.cohort.training.size() == 2);
  REQUIRE(hearts.cohort.test.size() == 1);
  REQUIRE(hearts.training_labels.size() == 2);
  REQUIRE(hearts.test_labels.size() == 1);
  CHECK(hearts.cohort.training[0].name != hearts.cohort.training[1].name);
  CHECK(hearts.cohort.training[0].name != hearts.cohort.test[0].name);
  const Image& image = hearts.cohort.training[1].image;
  CHECK(image.channels() == 1);
  CHECK(image.geometry == isotropic_geometry({28, 32, 32}, 4.4));
  CHECK(hearts.training_labels[1].geometry == image.geometry);
  CHECK(shape_of(hearts.training_labels[1].voxels) == Shape3{28, 32, 32});
  for (const float value : elements(image.voxels))
    REQUIRE((std::isfinite(value) && value >= 0.0F));
}

TEST_CASE("every class has about its share in HVSMR, and none is ever empty") {
  HeartCohortOptions options = small();
  options.training_cases = 40;
  const LabelledCohort hearts = generate_heart_cohort(options, Generator(2), 2);
  double myocardium = 0.0;
  double blood = 0.0;
  for (const LabelVolume& labels : hearts.training_labels) {
    std::array<std::size_t, 3> counts{};
    for (const std::uint8_t label : elements(labels.voxels)) {
      REQUIRE(label < 3);
      ++counts[label];
    }
    const double voxels = 28 * 32 * 32;
    CHECK(static_cast<double>(counts[1]) > 0.02 * voxels);
    CHECK(static_cast<double>(counts[2]) > 0.06 * voxels);
    myocardium += static_cast<double>(counts[1]) / voxels / 40.0;
    blood += static_cast<double>(counts[2]) / voxels / 40.0;
  }
  CHECK(myocardium == Approx(0.068).epsilon(0.3)); // the published crop: 6.8 % and 17.1 %
  CHECK(blood == Approx(0.171).epsilon(0.3));
}

TEST_CASE("the smallest field of view still shows every class, whatever the pose") {
  HeartCohortOptions options{.slices = 16, .rows = 16, .columns = 16, .spacing_mm = 5.0};
  options.pose = {.rotation_spread_degrees = 45.0, .shift_spread_mm = 10.0, .scale_spread = 0.2, .warp_mm = 15.0};
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    const HeartCase heart = generate_heart_case(options, Generator(seed));
    for (const std::uint8_t label : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}})
      CHECK(std::ranges::count(elements(heart.labels.voxels), label) > 30);
  }
}

TEST_CASE("same seed, same cohort; another seed, another cohort") {
  const LabelledCohort a = generate_heart_cohort(small(), Generator(3));
  const LabelledCohort b = generate_heart_cohort(small(), Generator(3));
  const LabelledCohort c = generate_heart_cohort(small(), Generator(4));
  CHECK(a.cohort.training[0].image.voxels == b.cohort.training[0].image.voxels);
  CHECK(a.test_labels[0].voxels == b.test_labels[0].voxels);
  CHECK(a.cohort.training[0].image.voxels != c.cohort.training[0].image.voxels);
  CHECK(a.training_labels[0].voxels != c.training_labels[0].voxels);
}

TEST_CASE("a case depends neither on the number of cases nor on the number of threads") {
  HeartCohortOptions few = small();
  few.training_cases = 4;
  HeartCohortOptions many = few;
  many.training_cases = 6;
  many.test_cases = 3;
  const LabelledCohort a = generate_heart_cohort(few, Generator(5), 1);
  const LabelledCohort b = generate_heart_cohort(many, Generator(5), 3);
  for (std::size_t i = 0; i < 4; ++i) {
    CHECK(a.cohort.training[i].name == b.cohort.training[i].name);
    CHECK(a.cohort.training[i].image.voxels == b.cohort.training[i].image.voxels);
    CHECK(a.training_labels[i].voxels == b.training_labels[i].voxels);
  }
  CHECK(a.cohort.test[0].image.voxels == b.cohort.test[0].image.voxels);
}

TEST_CASE("cases differ in shape, pose and contrast") {
  HeartCohortOptions options = small();
  options.training_cases = 5;
  const LabelledCohort hearts = generate_heart_cohort(options, Generator(6));
  for (std::size_t i = 0; i < 5; ++i)
    for (std::size_t k = 0; k < i; ++k) {
      const auto a = elements(hearts.training_labels[i].voxels);
      const auto b = elements(hearts.training_labels[k].voxels);
      std::size_t both = 0;
      std::size_t either = 0;
      for (std::size_t v = 0; v < a.size(); ++v) {
        both += std::size_t{a[v] == 1 && b[v] == 1};
        either += std::size_t{a[v] == 1 || b[v] == 1};
      }
      CHECK(2 * both < either); // myocardium: less than half of it in common
      const auto& image = hearts.cohort.training[i].image.voxels;
      const auto& other = hearts.cohort.training[k].image.voxels;
      CHECK(std::abs(xt::mean(image)() / xt::mean(other)() - 1.0) > 0.005);
    }
}

TEST_CASE("at mid-ventricle myocardium surrounds the left ventricle's blood") {
  for (std::uint64_t seed = 0; seed < 3; ++seed) {
    const ShortAxis slice{Generator(seed)};
    const auto labels = elements(slice.heart.labels.voxels);
    for (double degrees = 0; degrees < 360; degrees += 10) {
      const std::vector<std::size_t> voxels = slice.ray(degrees);
      REQUIRE(labels[voxels.front()] == 2);
      const auto wall = std::ranges::find_if(voxels, [&](std::size_t i) { return labels[i] != 2; });
      REQUIRE(voxels.end() - wall >= 8);
      CHECK(int{labels[*wall]} == 1);
      CHECK(std::count_if(wall, wall + 8, [&](std::size_t i) { return labels[i] == 1; }) >= 2); // 4 mm in 16
    }
  }
}

TEST_CASE("where blood meets myocardium a voxel's signal is the mix, and its label the larger share") {
  const ShortAxis slice{Generator(7)};
  const auto labels = elements(slice.heart.labels.voxels);
  const auto signal = elements(slice.heart.image.voxels);
  const double myocardium = slice.options.appearance.myocardium_signal;
  std::size_t mixed = 0;
  for (double degrees = 100; degrees <= 260; degrees += 5) { // the septum: no papillary muscle on the way
    const std::vector<std::size_t> voxels = slice.ray(degrees);
    CHECK(signal[voxels.front()] == Approx(1.0));
    const auto pure =
        std::ranges::find_if(voxels, [&](std::size_t i) { return static_cast<double>(signal[i]) < myocardium + 1e-4; });
    REQUIRE(pure != voxels.end());
    for (auto voxel = voxels.begin(); voxel != pure; ++voxel) {
      const double value = static_cast<double>(signal[*voxel]);
      CHECK(int{labels[*voxel]} == (value > 0.5 * (1.0 + myocardium) ? 2 : 1));
      mixed += std::size_t{value > myocardium + 0.02 && value < 0.98};
    }
  }
  CHECK(mixed > 20);
}

TEST_CASE("air holds Rayleigh noise") {
  HeartCohortOptions options{.slices = 24, .rows = 48, .columns = 48, .spacing_mm = 6.0};
  options.appearance.gain_spread = 0.0;
  options.appearance.noise = 0.0;
  const HeartCase clean = generate_heart_case(options, Generator(8));
  options.appearance.noise = 0.05;
  const HeartCase noisy = generate_heart_case(options, Generator(8));
  CHECK(clean.labels.voxels == noisy.labels.voxels);
  double count = 0;
  double sum = 0;
  double squares = 0;
  for (std::size_t i = 0; i < clean.image.voxels.size(); ++i)
    if (clean.image.voxels.data()[i] == 0.0F) {
      const double value = static_cast<double>(noisy.image.voxels.data()[i]);
      count += 1;
      sum += value;
      squares += value * value;
    }
  REQUIRE(count > 1000);
  const double sigma = 0.05;
  CHECK(std::abs(sum / count - sigma * std::sqrt(std::numbers::pi / 2)) <
        4 * sigma * std::sqrt((2 - std::numbers::pi / 2) / count));
  CHECK(std::abs(squares / count - 2 * sigma * sigma) < 4 * 2 * sigma * sigma / std::sqrt(count));
}

TEST_CASE("on the default cohort no intensity interval with its largest component segments the heart") {
  HeartCohortOptions options;
  options.training_cases = 1; // the test cases do not depend on it
  const LabelledCohort hearts = generate_heart_cohort(options, Generator(0).split("heart cohort"), 2); // as programs do
  for (const std::uint8_t label : {std::uint8_t{1}, std::uint8_t{2}}) {
    std::vector<double> dice(options.test_cases);
    parallel_for(dice.size(), 2, [&](std::size_t i) {
      dice[i] =
          best_interval_dice(elements(hearts.cohort.test[i].image.voxels), hearts.test_labels[i].voxels, label, 32);
    });
    double mean = 0.0;
    for (const double value : dice)
      mean += value / static_cast<double>(dice.size());
    INFO("label " << int{label});
    CHECK(mean < 0.6);
    CHECK(mean > 0.2); // the class can be seen at all
  }
}

TEST_CASE("bad options of the heart cohort are named") {
  const auto message = [](auto&& change) {
    HeartCohortOptions options = small();
    change(options);
    try {
      static_cast<void>(generate_heart_cohort(options, Generator(0)));
    } catch (const InvalidArgument& error) {
      return std::string(error.what());
    }
    return std::string("no error");
  };
  CHECK(message([](auto& o) { o.training_cases = 0; }).find("heart cohort.training_cases") != std::string::npos);
  CHECK(message([](auto& o) { o.spacing_mm = -1; }).find("heart cohort.spacing_mm") != std::string::npos);
  CHECK(message([](auto& o) { o.appearance.noise = NAN; }).find("heart cohort.appearance.noise") != std::string::npos);
  CHECK(message([](auto& o) { o.pose.warp_mm = 99; }).find("heart cohort.pose.warp_mm") != std::string::npos);
  CHECK(message([](auto& o) { o.slices = 8; }) ==
        "heart cohort: extent times spacing_mm: expected at least 80 mm along every axis, got 8 x 32 x 32 voxels of "
        "4.4 mm");
}
