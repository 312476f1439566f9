#!/usr/bin/env python3
"""Measures apricot, submodlib and plain numpy on the selections that build/release/bin/bench_selection measures.

    benchmarks/peers/selection.py [--out FILE] [--repeats 3] [--limit SECONDS] [CASE ...]

A CASE is DATA/N/D/K. Tasks:

select_only           the similarities 1 + cos are ready (float64 for apricot, which computes in it, float32 for
                      submodlib)
features_to_ranking   the similarities 1 + cos are computed with numpy from float32 features, then as above
own_cosine            from the features with what the library itself takes for the cosine: apricot squares it,
                      submodlib leaves it and counts nothing below zero, so both are other problems and only their time
                      is measured

With 1 + cos and the empty set's value 0, which both libraries fix, gains equal those of the cosine with baseline -1.
Both use lazy greedy. `numpy` is a lazy greedy maximisation in a loop of Python's, the reference for the rankings.

Every measurement is a process of its own with a fixed number of threads, in which a small problem is solved first.
apricot compiles its inner loops anew at every call; `seconds` is without that, `compilation_seconds` is what a call
takes on top. One JSON line per measurement goes to FILE; what could not be measured has `seconds` null and a `reason`.
"""

import argparse
import functools
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy
from greedy import coverage, lazy_greedy, naive_greedy
from make_data import FOLDER, ensure, file_of
from versions import versions

CASES = ["isotropic/512/1024/51", "clusters/512/1024/51", "random_walk/512/1024/51",
         "isotropic/10000/1024/1000", "clusters/10000/1024/1000", "random_walk/10000/1024/1000",
         "isotropic/100000/512/1000"]
TASKS = ["select_only", "features_to_ranking", "own_cosine"]
PEERS = ["numpy", "apricot", "submodlib"]
SHOWN = 20
# Bytes per pair of items at the peak: apricot's fit holds a float64 matrix beside the float32 one, submodlib copies.
BYTES_PER_PAIR = {"numpy": 12, "apricot": 12, "submodlib": 8}
NAIVE_UP_TO = 1000
# What takes less than this many seconds in all is repeated until it has taken them.
AT_LEAST = 0.5

Ranking = tuple[list[int], list[float]]


def shifted_cosine(features: numpy.ndarray) -> numpy.ndarray:
    items = features / numpy.linalg.norm(features, axis=1, keepdims=True)
    similarity = items @ items.T
    similarity += 1
    return numpy.maximum(similarity, 0, out=similarity)


class Numpy:
    dtype = numpy.float64

    def select(self, similarity: numpy.ndarray, k: int) -> Ranking:
        return lazy_greedy(similarity.astype(self.dtype, copy=False), k), []

    own_cosine = None


class Apricot:
    dtype = numpy.float64

    def __init__(self) -> None:
        import apricot
        from apricot.functions import facilityLocation

        self.selection = functools.partial(apricot.FacilityLocationSelection, optimizer="lazy")
        small = numpy.eye(64)
        self.select(small, 8)
        as_called = seconds_of(lambda: self.select(small, 8))
        # apricot makes and compiles these functions at every fit; kept, they are compiled once.
        for name in ("calculate_gains", "calculate_gains_sieve"):
            setattr(facilityLocation, name, functools.cache(getattr(facilityLocation, name)))
        self.select(small, 8)
        self.compilation_seconds = as_called - seconds_of(lambda: self.select(small, 8))

    def select(self, similarity: numpy.ndarray, k: int) -> Ranking:
        return self._fitted(similarity, k, "precomputed")

    def own_cosine(self, features: numpy.ndarray, k: int) -> Ranking:
        return self._fitted(features, k, "cosine")

    def _fitted(self, items: numpy.ndarray, k: int, metric: str) -> Ranking:
        fitted = self.selection(k, metric=metric).fit(items)
        return fitted.ranking.tolist(), fitted.gains.tolist()


class Submodlib:
    dtype = numpy.float32

    def __init__(self) -> None:
        from submodlib import FacilityLocationFunction
        from submodlib.helper import create_kernel

        self.function, self.create_kernel = FacilityLocationFunction, create_kernel
        self.select(numpy.eye(64, dtype=self.dtype), 8)

    def select(self, similarity: numpy.ndarray, k: int) -> Ranking:
        function = self.function(n=len(similarity), mode="dense", separate_rep=False, sijs=similarity)
        pairs = function.maximize(budget=k, optimizer="LazyGreedy", show_progress=False)
        return [item for item, _ in pairs], [gain for _, gain in pairs]

    def own_cosine(self, features: numpy.ndarray, k: int) -> Ranking:
        return self.select(self.create_kernel(features, "cosine", mode="dense", method="sklearn"), k)


PEER_TYPES = {"numpy": Numpy, "apricot": Apricot, "submodlib": Submodlib}


def seconds_of(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start


def work_of(peer, task: str, features: numpy.ndarray, k: int) -> Callable[[], Ranking]:
    """What is measured; what comes before it is prepared here."""
    if task == "select_only":
        similarity = shifted_cosine(features).astype(peer.dtype)
        return lambda: peer.select(similarity, k)
    if task == "features_to_ranking":
        return lambda: peer.select(shifted_cosine(features), k)
    return lambda: peer.own_cosine(features, k)


def measured_here(peer_name: str, task: str, path: str, k: int, repeats: int, until: float) -> dict:
    """Runs in a process of its own. Repeats end early where another one would not end before `until`."""
    features = numpy.load(path)
    shifted_cosine(features[:64])
    peer = PEER_TYPES[peer_name]()
    work = work_of(peer, task, features, k)
    seconds: list[float] = []
    while not seconds or (len(seconds) < repeats or sum(seconds) < AT_LEAST) and time.time() + max(seconds) < until:
        start = time.perf_counter()
        ranking, gains = work()
        seconds.append(time.perf_counter() - start)
    result = {"seconds": statistics.median(seconds), "all_seconds": seconds, "ranking": ranking, "gains": gains[:SHOWN]}
    if hasattr(peer, "compilation_seconds"):
        result["compilation_seconds"] = peer.compilation_seconds
    if task != "own_cosine":
        similarity = shifted_cosine(features)
        result["coverage"] = coverage(similarity, ranking)
        if peer_name == "numpy" and len(features) <= NAIVE_UP_TO:
            assert naive_greedy(similarity.astype(numpy.float64), k) == ranking
    return result


def available_memory() -> int:
    with open("/proc/meminfo") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("MemAvailable:"))


def obstacle(peer: str, task: str, n: int) -> str | None:
    """Why this is not even tried."""
    if peer != "numpy" and versions()[peer] is None:
        return f"{peer} is not installed"
    if getattr(PEER_TYPES[peer], task, True) is None:
        return f"{peer} has no such task"
    needed, available = BYTES_PER_PAIR[peer] * n * n, available_memory()
    if needed > available:
        return (f"its similarities of all pairs take {needed / 1e9:.1f} GB ({BYTES_PER_PAIR[peer]} bytes per pair), "
                f"{available / 1e9:.1f} GB are available")
    return None


def run_process(arguments: dict, limit: float, threads: int) -> dict:
    names = (f"{library}_NUM_THREADS" for library in ("OMP", "OPENBLAS", "MKL", "NUMBA"))
    limits = dict.fromkeys(names, str(threads))
    command = [sys.executable, __file__, "--one", json.dumps(arguments | {"until": time.time() + limit})]
    try:
        done = subprocess.run(command, env=os.environ | limits, capture_output=True, text=True, timeout=limit,
                              check=False)
    except subprocess.TimeoutExpired:
        return {"seconds": None, "reason": f"not done after {limit:g} s"}
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        return {"seconds": None, "reason": f"failed with exit code {done.returncode}: {last}"}
    return json.loads(done.stdout.splitlines()[-1])


def measure(peer: str, task: str, case: str, folder: Path = FOLDER, repeats: int = 3, limit: float = 600,
            threads: int = 2) -> dict:
    """One measurement, with the whole ranking; `seconds` is None and `reason` says why where there is none."""
    data, n, d, k = parsed(case)
    head = {"peer": peer, "version": versions()["numpy" if peer == "numpy" else peer], "task": task, "data": data,
            "n": n, "d": d, "k": k, "threads": threads}
    reason = obstacle(peer, task, n)
    if reason is not None:
        return head | {"seconds": None, "reason": reason}
    path = file_of(folder, data, n, d)
    arguments = {"peer_name": peer, "task": task, "path": str(path), "k": k, "repeats": repeats}
    return head | run_process(arguments, limit, threads)


def compared(record: dict, reference: list[int] | None) -> dict:
    """The record with the first indices only, and how far its ranking is the reference's."""
    ranking = record.pop("ranking", None)
    if ranking is None:
        return record
    if reference is not None and record["task"] != "own_cosine":
        equal = [ours == theirs for ours, theirs in zip(ranking, reference, strict=True)]
        record["equal_leading_ranks"] = equal.index(False) if False in equal else len(equal)
        record["common_items"] = len(set(ranking) & set(reference))
    return record | {"indices": ranking[:SHOWN]}


def parsed(case: str) -> tuple[str, int, int, int]:
    data, n, d, k = case.split("/")
    return data, int(n), int(d), int(k)


def summary(record: dict) -> str:
    name = f"{record['peer']} {record['task']} {record['data']}/{record['n']}/{record['d']}/{record['k']}"
    if record["seconds"] is None:
        return f"{name}: not measured: {record['reason']}"
    ranks = f", {record['equal_leading_ranks']} leading ranks as numpy's" if "equal_leading_ranks" in record else ""
    return f"{name}: {record['seconds']:.4g} s, median of {len(record['all_seconds'])}{ranks}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", default=CASES, metavar="CASE")
    parser.add_argument("--data", type=Path, default=FOLDER)
    parser.add_argument("--out", type=Path, default=Path("build/peers.jsonl"))
    parser.add_argument("--peers", nargs="+", choices=PEERS, default=PEERS)
    parser.add_argument("--tasks", nargs="+", choices=TASKS, default=TASKS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600,
                        help="seconds for one measurement, all of its repeats included")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--one", type=json.loads, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.one is not None:
        print(json.dumps(measured_here(**options.one)))
        return
    options.out.parent.mkdir(parents=True, exist_ok=True)
    with open(options.out, "w") as file:
        for case in options.cases:
            ensure(options.data, *parsed(case)[:3])
            reference = None
            for task in options.tasks:
                for peer in options.peers:
                    record = measure(peer, task, case, options.data, options.repeats, options.limit, options.threads)
                    if peer == "numpy" and task != "own_cosine":
                        reference = record.get("ranking", reference)
                    record = compared(record, reference)
                    print(json.dumps(record), file=file, flush=True)
                    print(summary(record), flush=True)


if __name__ == "__main__":
    main()
