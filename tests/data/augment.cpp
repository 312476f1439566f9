#include "sparseann/data/augment.hpp"

#include "support/catch.hpp"
#include "support/numbered.hpp"

#include <set>

using namespace sparseann;
using sparseann::test::numbered;

namespace {

using Labels2 = Array2<std::uint8_t>;
using Labels3 = Array3<std::uint8_t>;

} // namespace

TEST_CASE("flips of a hand-made volume") {
  const Labels3 labels{{{1, 2}, {3, 4}, {5, 6}}, {{7, 8}, {9, 10}, {11, 12}}};
  CHECK((augment_volume({.flips = {true, false, false}}, labels) ==
         Labels3{{{7, 8}, {9, 10}, {11, 12}}, {{1, 2}, {3, 4}, {5, 6}}}));
  CHECK((augment_volume({.flips = {false, true, false}}, labels) ==
         Labels3{{{5, 6}, {3, 4}, {1, 2}}, {{11, 12}, {9, 10}, {7, 8}}}));
  CHECK((augment_volume({.flips = {false, false, true}}, labels) ==
         Labels3{{{2, 1}, {4, 3}, {6, 5}}, {{8, 7}, {10, 9}, {12, 11}}}));
}

TEST_CASE("turns of a hand-made slice go as numpy's rot90") {
  const Labels2 labels{{1, 2, 3}, {4, 5, 6}, {7, 8, 9}};
  CHECK((augment_slice({.quarter_turns = 1}, Plane::xy, labels) == Labels2{{3, 6, 9}, {2, 5, 8}, {1, 4, 7}}));
  CHECK((augment_slice({.quarter_turns = 2}, Plane::xy, labels) == Labels2{{9, 8, 7}, {6, 5, 4}, {3, 2, 1}}));
  CHECK((augment_slice({.quarter_turns = 3}, Plane::xy, labels) == Labels2{{7, 4, 1}, {8, 5, 2}, {9, 6, 3}}));
  CHECK((augment_slice({.flips = {false, true, false}, .quarter_turns = 1}, Plane::xy, labels) ==
         Labels2{{9, 6, 3}, {8, 5, 2}, {7, 4, 1}}));
}

TEST_CASE("flips twice and turns four times are the identity") {
  const Array4<float> image = numbered<float, 4>({2, 3, 4, 4});
  for (std::size_t axis = 0; axis < 3; ++axis) {
    Augmentation flip;
    flip.flips[axis] = true;
    CHECK((augment_volume(flip, image) != image));
    CHECK((augment_volume(flip, augment_volume(flip, image)) == image));
  }
  const Augmentation turn{.quarter_turns = 1};
  Array4<float> turned = image;
  for (std::size_t times = 1; times <= 4; ++times) {
    turned = augment_volume(turn, turned);
    CHECK((turned == image) == (times == 4));
    CHECK((turned == augment_volume(Augmentation{.quarter_turns = times % 4}, image)));
  }
}

TEST_CASE("image and labels stay aligned under every drawn augmentation") {
  const Labels3 labels = numbered<std::uint8_t, 3>({3, 4, 4});
  Array4<float> image({2, 3, 4, 4});
  for (std::size_t i = 0; i < labels.size(); ++i) {
    image.data()[i] = static_cast<float>(labels.data()[i]);
    image.data()[labels.size() + i] = -static_cast<float>(labels.data()[i]);
  }
  const AugmentationOptions everything{.flip_z = true, .flip_y = true, .flip_x = true, .quarter_turns_axial = true};
  Generator generator(1);
  for (std::size_t draw = 0; draw < 50; ++draw) {
    const Augmentation augmentation = draw_augmentation(everything, generator);
    const Labels3 moved_labels = augment_volume(augmentation, labels);
    const Array4<float> moved_image = augment_volume(augmentation, image);
    std::size_t wrong = 0;
    for (std::size_t i = 0; i < labels.size(); ++i) {
      const auto value = static_cast<float>(moved_labels.data()[i]);
      if (moved_image.data()[i] != value || moved_image.data()[labels.size() + i] != -value)
        ++wrong;
    }
    CHECK(wrong == 0);
  }
}

TEST_CASE("a slice gets what its plane sees of the volume's flips") {
  const Augmentation flips{.flips = {true, false, true}};
  const Labels2 labels{{1, 2}, {3, 4}};
  CHECK((augment_slice(flips, Plane::xy, labels) == Labels2{{2, 1}, {4, 3}}));
  CHECK((augment_slice(flips, Plane::xz, labels) == Labels2{{4, 3}, {2, 1}}));
  CHECK((augment_slice(flips, Plane::yz, labels) == Labels2{{3, 4}, {1, 2}}));
  const Augmentation turn{.quarter_turns = 1};
  CHECK((augment_slice(turn, Plane::xz, labels) == labels));
  CHECK((augment_slice(turn, Plane::yz, labels) == labels));
  const Array3<float> image{{{1, 2}, {3, 4}}, {{5, 6}, {7, 8}}};
  CHECK((augment_slice(turn, Plane::xy, image) == Array3<float>{{{2, 4}, {1, 3}}, {{6, 8}, {5, 7}}}));
}

TEST_CASE("nothing is drawn by default, the eight symmetries of the square by the paper's setting") {
  const Labels2 labels{{1, 2}, {3, 4}};
  Generator generator(2);
  for (std::size_t draw = 0; draw < 20; ++draw)
    CHECK(draw_augmentation({}, generator) == Augmentation{});
  std::set<std::vector<std::uint8_t>> seen;
  for (std::size_t draw = 0; draw < 200; ++draw) {
    const Augmentation augmentation = draw_augmentation(paper_augmentation(), generator);
    CHECK_FALSE(augmentation.flips[0]);
    const Labels2 moved = augment_slice(augmentation, Plane::xy, labels);
    seen.insert({moved.data(), moved.data() + moved.size()});
  }
  CHECK(seen.size() == 8);
}

TEST_CASE("quarter turns need a square, half turns do not") {
  const Labels3 labels = numbered<std::uint8_t, 3>({2, 2, 3});
  CHECK_THROWS_WITH(augment_volume({.quarter_turns = 1}, labels),
                    "quarter_turns: expected a patch that is square in the xy plane, got 2 x 3");
  CHECK_THROWS_AS(augment_volume({.quarter_turns = 3}, labels), InvalidArgument);
  CHECK((augment_volume({.quarter_turns = 2}, labels) == augment_volume({.flips = {false, true, true}}, labels)));
  CHECK_THROWS_AS(check_augmentation(paper_augmentation(), {4, 4, 5}), InvalidArgument);
  CHECK_NOTHROW(check_augmentation(paper_augmentation(), {4, 5, 5}));
  CHECK_NOTHROW(check_augmentation({}, {4, 4, 5}));
}

TEST_CASE("augmentation options name their fields") {
  STATIC_REQUIRE(Options<AugmentationOptions>);
  AugmentationOptions options = paper_augmentation();
  std::vector<std::string> on;
  visit_leaves(options, "augmentation", [&](const std::string& path, const auto& leaf) {
    if (leaf.value)
      on.push_back(path);
  });
  CHECK(on ==
        std::vector<std::string>{"augmentation.flip_y", "augmentation.flip_x", "augmentation.quarter_turns_axial"});
}
