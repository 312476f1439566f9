#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "sparseann/core/instruction_set.hpp"

/// The exact distance transform along lines: D(p) = min over i of (p - i spacing)^2 + height[i].
namespace sparseann::distance_lines {

/// Lines that are transformed side by side, one value of each beside the others.
inline constexpr std::size_t width = 16;
/// After so many steps, lines that still change are finished by their lower envelope, which takes linear time.
inline constexpr std::size_t most_steps = 256;

namespace detail {

/// Floats that a register holds: of SSE2, AVX2 and AVX-512.
struct Floats128 {
  using Type = float __attribute__((vector_size(16)));
};
struct Floats256 {
  using Type = float __attribute__((vector_size(32)));
};
struct Floats512 {
  using Type = float __attribute__((vector_size(64)));
};

/// to[p] = min(from[p], from[p - 1] + step, from[p + 1] + step) for p in 1..count; rows 0 and count + 1 of `from` are
/// there. Returns whether anything became less.
template <class V>
[[nodiscard, gnu::always_inline]] inline bool erode(const float* from, float* to, std::size_t count,
                                                    float step) noexcept {
  using Floats = typename V::Type;
  constexpr std::size_t lanes = sizeof(Floats) / sizeof(float);
  decltype(Floats{} < Floats{}) less{};
  const Floats steps = Floats{} + step;
  for (std::size_t lane = 0; lane < width; lane += lanes) {
    Floats before;
    Floats here;
    Floats after;
    std::memcpy(&before, from + lane, sizeof before);
    std::memcpy(&here, from + width + lane, sizeof here);
    for (std::size_t p = 1; p <= count; ++p) {
      std::memcpy(&after, from + (p + 1) * width + lane, sizeof after);
      const Floats nearer = (before < after ? before : after) + steps;
      less |= nearer < here;
      const Floats now = nearer < here ? nearer : here;
      std::memcpy(to + p * width + lane, &now, sizeof now);
      before = here;
      here = after;
    }
  }
  bool any = false;
  for (std::size_t lane = 0; lane < lanes; ++lane)
    any = any || less[lane] != 0;
  return any;
}

#if defined(__x86_64__)
[[nodiscard, gnu::target("avx2")]] inline bool erode_avx2(const float* from, float* to, std::size_t count,
                                                          float step) noexcept {
  return erode<Floats256>(from, to, count, step);
}
[[nodiscard, gnu::target("avx512f")]] inline bool erode_avx512(const float* from, float* to, std::size_t count,
                                                               float step) noexcept {
  return erode<Floats512>(from, to, count, step);
}
#endif

[[nodiscard]] inline bool erode(InstructionSet set, const float* from, float* to, std::size_t count,
                                float step) noexcept {
#if defined(__x86_64__)
  if (set == InstructionSet::avx512)
    return erode_avx512(from, to, count, step);
  if (set == InstructionSet::avx2)
    return erode_avx2(from, to, count, step);
#endif
  return erode<Floats128>(from, to, count, step);
}

/// The lower envelope of the parabolas (p - i spacing)^2 + height[i]; a height may be infinite.
///
/// Source: Felzenszwalb, Huttenlocher, "Distance transforms of sampled functions", Theory of Computing 8 (2012). Lines
/// without a site are left out of the envelope instead of being given a large finite height.
class ParabolaEnvelope {
public:
  ParabolaEnvelope(std::span<const float> heights, double spacing) : heights_(heights), spacing_(spacing) {
    for (std::size_t i = 0; i < heights.size(); ++i)
      if (std::isfinite(heights[i]))
        add(i);
  }

  /// The envelope at every place of the line.
  void evaluate(std::span<float> line) const {
    std::size_t current = 0;
    for (std::size_t p = 0; p < line.size() && !vertices_.empty(); ++p) {
      while (current + 1 < vertices_.size() && starts_[current + 1] < position(p))
        ++current;
      const double offset = position(p) - position(vertices_[current]);
      line[p] = static_cast<float>(offset * offset + static_cast<double>(heights_[vertices_[current]]));
    }
  }

private:
  [[nodiscard]] double position(std::size_t index) const noexcept { return static_cast<double>(index) * spacing_; }

  void add(std::size_t i) {
    double start = -std::numeric_limits<double>::infinity();
    for (; !vertices_.empty(); vertices_.pop_back(), starts_.pop_back()) {
      start = crossing(vertices_.back(), i);
      if (start > starts_.back())
        break;
      start = -std::numeric_limits<double>::infinity();
    }
    vertices_.push_back(i);
    starts_.push_back(start);
  }

  /// Where the parabola of `right` starts to lie below that of `left`.
  [[nodiscard]] double crossing(std::size_t left, std::size_t right) const noexcept {
    const double rise = static_cast<double>(heights_[right]) - static_cast<double>(heights_[left]);
    return 0.5 * (position(left) + position(right) + rise / (position(right) - position(left)));
  }

  std::span<const float> heights_;
  double spacing_;
  std::vector<std::size_t> vertices_;
  std::vector<double> starts_;
};

} // namespace detail

/// One value of each line; aligned, as reading across cache lines takes twice the time.
struct alignas(64) Row {
  std::array<float, width> values;
};

/// Room for lines of up to `longest` values, twice, each with a row before and after that is never less.
class Buffers {
public:
  explicit Buffers(std::size_t longest) : one_(longest + 2, infinite()), other_(one_) {}

  [[nodiscard]] float* one() noexcept { return one_.front().values.data(); }
  [[nodiscard]] float* other() noexcept { return other_.front().values.data(); }
  /// The row after `count` values is infinite, too.
  void end_after(std::size_t count) {
    one_[count + 1] = infinite();
    other_[count + 1] = infinite();
  }

private:
  [[nodiscard]] static Row infinite() {
    Row row;
    row.values.fill(std::numeric_limits<float>::infinity());
    return row;
  }

  std::vector<Row> one_;
  std::vector<Row> other_;
};

/// Transforms `lines` <= width lines in place: value p of line l is data[p * stride + l].
///
/// Formula: k steps of D(p) <- min(D(p), D(p - 1) + (2 k - 1) s^2, D(p + 1) + (2 k - 1) s^2) make the minimum over all
/// i within k places, and a step that changes nothing is the last. Cost: per value as many steps as the furthest of the
/// nearest sites is places away along the lines, at most most_steps, each a few instructions for all lines together; no
/// more than linear in all. Same bits with every instruction set.
/// Source: the decomposition of a parabola, van den Boomgaard and Smeulders, "The morphological structure of images",
/// PAMI 16 (1994).
inline void transform(float* data, std::size_t count, std::size_t stride, std::size_t lines, double spacing,
                      InstructionSet set, Buffers& buffers) {
  float* now = buffers.one();
  float* next = buffers.other();
  buffers.end_after(count);
  for (std::size_t p = 0; p < count; ++p) {
    std::copy_n(data + p * stride, lines, now + (p + 1) * width);
    std::fill_n(now + (p + 1) * width + lines, width - lines, std::numeric_limits<float>::infinity());
  }
  const double square = spacing * spacing;
  std::size_t step = 1;
  for (; step < std::min(count, most_steps + 1); ++step) {
    if (!detail::erode(set, now, next, count, static_cast<float>(static_cast<double>(2 * step - 1) * square)))
      break;
    std::swap(now, next);
  }
  if (step <= most_steps) {
    for (std::size_t p = 0; p < count; ++p)
      std::copy_n(now + (p + 1) * width, lines, data + p * stride);
    return;
  }
  std::vector<float> heights(count);
  std::vector<float> line(count);
  for (std::size_t l = 0; l < lines; ++l) {
    for (std::size_t p = 0; p < count; ++p)
      heights[p] = data[p * stride + l];
    std::ranges::fill(line, std::numeric_limits<float>::infinity());
    detail::ParabolaEnvelope(heights, spacing).evaluate(line);
    for (std::size_t p = 0; p < count; ++p)
      data[p * stride + l] = line[p];
  }
}

/// The first place from `from` on that is not 0, or the row's length.
[[nodiscard]] inline std::size_t first_site(std::span<const std::uint8_t> sites, std::size_t from) noexcept {
  for (std::uint64_t eight = 0; from + sizeof eight <= sites.size(); from += sizeof eight) {
    std::memcpy(&eight, sites.data() + from, sizeof eight);
    if (eight != 0)
      break;
  }
  while (from < sites.size() && sites[from] == 0)
    ++from;
  return from;
}

/// Squared distances along one row to its nearest site, a value that is not 0; infinite where there is none.
inline void transform_sites(std::span<const std::uint8_t> sites, std::span<float> distances, double spacing) {
  const auto square = [spacing](std::size_t places) {
    const double distance = static_cast<double>(places) * spacing;
    return static_cast<float>(distance * distance);
  };
  const std::size_t count = sites.size();
  std::size_t left = count; // none yet
  for (std::size_t x = 0; x <= count; ++x) {
    x = first_site(sites, x);
    const bool has_left = left < count;
    const bool has_right = x < count;
    for (std::size_t p = has_left ? left + 1 : 0; p < x; ++p)
      distances[p] = has_left && has_right ? square(std::min(p - left, x - p))
                     : has_left            ? square(p - left)
                     : has_right           ? square(x - p)
                                           : std::numeric_limits<float>::infinity();
    if (has_right)
      distances[x] = 0;
    left = x;
  }
}

} // namespace sparseann::distance_lines
