#pragma once

#include <atomic>
#include <csignal>

#include <unistd.h>

namespace sparseann {

namespace detail {

enum WritingState : int { nothing_is_written, something_is_written, program_ends };

inline std::atomic<int> writing_state = nothing_is_written;
inline std::atomic<int> waiting_signal = 0;
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may touch no other");

/// Whoever comes second, this or the end of what is written, sees the other and ends the program.
extern "C" inline void leave_unless_writing(int signal) {
  waiting_signal = signal;
  int expected = nothing_is_written;
  if (writing_state.compare_exchange_strong(expected, program_ends))
    ::_exit(128 + signal);
}

} // namespace detail

/// Makes Ctrl-C and SIGTERM end the program at once, with the exit code that a shell would report; work that is
/// Uninterrupted ends first. For a program's main: a library changes no signal's meaning.
inline void leave_when_interrupted() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, &detail::leave_unless_writing);
}

/// While it lives, Ctrl-C and SIGTERM wait, whichever thread they come to: files are written wholly or not at all, no
/// temporary is left, and long work that asks `is_interrupted` keeps what it has before it leaves. In one thread; one
/// within another changes nothing. Where the program has not called leave_when_interrupted, no signal waits.
class Uninterrupted {
public:
  Uninterrupted() {
    int expected = detail::nothing_is_written;
    is_outermost_ = detail::writing_state.compare_exchange_strong(expected, detail::something_is_written);
    if (expected == detail::program_ends)
      for (;;)
        ::pause(); // the handler, in another thread, is about to end the program
  }
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  ~Uninterrupted() {
    if (!is_outermost_)
      return;
    detail::writing_state = detail::nothing_is_written;
    if (is_interrupted())
      leave();
  }

  /// Whether a signal waits.
  [[nodiscard]] bool is_interrupted() const noexcept { return detail::waiting_signal != 0; }

  /// Ends the program as the waiting signal asks.
  [[noreturn]] void leave() const { ::_exit(128 + detail::waiting_signal); }

private:
  bool is_outermost_ = false;
};

} // namespace sparseann
