#include "sparseann/pseudo_label/pseudo_labels.hpp"

#include "support/catch.hpp"

using namespace sparseann;

TEST_CASE("probabilities are rounded to 8 bits") {
  const std::vector<float> values{0.0F, 1.0F, 0.5F, 0.25F};
  const ClassProbabilities got = quantise(values, {2, 1, 1, 2});
  CHECK(got(0, 0, 0, 0) == 0);
  CHECK(got(0, 0, 0, 1) == 255);
  CHECK(got(1, 0, 0, 0) == 128);
  CHECK(got(1, 0, 0, 1) == 64);
  CHECK_THROWS_WITH(quantise(values, {2, 1, 1, 3}), "probabilities: expected 6 values, got 4");
}

TEST_CASE("the most probable label wins, ties go to the lower") {
  ClassProbabilities p = xt::zeros<std::uint8_t>({3, 1, 1, 3});
  p(2, 0, 0, 0) = 9;
  p(1, 0, 0, 1) = p(2, 0, 0, 1) = 7;
  CHECK((most_probable_labels(p) == Array3<std::uint8_t>{{{2, 1, 0}}}));
}

TEST_CASE("A(.) is the mean of one-hot labels") {
  const std::vector<Array3<std::uint8_t>> sets{{{{0, 1}}}, {{{2, 1}}}, {{{0, 1}}}, {{{1, 1}}}};
  const Array4<float> average = average_of_one_hots(sets, 3);
  CHECK(average(0, 0, 0, 0) == 0.5F);
  CHECK(average(1, 0, 0, 0) == 0.25F);
  CHECK(average(2, 0, 0, 0) == 0.25F);
  CHECK(average(1, 0, 0, 1) == 1.0F);
  CHECK_THROWS_AS(average_of_one_hots(std::span(sets).first(0), 3), InvalidArgument);
}
