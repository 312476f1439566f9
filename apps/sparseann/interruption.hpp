#pragma once

#include <csignal>

#include <pthread.h>
#include <unistd.h>

namespace sparseann::app {

namespace detail {
extern "C" inline void leave_at_once(int signal) { ::_exit(128 + signal); }
} // namespace detail

/// Makes Ctrl-C and SIGTERM end the program at once, with the exit code that a shell would report.
inline void leave_when_interrupted() {
  for (const int signal : {SIGINT, SIGTERM})
    std::signal(signal, &detail::leave_at_once);
}

/// While it lives, Ctrl-C and SIGTERM wait: files are written wholly or not at all, and no temporary is left.
/// Precondition: no other thread runs, as it would be interrupted instead.
class Uninterrupted {
public:
  Uninterrupted() {
    ::sigset_t waiting;
    sigemptyset(&waiting);
    sigaddset(&waiting, SIGINT);
    sigaddset(&waiting, SIGTERM);
    ::pthread_sigmask(SIG_BLOCK, &waiting, &before_);
  }
  Uninterrupted(const Uninterrupted&) = delete;
  Uninterrupted& operator=(const Uninterrupted&) = delete;
  ~Uninterrupted() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

private:
  ::sigset_t before_{};
};

} // namespace sparseann::app
