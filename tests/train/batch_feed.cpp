#include "sparseann/train/batch_feed.hpp"

#include <string>
#include <vector>

#include "support/catch.hpp"

using namespace sparseann;

namespace {

struct Drawn {
  torch::Tensor numbers;
  std::string name;
};
void visit_tensors(Drawn& drawn, auto&& visitor) { visitor(drawn.numbers); }

struct NumbersSampler {
  [[nodiscard]] Drawn draw(const BatchPart& part, const Generator& generator) const {
    Generator own = generator.split(part.first);
    return {.numbers = torch::full({static_cast<std::int64_t>(part.count)}, own.uniform(0, 1), torch::kDouble),
            .name = std::to_string(part.iteration) + " from " + std::to_string(part.first)};
  }
};

struct FailingSampler {
  [[nodiscard]] Drawn draw(const BatchPart&, const Generator&) const { throw DataError("case", "voxels", "none"); }
};

const TrainingOptions three_parts{.iterations = 3, .batch = 5, .micro_batch = 2};

void check_feed(torch::Device device) {
  const StageContext context{.stage = "toy", .device = device, .generator = Generator(7)};
  const NumbersSampler sampler;
  BatchFeed feed(sampler, three_parts, context);
  for (std::int64_t iteration = 0; iteration < 3; ++iteration)
    for (BatchPart part : sparseann::detail::batch_parts(three_parts, {})) {
      part.iteration = iteration;
      const Drawn drawn = feed(part);
      const Drawn expected = sampler.draw(part, context.generator.split(static_cast<std::uint64_t>(iteration)));
      CHECK(drawn.name == expected.name);
      CHECK(drawn.numbers.device().type() == device.type());
      CHECK(torch::equal(drawn.numbers.to(torch::kCPU), expected.numbers));
    }
}

} // namespace

TEST_CASE("a batch is cut into parts of at most the micro-batch") {
  const auto parts = sparseann::detail::batch_parts(three_parts, {});
  REQUIRE(parts.size() == 3);
  CHECK(parts[1].first == 2);
  CHECK(parts[1].count == 2);
  CHECK(parts[2].first == 4);
  CHECK(parts[2].count == 1);
  CHECK(sparseann::detail::batch_parts({.batch = 5}, {}).size() == 1);
}

TEST_CASE("batches are what the iteration's generator draws") { check_feed(torch::kCPU); }

TEST_CASE("batches for a GPU are the same, drawn ahead, where there is one") {
  if (!torch::cuda::is_available()) {
    WARN("skipped: no GPU");
    return;
  }
  check_feed({torch::kCUDA, 0});
}

TEST_CASE("what drawing throws comes out where the batch is asked for") {
  const FailingSampler sampler;
  BatchFeed feed(sampler, three_parts, {.stage = "toy"});
  CHECK_THROWS_AS(feed({.count = 2}), DataError);
}
