#pragma once

#include <string>

#include "sparseann/core/random.hpp"
#include "sparseann/train/patch_sampler.hpp"
#include "support/catch.hpp"

namespace sparseann::test {

/// Checks that a batch in two parts is the batch, and gives what the first sample says of its place.
template <class Sampler> [[nodiscard]] std::string check_batch_in_parts(const Sampler& sampler) {
  const PatchBatch whole = sampler.draw({0, 0, 3}, Generator(7));
  const PatchBatch first = sampler.draw({0, 0, 1}, Generator(7));
  const PatchBatch rest = sampler.draw({0, 1, 2}, Generator(7));
  CHECK(torch::cat({first.images, rest.images}).equal(whole.images));
  CHECK(torch::cat({first.labels, rest.labels}).equal(whole.labels));
  CHECK(first.samples + "; " + rest.samples == whole.samples);
  return first.samples;
}

} // namespace sparseann::test
