#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>

namespace sparseann {

/// Which activations dropout drops: a function of a seed and the place, so that nobody has to remember it.
///
/// Formula: place p is dropped where bits 16 (p mod 4) to 16 (p mod 4) + 15 of SplitMix64's number p / 4 are below
/// 2^16 rate, so the rate is rounded to a multiple of 2^-16; scale() is 1 / (1 - rate) of that one.
/// Source: Steele, Lea, Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014.
class DroppedPlaces {
public:
  DroppedPlaces() = default;
  DroppedPlaces(double rate, std::uint64_t seed) noexcept
      : seed_(seed), limit_(static_cast<std::uint64_t>(std::lround(rate * steps))) {}

  [[nodiscard]] bool drops_any() const noexcept { return limit_ > 0; }
  [[nodiscard]] double scale() const noexcept { return 1 / (1 - static_cast<double>(limit_) / steps); }
  [[nodiscard]] bool drops(std::uint64_t place) const noexcept {
    return (number(place / 4) >> (16 * (place % 4)) & 0xffffU) < limit_;
  }

  /// Calls body(i, whether place begin + i is dropped) for i in 0..count-1: four places for the cost of one.
  template <class Body> void each(std::uint64_t begin, std::size_t count, const Body& body) const {
    std::uint64_t bits = 0;
    for (std::size_t i = 0; i < count; ++i, bits >>= 16U) {
      const std::uint64_t place = begin + i;
      if (i == 0 || place % 4 == 0)
        bits = number(place / 4) >> (16 * (place % 4));
      body(i, (bits & 0xffffU) < limit_);
    }
  }

private:
  static constexpr double steps = 65536;

  [[nodiscard]] std::uint64_t number(std::uint64_t index) const noexcept {
    std::uint64_t bits = seed_ + (index + 1) * 0x9e3779b97f4a7c15U;
    bits = (bits ^ bits >> 30U) * 0xbf58476d1ce4e5b9U;
    bits = (bits ^ bits >> 27U) * 0x94d049bb133111ebU;
    return bits ^ bits >> 31U;
  }

  std::uint64_t seed_ = 0;
  std::uint64_t limit_ = 0;
};

} // namespace sparseann
