#include "sparseann/data/normalise.hpp"

#include "support/catch.hpp"
#include "support/toy_cohort.hpp"

#include <limits>

using namespace sparseann;

namespace {

Image image_of(std::size_t channels, const std::vector<float>& values) {
  const std::size_t voxels = values.size() / channels;
  Image image{.voxels = Array4<float>({channels, 1, 1, voxels}), .geometry = isotropic_geometry({1, 1, voxels})};
  std::ranges::copy(values, image.voxels.data());
  return image;
}

std::string message(const Image& image) {
  try {
    (void)ZScore{}(image, "heart_007");
  } catch (const DataError& error) {
    return error.what();
  }
  return "no DataError";
}

} // namespace

TEST_CASE("z-scores of a hand-made image, every channel by itself") {
  const Image result = ZScore{}(image_of(2, {1.0F, 3.0F, 1.0F, 3.0F, 10.0F, 10.0F, 10.0F, 50.0F}), "a");
  const std::vector<float> got(elements(result.voxels).begin(), elements(result.voxels).end());
  const float low = -1.0F / std::sqrt(3.0F);
  const std::vector<float> expected{-1.0F, 1.0F, -1.0F, 1.0F, low, low, low, 3.0F / std::sqrt(3.0F)};
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i)
    CHECK(got[i] == Approx(expected[i]));
  CHECK(result.geometry == isotropic_geometry({1, 1, 4}));
}

TEST_CASE("z-scores keep their precision far from 0") {
  const Image result = ZScore{}(image_of(1, {1.0e7F, 1.0e7F + 1.0F, 1.0e7F + 2.0F}), "a");
  CHECK(result.voxels(0, 0, 0, 0) == Approx(-std::sqrt(1.5)));
  CHECK(std::abs(result.voxels(0, 0, 0, 1)) < 1e-6F);
}

TEST_CASE("images that cannot be normalised are named") {
  CHECK(message(image_of(1, {4.0F, 4.0F, 4.0F})) ==
        "image of case heart_007: expected values that differ, got 4 in all of channel 0");
  CHECK(message(image_of(2, {1.0F, 2.0F, 0.5F, 0.5F})) ==
        "image of case heart_007: expected values that differ, got 0.5 in all of channel 1");
  CHECK(message(image_of(1, {1.0F, std::numeric_limits<float>::quiet_NaN(), 2.0F})) ==
        "image of case heart_007: expected finite values, got nan at voxel 1 of channel 0");
  CHECK(message(image_of(2, {1.0F, 2.0F, 3.0F, std::numeric_limits<float>::infinity()})) ==
        "image of case heart_007: expected finite values, got inf at voxel 1 of channel 1");
  CHECK(message(image_of(1, {})) == "image of case heart_007: expected at least one voxel, got none");
}

TEST_CASE("z-scoring is a normaliser") {
  STATIC_REQUIRE(Normaliser<ZScore>);
  STATIC_REQUIRE_FALSE(Normaliser<int>);
}

TEST_CASE("all images of a cohort are normalised, each by itself") {
  LabelledCohort data = test::toy_cohort(2, 1);
  const Image expected = ZScore{}(data.cohort.test[0].image, "test_0");
  normalise_images(data.cohort);
  CHECK((data.cohort.test[0].image.voxels == expected.voxels));
  for (const Case& subject : data.cohort.training) {
    double sum = 0;
    for (const float value : elements(subject.image.voxels))
      sum += static_cast<double>(value);
    CHECK(sum / static_cast<double>(subject.image.voxels.size()) == Approx(0).margin(1e-4));
  }
}
