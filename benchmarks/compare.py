#!/usr/bin/env python3
"""Runs bench_selection and the peers on the same arrays, in turn, and prints one table of times and of ratios.

    .venv-peers/bin/python benchmarks/compare.py [--rounds 3] [--limit SECONDS] [--only REGEX]

In each round every measurement of a case is made once, ours and the peers' one after the other, so that what else the
machine does meets all of them; a cell is the median over the rounds. Written to build/comparison.md and, with every
single time, to build/comparison.json.
"""

import argparse
import json
import os
import platform
import re
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timezone
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "benchmarks/peers"))

from make_data import FOLDER, KINDS, ensure  # noqa: E402
from selection import CASES, PEERS, TASKS, available_memory, measure  # noqa: E402
from versions import versions  # noqa: E402

OURS = "sparseann"
PROGRAM = ROOT / "build/release/bin/bench_selection"
# Our task -> the peers' tasks that answer the same question.
COUNTERPARTS = {"select_only": ["select_only"], "features_to_ranking": ["features_to_ranking", "own_cosine"],
                "tiled_features_to_ranking": ["features_to_ranking"]}
SECONDS_PER_UNIT = {"ns": 1e-9, "us": 1e-6, "ms": 1e-3, "s": 1.0}
# What Google Benchmark appends to a name about how it measures.
MEASURING = re.compile(r"(real_time|process_time|manual_time"
                       r"|(iterations|repeats|min_time|min_warmup_time|threads):.*)$")
INSTRUCTIONS = re.compile(r"avx|fma|f16c|amx|sse4|asimd|sve")


@dataclass(frozen=True)
class Benchmark:
    """One of ours: its name as the program knows it, its task and DATA/N/D/K."""

    name: str
    task: str
    case: str

    @property
    def label(self) -> str:
        """Task and what the name says beyond the case, such as a number of neighbours."""
        rest = [part for part in self.name.split("/")[5:] if not MEASURING.match(part)]
        return "/".join([self.task, *rest])


@dataclass
class Times:
    """What the rounds gave: seconds, or why there are none."""

    seconds: list[float] = field(default_factory=list)
    reason: str | None = None
    coverage: float | None = None

    def add(self, measured: dict) -> None:
        self.coverage = measured.get("coverage", self.coverage)
        if measured["seconds"] is None:
            self.reason = measured["reason"]
        else:
            self.seconds.append(measured["seconds"])

    @property
    def median(self) -> float | None:
        return statistics.median(self.seconds) if self.seconds and self.reason is None else None


def parsed_benchmark(name: str) -> Benchmark | None:
    """TASK/DATA/N/D/K with anything after it; Google Benchmark may write an argument as `n:10000`."""
    task, *parts = name.split("/")
    values = [part.rpartition(":")[2] for part in parts[:4]]
    if len(values) < 4 or values[0] not in KINDS or not all(value.isdigit() for value in values[1:]):
        return None
    return Benchmark(name, task, "/".join(values))


def program_names(program: Path) -> list[str]:
    listing = subprocess.run([program, "--benchmark_list_tests=true"], capture_output=True, text=True, check=True)
    return listing.stdout.split()


def environment(options: argparse.Namespace) -> dict[str, str]:
    return os.environ | {"SPARSEANN_BENCHMARK_DATA": str(options.data), "OMP_NUM_THREADS": str(options.threads)}


def run_program(benchmark: Benchmark, options: argparse.Namespace) -> dict:
    """What Google Benchmark wrote of one benchmark, or the reason why it wrote nothing."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out.json"
        command = [options.program, f"--benchmark_filter=^{re.escape(benchmark.name)}$", f"--benchmark_out={out}",
                   "--benchmark_out_format=json"]
        try:
            done = subprocess.run(command, env=environment(options), capture_output=True, text=True,
                                  timeout=options.limit, check=False)
        except subprocess.TimeoutExpired:
            return {"reason": f"not done after {options.limit:g} s"}
        if done.returncode != 0:
            last = (done.stderr.strip().splitlines() or ["no message"])[-1]
            return {"reason": f"failed with exit code {done.returncode}: {last}"}
        return json.loads(out.read_text())


def measured_of(written: dict) -> dict:
    """Seconds and, where the program counts it, the coverage; or the reason why there are none."""
    runs = [run for run in written.get("benchmarks", []) if run.get("run_type", "iteration") == "iteration"]
    failed = [run.get("error_message", "failed") for run in runs if run.get("error_occurred")]
    if "reason" in written or failed or not runs:
        reasons = [written.get("reason"), *failed, "the program ran no such benchmark"]
        return {"seconds": None, "reason": next(reason for reason in reasons if reason)}
    seconds = statistics.median(run["real_time"] * SECONDS_PER_UNIT[run["time_unit"]] for run in runs)
    return {"seconds": seconds} | {key: runs[-1][key] for key in ("coverage",) if key in runs[-1]}


class Comparison:
    def __init__(self, options: argparse.Namespace) -> None:
        self.options = options
        self.context: dict = {}
        self.others: list[str] = []
        self.ours: dict[Benchmark, Times] = {}
        self.peers: dict[tuple[str, str, str], Times] = {}
        self.machine = machine()
        for benchmark in self._benchmarks():
            self.ours[benchmark] = Times()
            for task in COUNTERPARTS.get(benchmark.task, []):
                for peer in PEERS:
                    self.peers[peer, task, benchmark.case] = Times()

    def _benchmarks(self) -> list[Benchmark]:
        if not self.options.program.exists():
            names = [f"{task}/{case}" for case in CASES for task in TASKS if task in COUNTERPARTS]
        else:
            names = program_names(self.options.program)
        found = {name: parsed_benchmark(name) for name in names if re.search(self.options.only, name)}
        self.others = [name for name, benchmark in found.items() if benchmark is None]
        return sorted((b for b in found.values() if b is not None), key=lambda b: int(b.case.split("/")[1]))

    def run(self) -> None:
        for case in dict.fromkeys(benchmark.case for benchmark in self.ours):
            data, n, d, _ = case.split("/")
            ensure(self.options.data, data, int(n), int(d))
            for number in range(self.options.rounds):
                print(f"{case}: round {number + 1} of {self.options.rounds}", flush=True)
                self._round(case)

    def _round(self, case: str) -> None:
        for benchmark, times in self.ours.items():
            if benchmark.case == case and times.reason is None:
                self._measure_ours(benchmark, times)
        for (peer, task, of_case), times in self.peers.items():
            if of_case == case and times.reason is None:
                times.add(measure(peer, task, case, self.options.data, 1, self.options.limit, self.options.threads))

    def _measure_ours(self, benchmark: Benchmark, times: Times) -> None:
        if not self.options.program.exists():
            times.add({"seconds": None, "reason": f"{self.options.program} is not built"})
            return
        written = run_program(benchmark, self.options)
        times.add(measured_of(written))
        self.context |= written.get("context", {})

    def raw(self) -> dict:
        records = [{"who": OURS, "name": b.name, "case": b.case, **vars(times)} for b, times in self.ours.items()]
        records += [{"who": peer, "name": task, "case": case, **vars(times)}
                    for (peer, task, case), times in self.peers.items()]
        return {"machine": self.machine, "program": self.context, "threads": self.options.threads, "records": records,
                "not_compared": self.others}

    def markdown(self) -> str:
        notes: list[str] = []
        lines = [f"| task | data | N | D | K | {OURS} | {' | '.join(PEERS)} |", "|---" * (6 + len(PEERS)) + "|"]
        for benchmark, times in self.ours.items():
            for task in COUNTERPARTS.get(benchmark.task) or [None]:
                label = benchmark.label + (", own cosine" if task == "own_cosine" else "")
                cells = [cell(times, None, notes), *self._peer_cells(task, benchmark, times.median, notes)]
                lines.append(f"| {label} | {' | '.join(benchmark.case.split('/'))} | {' | '.join(cells)} |")
        lines += ["", "A peer's cell is its time and, in brackets, its time over ours."]
        lines += ["", self._answers()]
        lines += ["", *(f"({number}) {note}" + "  " for number, note in enumerate(notes, 1))]
        if self.others:
            lines += ["", "Not compared, for their names are not TASK/DATA/N/D/K: " + ", ".join(self.others)]
        return "\n".join([*self._head(), "", *lines]) + "\n"

    def _answers(self) -> str:
        """How far the coverage of our selections is from that of the peers'; theirs counts 1 + cos."""
        differences = []
        for (_, task, case), theirs in self.peers.items():
            for benchmark, ours in self.ours.items():
                if benchmark.case == case and task in COUNTERPARTS.get(benchmark.task, []) and \
                        ours.coverage is not None and theirs.coverage is not None:
                    expected = theirs.coverage - int(case.split("/")[1])
                    differences.append(abs(ours.coverage - expected) / abs(expected))
        if not differences:
            return "Answers were not compared: the program gave no counter `coverage` where a peer has one."
        return (f"Coverage of our selections against the peers', {len(differences)} pairs: at most "
                f"{max(differences):.2g} of it apart.")

    def _peer_cells(self, task: str | None, benchmark: Benchmark, ours: float | None,
                    notes: list[str]) -> Iterable[str]:
        for peer in PEERS:
            yield "none" if task is None else cell(self.peers[peer, task, benchmark.case], ours, notes)

    def _head(self) -> list[str]:
        keys = ("library_version", "library_build_type")
        built = [f"{key} {self.context[key]}" for key in keys if key in self.context]
        facts = self.machine | {"threads": self.options.threads, "rounds": self.options.rounds,
                                "Google Benchmark": ", ".join(built) or "not run"}
        missing = [name for name in PEERS if versions().get(name) is None]
        facts["peers that are missing"] = ", ".join(missing) or "none"
        return [f"{name}: {value}  " for name, value in facts.items()]


def cell(times: Times, ours: float | None, notes: list[str]) -> str:
    if times.median is None:
        reason = times.reason or "not run"
        if reason not in notes:
            notes.append(reason)
        return f"({notes.index(reason) + 1})"
    return readable(times.median) + (f" ({times.median / ours:.3g})" if ours else "")


def readable(seconds: float) -> str:
    return f"{seconds:.3g} s" if seconds >= 1 else f"{seconds * 1e3:.3g} ms"


def field_of_cpuinfo(names: tuple[str, ...]) -> str:
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        name, _, value = line.partition(":")
        if name.strip() in names:
            return value.strip()
    return "unknown"


def git(*arguments: str) -> str:
    return subprocess.run(["git", "-C", ROOT, *arguments], capture_output=True, text=True, check=False).stdout.strip()


def machine() -> dict:
    changed = " with changes" if git("status", "--porcelain", "--untracked-files=no") else ""
    flags = [flag for flag in field_of_cpuinfo(("flags", "Features")).split() if INSTRUCTIONS.match(flag)]
    return {"date": datetime.now(timezone.utc).strftime("%Y-%m-%d %H:%M UTC"),
            "commit": (git("rev-parse", "--short", "HEAD") or "unknown") + changed,
            "CPU": field_of_cpuinfo(("model name", "CPU part")), "cores": len(os.sched_getaffinity(0)),
            "instruction sets": " ".join(flags), "memory available": f"{available_memory() / 2**30:.1f} GiB",
            "load before": f"{os.getloadavg()[0]:.2f}", "system": platform.platform(),
            "versions": ", ".join(f"{name} {found or 'missing'}" for name, found in versions().items())}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--program", type=Path, default=PROGRAM)
    parser.add_argument("--data", type=Path, default=ROOT / FOLDER)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--limit", type=float, default=600, help="seconds for one measurement")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--only", default="", metavar="REGEX", help="benchmarks whose name matches")
    parser.add_argument("--out", type=Path, default=ROOT / "build/comparison", help="without .md and .json")
    options = parser.parse_args()
    comparison = Comparison(options)
    comparison.run()
    text = comparison.markdown()
    options.out.parent.mkdir(parents=True, exist_ok=True)
    options.out.with_suffix(".md").write_text(text)
    options.out.with_suffix(".json").write_text(json.dumps(comparison.raw(), indent=1) + "\n")
    print(text)


if __name__ == "__main__":
    main()
