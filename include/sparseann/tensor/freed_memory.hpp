#pragma once

#include <cstdlib> // any header of glibc says that it is glibc

#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace sparseann {

/// Has the program keep freed memory for its next allocations, which with glibc's defaults goes back to the system and
/// is asked for again at every step of a training: that can double a step's time. For programs to call when they start.
///
/// Cost: up to 1 GiB of freed memory stays with the program. Does nothing with other C libraries, and with tcmalloc,
/// which keeps freed memory by itself and takes less: the project's programs are linked with it where it is there.
inline void keep_freed_memory() noexcept {
#if defined(__GLIBC__)
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_TRIM_THRESHOLD, 1 << 30);
  mallopt(M_TOP_PAD, 256 << 20);
#endif
}

} // namespace sparseann
