#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string_view>
#include <utility>

#include <boost/random/mersenne_twister.hpp>
#include <boost/random/normal_distribution.hpp>
#include <boost/random/uniform_int_distribution.hpp>
#include <boost/random/uniform_real_distribution.hpp>

namespace sparseann {

/// The one source of randomness: a seeded stream that is split by name.
///
/// `split` depends on the seed and the names alone, never on what was drawn before, so that a new consumer changes no
/// other stream and an interrupted loop needs no saved state: iteration i draws from `generator.split(i)`.
/// Boost's engine and distributions give the same numbers with every standard library.
/// Models std::uniform_random_bit_generator.
class Generator {
public:
  using result_type = std::uint64_t;

  explicit Generator(std::uint64_t seed) : key_(mix(seed)), engine_(key_) {}

  /// An independent stream named `name`, "sampler/3d" say.
  [[nodiscard]] Generator split(std::string_view name) const {
    std::uint64_t hash = 0xcbf29ce484222325ULL; // FNV-1a
    for (const char c : name)
      hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3ULL;
    return Generator(key_ ^ mix(hash));
  }

  /// An independent stream for item or iteration `index`.
  [[nodiscard]] Generator split(std::uint64_t index) const {
    return Generator(key_ + mix(index ^ 0x9e3779b97f4a7c15ULL));
  }

  /// Identifies the stream; seeds foreign generators (LibTorch's dropout) from it.
  [[nodiscard]] std::uint64_t key() const noexcept { return key_; }

  [[nodiscard]] static constexpr result_type min() noexcept { return 0; }
  [[nodiscard]] static constexpr result_type max() noexcept { return std::numeric_limits<result_type>::max(); }
  result_type operator()() { return engine_(); }

  /// Uniform in 0..count-1; `count` must not be 0.
  [[nodiscard]] std::size_t uniform_index(std::size_t count) {
    return boost::random::uniform_int_distribution<std::size_t>(0, count - 1)(engine_);
  }
  /// Uniform in [low, high).
  [[nodiscard]] double uniform(double low = 0.0, double high = 1.0) {
    return boost::random::uniform_real_distribution<double>(low, high)(engine_);
  }
  [[nodiscard]] double normal(double mean = 0.0, double standard_deviation = 1.0) {
    return boost::random::normal_distribution<double>(mean, standard_deviation)(engine_);
  }
  [[nodiscard]] bool coin(double probability = 0.5) { return uniform() < probability; }

  /// Fisher-Yates, in place.
  template <class T> void shuffle(std::span<T> items) {
    for (std::size_t i = items.size(); i > 1; --i)
      std::swap(items[i - 1], items[uniform_index(i)]);
  }

private:
  /// SplitMix64's finaliser (Steele, Lea, Flood 2014): neighbouring seeds give unrelated streams.
  [[nodiscard]] static constexpr std::uint64_t mix(std::uint64_t z) noexcept {
    z += 0x9e3779b97f4a7c15ULL;
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31);
  }

  std::uint64_t key_;
  boost::random::mt19937_64 engine_;
};

} // namespace sparseann
