#include "sparseann/tensor/tensor.hpp"

#include <cstdint>
#include <numeric>

#include "support/catch.hpp"

using sparseann::from_array;
using sparseann::to_array;

namespace {
template <class T> sparseann::Array3<T> counted() {
  auto array = sparseann::Array3<T>::from_shape({2, 3, 4});
  std::iota(array.begin(), array.end(), T{1});
  return array;
}

template <class T> constexpr bool accepts_temporaries = requires { from_array(sparseann::Array3<T>()); };
} // namespace

TEMPLATE_TEST_CASE("an array is seen as a tensor without a copy", "", std::uint8_t, std::int16_t, std::int32_t,
                   std::int64_t, float, double) {
  auto array = counted<TestType>();
  const torch::Tensor tensor = from_array(array);
  REQUIRE(tensor.sizes() == torch::IntArrayRef({2, 3, 4}));
  CHECK(tensor.scalar_type() == sparseann::scalar_type_of<TestType>);
  CHECK(tensor.const_data_ptr() == array.data());
  for (std::size_t z = 0; z < 2; ++z)
    for (std::size_t y = 0; y < 3; ++y)
      for (std::size_t x = 0; x < 4; ++x)
        CHECK(tensor[static_cast<std::int64_t>(z)][static_cast<std::int64_t>(y)][static_cast<std::int64_t>(x)]
                  .template item<TestType>() == array(z, y, x));
  array(1, 0, 2) = TestType{99};
  CHECK(tensor[1][0][2].template item<TestType>() == TestType{99});
}

TEST_CASE("a view of a temporary array does not compile") { CHECK_FALSE(accepts_temporaries<float>); }

TEST_CASE("a const array and an empty one have views") {
  const auto array = counted<float>();
  CHECK(from_array(array).sum().item<float>() == 300.0F);
  const auto empty = sparseann::Array2<float>::from_shape({0, 5});
  CHECK(from_array(empty).sizes() == torch::IntArrayRef({0, 5}));
}

TEST_CASE("a tensor of any strides becomes a row-major array") {
  const torch::Tensor tensor = torch::arange(24, torch::kInt).view({2, 3, 4}).permute({2, 0, 1});
  const auto array = to_array<std::int32_t, 3>(tensor);
  REQUIRE(array.shape(0) == 4);
  for (std::size_t x = 0; x < 4; ++x)
    for (std::size_t z = 0; z < 2; ++z)
      for (std::size_t y = 0; y < 3; ++y)
        CHECK(array(x, z, y) == static_cast<std::int32_t>(z * 12 + y * 4 + x));
}

TEST_CASE("a copied array does not follow its tensor, and gradients do not stop it") {
  torch::Tensor tensor = torch::zeros({3});
  const auto array = to_array<float, 1>(tensor);
  tensor.fill_(1);
  CHECK(array(0) == 0.0F);
  CHECK(to_array<float, 1>(torch::ones({2}).requires_grad_())(1) == 1.0F);
}

TEST_CASE("a tensor of another rank or type is refused by name") {
  CHECK_THROWS_WITH((to_array<float, 3>(torch::zeros({2, 2}))),
                    "tensor: expected 3 extents of type Float, got (2, 2) of type Float");
  CHECK_THROWS_WITH((to_array<float, 2>(torch::zeros({2, 2}, torch::kDouble))),
                    "tensor: expected 2 extents of type Float, got (2, 2) of type Double");
}
