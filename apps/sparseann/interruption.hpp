#pragma once

#include <atomic>
#include <csignal>

#include <unistd.h>

namespace sparseann::app {

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

/// Makes Ctrl-C and SIGTERM end the program at once, with the exit code that a shell would report.
inline void leave_when_interrupted() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, &detail::leave_unless_writing);
}

/// While it lives, Ctrl-C and SIGTERM wait, whichever thread they come to: files are written wholly or not at all, and
/// no temporary is left. One at a time, in one thread.
class Uninterrupted {
public:
  Uninterrupted() {
    int expected = detail::nothing_is_written;
    if (detail::writing_state.compare_exchange_strong(expected, detail::something_is_written))
      return;
    for (;;)
      ::pause(); // the handler, in another thread, is about to end the program
  }
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  ~Uninterrupted() {
    detail::writing_state = detail::nothing_is_written;
    if (const int signal = detail::waiting_signal; signal != 0)
      ::_exit(128 + signal);
  }
};

} // namespace sparseann::app
