#include "sparseann/tensor/precision.hpp"

#include "support/catch.hpp"

using sparseann::Precision;
using sparseann::PrecisionScope;

namespace {

struct Inner {
  Precision precision = Precision::automatic;
  int other = 3;
  friend void visit(Inner& options, auto&& visitor) {
    visitor(sparseann::field("precision", options.precision, "arithmetic"));
    visitor(sparseann::field("other", options.other, "a number"));
  }
};

struct Outer {
  Precision precision = Precision::bfloat16;
  Inner inner;
  friend void visit(Outer& options, auto&& visitor) {
    visitor(sparseann::field("precision", options.precision, "arithmetic"));
    visitor(sparseann::field("inner", options.inner, "nested"));
  }
};

torch::ScalarType product_type() { return torch::mm(torch::ones({4, 4}), torch::ones({4, 4})).scalar_type(); }

} // namespace

TEST_CASE("products are bfloat16 inside a bfloat16 scope and float32 outside") {
  CHECK(product_type() == torch::kFloat);
  CHECK(sparseann::precision_in_scope(torch::kCPU) == Precision::float32);
  {
    const PrecisionScope scope(Precision::bfloat16, torch::kCPU);
    CHECK(product_type() == torch::kBFloat16);
    CHECK(sparseann::precision_in_scope(torch::kCPU) == Precision::bfloat16);
    {
      const PrecisionScope inner(Precision::bfloat16, torch::kCPU);
    }
    CHECK(product_type() == torch::kBFloat16);
  }
  CHECK(product_type() == torch::kFloat);
}

TEST_CASE("a float32 scope computes in float32, inside a bfloat16 scope too") {
  const PrecisionScope outer(Precision::bfloat16, torch::kCPU);
  {
    const PrecisionScope scope(Precision::float32, torch::kCPU);
    CHECK(product_type() == torch::kFloat);
    CHECK(sparseann::precision_in_scope(torch::kCPU) == Precision::float32);
  }
  CHECK(product_type() == torch::kBFloat16);
}

TEST_CASE("gradients of a bfloat16 forward pass arrive in float32") {
  const torch::Tensor weight = torch::ones({4, 4}).requires_grad_();
  torch::Tensor sum;
  {
    const PrecisionScope scope(Precision::bfloat16, torch::kCPU);
    sum = torch::mm(torch::ones({4, 4}), weight).to(torch::kFloat).sum();
  }
  sum.backward();
  CHECK(weight.grad().scalar_type() == torch::kFloat);
  CHECK(weight.grad().min().item<float>() == 4.0F);
}

TEST_CASE("automatic is one of the two, whichever is faster here") {
  const bool fast = sparseann::has_fast_bfloat16(torch::kCPU);
  CHECK(resolved(Precision::automatic, torch::kCPU) == (fast ? Precision::bfloat16 : Precision::float32));
  CHECK(resolved(Precision::float32, torch::kCPU) == Precision::float32);
  const PrecisionScope scope(Precision::automatic, torch::kCPU);
  CHECK(product_type() == (fast ? torch::kBFloat16 : torch::kFloat));
}

TEST_CASE("automatic is resolved in nested options, and what was chosen stays") {
  Outer options;
  sparseann::resolve_precisions(options, torch::kCPU);
  CHECK(options.precision == Precision::bfloat16);
  CHECK(options.inner.precision ==
        (sparseann::has_fast_bfloat16(torch::kCPU) ? Precision::bfloat16 : Precision::float32));
  CHECK(options.inner.other == 3);
  options.inner.precision = Precision::automatic;
  sparseann::resolve_precisions(options, torch::Device(torch::kCUDA, 0));
  CHECK(options.inner.precision == Precision::bfloat16);
}
