#include "sparseann/encode/reconstruction.hpp"

#include <cstdint>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/temporary_directory.hpp"
#include "support/toy_cohort.hpp"

using namespace sparseann;

namespace {

/// Returns each slice's top left 4 x 4 voxels, and as reconstruction the same with one added to the first voxel.
struct OffByOne {
  static constexpr std::string_view name = "off_by_one";
  NoOptions options;

  void fit(const SliceSource&, const StageContext&) {}
  [[nodiscard]] Array2<float> encode(const SliceSource& slices, const StageContext&) {
    return xt::ones<float>({slices.size(), std::size_t{2}});
  }
  [[nodiscard]] Reconstruction reconstruct(const SliceSource& slices, const StageContext&) {
    std::vector<torch::Tensor> rows;
    for (std::size_t i = 0; i < slices.size(); ++i)
      rows.push_back(slices.slice(i).slice(1, 0, 4).slice(2, 0, 4));
    const torch::Tensor inputs = torch::stack(rows);
    torch::Tensor outputs = inputs.clone();
    outputs.select(2, 0).select(2, 0).add_(1);
    return {.inputs = inputs, .outputs = outputs};
  }
};
static_assert(ReconstructingEncoder<OffByOne>);

} // namespace

TEST_CASE("errors of reconstructions by hand, a constant slice among them") {
  const torch::Tensor inputs = torch::tensor({{1.0, 3.0}, {5.0, 5.0}}).view({2, 1, 1, 2});
  const torch::Tensor outputs = torch::tensor({{2.0, 5.0}, {5.0, 4.0}}).view({2, 1, 1, 2});
  const auto errors = reconstruction_errors({.inputs = inputs, .outputs = outputs}, 2);
  REQUIRE(errors.size() == 2);
  CHECK(errors[0].mean_squared == Approx(2.5));       // (1 + 4) / 2
  CHECK(*errors[0].unexplained_share == Approx(2.5)); // the variance is 1
  CHECK(errors[1].mean_squared == Approx(0.5));
  CHECK_FALSE(errors[1].unexplained_share.has_value());
}

TEST_CASE("the picture has inputs above outputs, in the grey of the inputs") {
  const torch::Tensor inputs = torch::tensor({{0.0, 10.0}, {4.0, 2.0}}).view({2, 1, 1, 2});
  const torch::Tensor outputs = torch::tensor({{5.0, 20.0}, {3.0, 0.0}}).view({2, 1, 1, 2});
  const Array3<std::uint8_t> picture = reconstruction_picture({.inputs = inputs, .outputs = outputs});
  // 1 x 2 voxels become 48 x 96 px, with 4 px of white below the first row and right of each column.
  REQUIRE(picture.shape(0) == 48 + 4 + 48);
  REQUIRE(picture.shape(1) == 2 * (96 + 4));
  const auto grey = [&](std::size_t y, std::size_t x) { return int{picture(y, x, 0)}; };
  CHECK(grey(0, 0) == 0);
  CHECK(grey(47, 95) == 255);
  CHECK(grey(20, 100) == 255);
  CHECK(grey(20, 150) == 0);
  CHECK(grey(50, 0) == 255);
  CHECK(grey(52, 0) == 128);  // 5 of 0 to 10, half of 255 rounded to even
  CHECK(grey(99, 95) == 255); // beyond the input's largest value
  CHECK(grey(52, 100) == 128);
  CHECK(grey(52, 150) == 0);
  CHECK(picture(52, 0, 2) == picture(52, 0, 0));
}

TEST_CASE("all slices' errors and a few slices' pictures are kept and read back") {
  const LabelledCohort data = test::toy_cohort(2, 0, 12); // 12 x 13 x 14
  const test::TemporaryDirectory directory;
  const SliceSource slices(data.cohort.training, all_slices(data.cohort.training, all_planes));
  OffByOne encoder;
  keep_reconstructions(encoder, data.cohort.training, slices, {.stage = "encode", .directory = directory.path() / "e"});
  const auto rows = read_reconstructions(directory.path() / "e" / "reconstruction_error.csv");
  REQUIRE(rows.size() == slices.size()); // 78, so that there are two batches
  for (std::size_t i = 0; i < rows.size(); ++i) {
    CHECK(rows[i].case_name == slices.case_of(i).name);
    CHECK(rows[i].plane == slices.index(i).plane);
    CHECK(rows[i].slice == slices.index(i).slice);
    CHECK(rows[i].error.mean_squared == Approx(1.0 / 16));
  }
  // floor((i + 1/2) D / 3) of the first case's planes.
  std::vector<std::pair<Plane, std::size_t>> shown(9);
  for (const SliceReconstruction& row : rows)
    if (row.column)
      shown.at(*row.column) = {row.plane, row.slice};
  CHECK((shown == std::vector<std::pair<Plane, std::size_t>>{{Plane::xy, 2},
                                                             {Plane::xy, 6},
                                                             {Plane::xy, 10},
                                                             {Plane::xz, 2},
                                                             {Plane::xz, 6},
                                                             {Plane::xz, 10},
                                                             {Plane::yz, 2},
                                                             {Plane::yz, 7},
                                                             {Plane::yz, 11}}));
  CHECK(read_file(directory.path() / "e" / "reconstructions.png").starts_with("\x89PNG"));
}

TEST_CASE("reconstructions that are not the slices are refused") {
  const torch::Tensor slices = torch::zeros({2, 1, 4, 4});
  CHECK_THROWS_WITH(reconstruction_errors({.inputs = slices, .outputs = slices}, 3),
                    "reconstruction inputs: expected (3, C, H, W), got (2, 1, 4, 4)");
  CHECK_THROWS_WITH(reconstruction_errors({.inputs = slices, .outputs = torch::zeros({2, 1, 4, 5})}, 2),
                    "reconstruction outputs: expected (2, 1, 4, 4), as the inputs, got (2, 1, 4, 5)");
  const torch::Tensor none = torch::zeros({0, 1, 4, 4});
  CHECK_THROWS_AS(reconstruction_picture({.inputs = none, .outputs = none}), InvalidArgument);
}
