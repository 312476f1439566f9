#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include "sparseann/core/prefetched.hpp"
#include "sparseann/core/random.hpp"
#include "sparseann/tensor/torch.hpp"
#include "sparseann/train/stage_context.hpp"
#include "sparseann/train/training_options.hpp"
#include "sparseann/train/training_step.hpp"

namespace sparseann {

/// What a training draws for a forward pass: `visit_tensors(batch, visitor)` shows the tensors that the network and the
/// loss read.
template <class B>
concept DrawnBatch =
    std::movable<B> && requires(B batch, void (*visitor)(torch::Tensor&)) { visit_tensors(batch, visitor); };

/// Draws the batches of a training: a function of its arguments alone, so that a batch is the same wherever it is
/// drawn.
template <class S>
concept BatchSampler = requires(const S sampler, const BatchPart& part, const Generator& generator) {
  { sampler.draw(part, generator) } -> DrawnBatch;
};

/// The batches of a training, on its device.
///
/// For a GPU each is drawn ahead, in a thread of its own, into memory that the GPU reads without waiting for the CPU; a
/// CPU has nobody to wait for. Cost: on a GPU the memory of one batch more. The sampler must outlive it.
/// Throws: what the sampler throws, where the batch is asked for.
template <BatchSampler Sampler> class BatchFeed {
public:
  using Batch = decltype(std::declval<const Sampler&>().draw(BatchPart{}, std::declval<const Generator&>()));

  BatchFeed(const Sampler& sampler, const TrainingOptions& options, const StageContext& context)
      : sampler_(sampler), device_(context.device), generator_(context.generator),
        parts_(detail::batch_parts(options, context.exchange)),
        passes_(parts_.size() * static_cast<std::size_t>(options.iterations)), ahead_(DrawPinned{this}) {}
  BatchFeed(const BatchFeed&) = delete;
  BatchFeed& operator=(const BatchFeed&) = delete;
  ~BatchFeed() = default;

  /// The samples of a part of an iteration's batch.
  [[nodiscard]] Batch operator()(const BatchPart& part) {
    if (device_.is_cpu())
      return sampler_.draw(part, generator_.split(static_cast<std::uint64_t>(part.iteration)));
    const std::size_t pass = pass_of(part);
    Batch batch = ahead_.get(pass, pass + 1 == passes_);
    visit_tensors(batch, [&](torch::Tensor& tensor) { tensor = tensor.to(device_, true); });
    return batch;
  }

private:
  struct DrawPinned {
    const BatchFeed* feed;
    Batch operator()(std::size_t pass) const {
      BatchPart part = feed->parts_[pass % feed->parts_.size()];
      part.iteration = static_cast<std::int64_t>(pass / feed->parts_.size());
      Batch batch = feed->sampler_.draw(part, feed->generator_.split(static_cast<std::uint64_t>(part.iteration)));
      visit_tensors(batch, [](torch::Tensor& tensor) { tensor = tensor.pin_memory(); });
      return batch;
    }
  };

  /// Forward passes are numbered through the whole training.
  [[nodiscard]] std::size_t pass_of(const BatchPart& part) const {
    const auto found = std::ranges::find(parts_, part.first, &BatchPart::first);
    return static_cast<std::size_t>(part.iteration) * parts_.size() + static_cast<std::size_t>(found - parts_.begin());
  }

  const Sampler& sampler_;
  torch::Device device_;
  Generator generator_;
  std::vector<BatchPart> parts_; ///< of every iteration
  std::size_t passes_;
  Prefetched<DrawPinned> ahead_;
};

} // namespace sparseann
