#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>
#include <string_view>
#include <system_error>

#include <fmt/format.h>

#include "sparseann/core/error.hpp"
#include "sparseann/io/safetensors.hpp"

namespace sparseann {

/// What a pretrained network wants of its input: red, green and blue in a range, minus a mean, divided by a number.
struct InputConvention {
  double low = 0;
  double high = 1;
  std::array<double, 3> mean{};
  std::array<double, 3> divisor{1, 1, 1};

  bool operator==(const InputConvention&) const = default;
};

namespace detail {

/// Reads a sentence of fixed words and numbers from left to right. Blanks around the words do not matter.
class ConventionReader {
public:
  explicit ConventionReader(std::string_view text) : text_(text) {}

  /// Whether `words` come next; goes past them if so.
  [[nodiscard]] bool accept(std::string_view words) {
    skip_blanks();
    if (!text_.starts_with(words))
      return false;
    text_.remove_prefix(words.size());
    return true;
  }
  [[nodiscard]] bool number(double& value) {
    skip_blanks();
    const auto [end, error] = std::from_chars(text_.data(), text_.data() + text_.size(), value);
    if (error != std::errc{} || !std::isfinite(value))
      return false;
    text_.remove_prefix(static_cast<std::size_t>(end - text_.data()));
    return true;
  }
  /// "(1, 2, 3) per channel".
  [[nodiscard]] bool triple(std::array<double, 3>& values) {
    return accept("(") && number(values[0]) && accept(",") && number(values[1]) && accept(",") && number(values[2]) &&
           accept(")") && accept("per channel");
  }
  [[nodiscard]] bool at_end() {
    skip_blanks();
    return text_.empty();
  }

private:
  void skip_blanks() { text_.remove_prefix(std::min(text_.find_first_not_of(' '), text_.size())); }

  std::string_view text_;
};

[[nodiscard]] inline bool read_convention(ConventionReader reader, InputConvention& convention) {
  return reader.accept("RGB in [") && reader.number(convention.low) && reader.accept(",") &&
         reader.number(convention.high) && reader.accept("], minus mean") && reader.triple(convention.mean) &&
         reader.accept(",") &&
         (reader.accept("no division") || (reader.accept("divided by") && reader.triple(convention.divisor))) &&
         reader.accept("; zero padding 1") && reader.at_end();
}

} // namespace detail

/// The convention that a weight file names under "input".
///
/// Formula: "RGB in [LOW,HIGH], minus mean (R,G,B) per channel, no division; zero padding 1", or "divided by (R,G,B)
/// per channel" in the place of "no division".
/// Throws: DataError naming the file where it says nothing, or something else: what a network is fed is never guessed.
[[nodiscard]] inline InputConvention input_convention(const SafetensorsFile& file) {
  const std::string& text = file.metadata("input");
  InputConvention convention;
  const bool is_understood = detail::read_convention(detail::ConventionReader(text), convention);
  const auto [red, green, blue] = convention.divisor;
  if (!is_understood || convention.low >= convention.high || red <= 0 || green <= 0 || blue <= 0)
    throw DataError(
        file.path().string(),
        "metadata 'input' as \"RGB in [LOW,HIGH], minus mean (R,G,B) per channel, no division; zero padding "
        "1\", or with \"divided by (R,G,B) per channel\"",
        fmt::format("\"{}\"", text));
  return convention;
}

} // namespace sparseann
