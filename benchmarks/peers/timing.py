"""How the peers' times are taken."""

import statistics
import time
from collections.abc import Callable


def timed(run: Callable[[], object], rounds: int) -> dict[str, object]:
    """The median of `rounds` calls in seconds, and all of them; one call before is not counted."""
    run()
    times = []
    for _ in range(rounds):
        start = time.perf_counter()
        run()
        times.append(time.perf_counter() - start)
    return {"seconds": statistics.median(times), "all_seconds": times}
