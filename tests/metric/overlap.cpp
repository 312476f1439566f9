#include "sparseann/metric/overlap.hpp"

#include "support/catch.hpp"

#include "sparseann/core/random.hpp"

using namespace sparseann;

namespace {
using Labels = std::vector<std::uint8_t>;
}

TEST_CASE("Dice of a hand-made case") {
  const Labels prediction{0, 1, 1, 1, 2, 0};
  const Labels reference{0, 0, 1, 1, 1, 2};
  const std::vector<double> values = dice_per_class(prediction, reference, 4);
  REQUIRE(values.size() == 4);
  CHECK(values[0] == Approx(2.0 * 1.0 / (2.0 + 2.0)));
  CHECK(values[1] == Approx(2.0 * 2.0 / (3.0 + 3.0)));
  CHECK(values[2] == 0.0);
  CHECK(values[3] == 1.0);
}

TEST_CASE("Dice where a side is empty") {
  const Labels empty{0, 0, 0};
  const Labels full{0, 1, 1};
  CHECK(dice_per_class(empty, empty, 2)[1] == 1.0);
  CHECK(dice_per_class(empty, full, 2)[1] == 0.0);
  CHECK(dice_per_class(full, empty, 2)[1] == 0.0);
  CHECK(dice_per_class(full, full, 2)[1] == 1.0);
}

TEST_CASE("overlap counts every label, the highest too") {
  const OverlapCounts counts = count_overlap(Labels{255, 255, 7}, Labels{255, 7, 7});
  CHECK(counts.prediction[255] == 2);
  CHECK(counts.reference[255] == 1);
  CHECK(counts.both[255] == 1);
  CHECK(counts.both[7] == 1);
  CHECK(counts.prediction[0] == 0);
}

TEST_CASE("overlap refuses arrays of different sizes and impossible class counts") {
  CHECK_THROWS_AS(count_overlap(Labels{0}, Labels{0, 1}), InvalidArgument);
  CHECK_THROWS_AS(dice_per_class(Labels{0}, Labels{0}, 0), InvalidArgument);
  CHECK_THROWS_AS(dice_per_class(Labels{0}, Labels{0}, 257), InvalidArgument);
}

TEST_CASE("a scan counts and boxes every label as a look at each voxel does, on any number of threads") {
  for (std::uint64_t seed = 0; seed < 40; ++seed) {
    CAPTURE(seed);
    Generator generator(seed);
    const Shape3 shape{1 + generator.uniform_index(6), 1 + generator.uniform_index(6), 1 + generator.uniform_index(40)};
    const double noise = generator.uniform(0.0, 0.2);
    const auto draw = [&] {
      Array3<std::uint8_t> labels = xt::zeros<std::uint8_t>({shape[0], shape[1], shape[2]});
      const std::size_t cut = generator.uniform_index(shape[2] + 1);
      for (std::size_t i = 0; i < labels.size(); ++i)
        labels.data()[i] = generator.coin(noise) ? static_cast<std::uint8_t>(generator.uniform_index(4))
                                                 : static_cast<std::uint8_t>(i % shape[2] < cut ? 255 : 0);
      return labels;
    };
    const Array3<std::uint8_t> prediction = draw();
    const Array3<std::uint8_t> reference = draw();
    OverlapCounts counts;
    std::array<VoxelBox, 256> boxes{};
    for (std::size_t i = 0; i < prediction.size(); ++i) {
      counts.add(prediction.data()[i], reference.data()[i]);
      const Shape3 voxel{i / (shape[1] * shape[2]), i / shape[2] % shape[1], i % shape[2]};
      for (const std::uint8_t label : {prediction.data()[i], reference.data()[i]}) {
        VoxelBox& box = boxes[label];
        const bool is_new = label != 0 && box.past[2] == 0;
        for (std::size_t axis = 0; axis < 3 && label != 0; ++axis) {
          box.first[axis] = is_new ? voxel[axis] : std::min(box.first[axis], voxel[axis]);
          box.past[axis] = std::max(box.past[axis], voxel[axis] + 1);
        }
      }
    }
    for (const std::size_t threads : {1U, 3U}) {
      const LabelScan scan = scan_labels(prediction, reference, {.threads = threads});
      CHECK((scan.counts == counts));
      CHECK((scan.boxes == boxes));
    }
    CHECK((count_overlap(elements(prediction), elements(reference)) == counts));
  }
}

TEST_CASE("overlap of a hand-made case, and where there is nothing to divide by") {
  const std::vector<std::uint8_t> prediction{1, 1, 1, 0, 0, 2};
  const std::vector<std::uint8_t> reference{0, 1, 1, 1, 1, 0};
  const OverlapCounts counts = count_overlap(prediction, reference);
  CHECK(jaccard(counts, 1) == Approx(2.0 / 5));
  CHECK(sensitivity(counts, 1) == Approx(2.0 / 4));
  CHECK(precision(counts, 1) == Approx(2.0 / 3));
  CHECK(volume_difference_ml(counts, 1, 500.0) == Approx(-0.5));
  CHECK(std::isnan(sensitivity(counts, 2)));
  CHECK(precision(counts, 2) == 0.0);
  CHECK(jaccard(counts, 2) == 0.0);
  CHECK(jaccard(counts, 3) == 1.0);
  CHECK(sensitivity(counts, 3) == 1.0);
  CHECK(precision(counts, 3) == 1.0);
}
