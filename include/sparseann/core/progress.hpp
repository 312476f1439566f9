#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <string_view>
#include <utility>

#include <unistd.h>

#include <fmt/format.h>

namespace sparseann {

/// Reports how far long work is: a bar with the time left on a terminal, a plain line now and then elsewhere.
///
/// A default-constructed Progress is silent. Copies share the stream.
class Progress {
public:
  using Clock = std::chrono::steady_clock;
  using Now = std::function<Clock::time_point()>;

  /// One piece of work of `total` steps. Ends with a line that says what it took, unless it is unwound by an error.
  class Task {
  public:
    Task(std::ostream* stream, bool terminal, Now now, std::string name, std::size_t total)
        : stream_(stream), terminal_(terminal), now_(std::move(now)), name_(std::move(name)), total_(total),
          start_(now_()), last_(start_) {}
    Task(const Task&) = delete;
    Task& operator=(const Task&) = delete;

    void advance(std::size_t steps = 1, std::string_view note = "") {
      done_ += steps;
      const auto now = now_();
      if (stream_ == nullptr || now - last_ < (terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10)))
        return;
      last_ = now;
      *stream_ << line(now, note) << std::flush;
    }

    /// Steps that an earlier, interrupted run has done: they count, but not for the time left.
    void skip(std::size_t steps) {
      done_ += steps;
      skipped_ += steps;
    }

    void finish(std::string_view note = "") {
      if (stream_ == nullptr)
        return;
      const double seconds = std::chrono::duration<double>(now_() - start_).count();
      *stream_ << (terminal_ ? "\r\033[K" : "")
               << fmt::format("{}: done in {:.1f} s{}{}\n", name_, seconds, note.empty() ? "" : ", ", note)
               << std::flush;
    }

  private:
    [[nodiscard]] std::string line(Clock::time_point now, std::string_view note) const {
      const double seconds = std::chrono::duration<double>(now - start_).count();
      const double share = total_ == 0 ? 1.0 : static_cast<double>(done_) / static_cast<double>(total_);
      const std::size_t fresh = done_ - skipped_;
      const double left =
          fresh == 0 ? 0.0
                     : seconds / static_cast<double>(fresh) * static_cast<double>(total_ - std::min(done_, total_));
      const std::string text = fmt::format("{} {}/{} {:3.0f} %, {:.0f} s left{}{}", name_, done_, total_, 100 * share,
                                           left, note.empty() ? "" : ", ", note);
      if (!terminal_)
        return text + "\n";
      constexpr std::size_t width = 24;
      const auto filled = static_cast<std::size_t>(share * width);
      return fmt::format("\r\033[K[{:=<{}}{: <{}}] {}", "", filled, "", width - std::min(filled, width), text);
    }

    std::ostream* stream_;
    bool terminal_;
    Now now_;
    std::string name_;
    std::size_t total_;
    std::size_t done_ = 0;
    std::size_t skipped_ = 0;
    Clock::time_point start_;
    Clock::time_point last_;
  };

  Progress() = default;
  /// `now` is the clock, for tests.
  Progress(std::ostream& stream, bool terminal, Now now = &Clock::now)
      : stream_(&stream), terminal_(terminal), now_(std::move(now)) {}

  [[nodiscard]] Task start(std::string name, std::size_t total) const {
    return Task(stream_, terminal_, now_, std::move(name), total);
  }

  /// A line between pieces of work.
  void say(std::string_view text) const {
    if (stream_ != nullptr)
      *stream_ << text << '\n' << std::flush;
  }

private:
  std::ostream* stream_ = nullptr;
  bool terminal_ = false;
  Now now_ = &Clock::now;
};

/// Whether the standard error stream is a terminal that understands control sequences.
[[nodiscard]] inline bool standard_error_is_terminal() noexcept { return isatty(STDERR_FILENO) != 0; }

} // namespace sparseann
