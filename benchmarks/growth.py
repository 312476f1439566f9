#!/usr/bin/env python3
"""Draws how the cost of a selection grows with the number of items, the length of a feature, and the budget.

    benchmarks/growth.py [--program build/release/bin/bench_selection] [--picture docs/selection_growth.svg]

Runs `bench_selection --benchmark_filter='growth|machine'`, keeps its record in build/growth.json, and has gnuplot draw the
medians of three runs beside the machine's limits: the multiply-adds of the similarities, N^2 D / 2, at the peak that
`machine_multiply_add` reached, and one look at all N^2 similarities at the speed of `machine_reading`. A record that is
there already is drawn without another run with --record FILE.
"""

import argparse
import json
import statistics
import subprocess
from pathlib import Path

PANELS = [("growth_items", 1, "items N (D = 512, K = N / 10)"), ("growth_columns", 2, "length of a feature D (N = 4000, K = 400)"),
          ("growth_budget", 3, "budget K (N = 4000, D = 512)")]
KINDS = ["isotropic", "clusters", "random_walk"]


def run(program: Path, record: Path) -> None:
    subprocess.run([program, "--benchmark_filter=growth|machine", "--benchmark_repetitions=3",
                    f"--benchmark_out={record}", "--benchmark_out_format=json"], check=True)


def read(record: Path) -> list[dict]:
    runs = json.loads(record.read_text())["benchmarks"]
    return [run for run in runs if run.get("run_type") == "iteration"]


def median(runs: list[dict], name: str, key: str) -> float:
    return statistics.median(run[key] for run in runs if run["name"].startswith(name + "/"))


def series(runs: list[dict], task: str, kind: str, axis: int) -> list[tuple[int, tuple[int, int, int], float]]:
    """(x, (N, D, K), milliseconds) of every size."""
    times: dict[tuple[int, int, int], list[float]] = {}
    for run in runs:
        parts = run["name"].split("/")
        if parts[:2] == [task, kind]:
            times.setdefault(tuple(int(part) for part in parts[2:5]), []).append(run["real_time"])
    return sorted((size[axis - 1], size, statistics.median(values)) for size, values in times.items())


def peak(runs: list[dict]) -> float:
    return max(median(runs, name, "operations") for name in ("machine_multiply_add_avx512", "machine_multiply_add_avx2")
               if any(run["name"].startswith(name + "/") for run in runs))


def block(rows: list[tuple[float, float]]) -> str:
    return "\n".join(f"{x} {y}" for x, y in rows) + "\ne\n"


def script(runs: list[dict], picture: Path) -> str:
    operations = peak(runs)
    bandwidth = median(runs, "machine_reading", "bytes")
    text = ["set terminal svg size 1200,420 font 'sans,12' background 'white'", f"set output '{picture}'",
            "set multiplot layout 1,3", "set logscale xy", "set format y '%g'", "set key bottom right samplen 2", "set grid",
            "set ylabel 'features to ranking, ms'"]
    for task, axis, label in PANELS:
        lines = [series(runs, task, kind, axis) for kind in KINDS]
        sizes = [(x, size) for x, size, _ in lines[0]]
        # N^2 D / 2 multiply-adds are N^2 D operations.
        products = [(x, 1e3 * n * n * d / operations) for x, (n, d, _) in sizes]
        reading = [(x, 1e3 * 4 * n * n / bandwidth) for x, (n, _, _) in sizes]
        text.append(f"set xlabel '{label}'")
        plots = [f"'-' with linespoints pt 7 ps 0.6 title '{kind.replace('_', ' ')}'" for kind in KINDS]
        plots += ["'-' with lines dt 2 lc 'black' title 'limit of the products'",
                  "'-' with lines dt 3 lc 'black' title 'reading all similarities once'"]
        text.append("plot " + ", ".join(plots))
        text += [block([(x, time) for x, _, time in line]) for line in lines] + [block(products), block(reading)]
    return "\n".join(text)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--program", type=Path, default=Path("build/release/bin/bench_selection"))
    parser.add_argument("--picture", type=Path, default=Path("docs/selection_growth.svg"))
    parser.add_argument("--record", type=Path, help="draw this record instead of running the program")
    arguments = parser.parse_args()
    record = arguments.record or Path("build/growth.json")
    if arguments.record is None:
        run(arguments.program, record)
    runs = read(record)
    subprocess.run(["gnuplot"], input=script(runs, arguments.picture), text=True, check=True)
    print(f"{arguments.picture}: peak {peak(runs) / 1e9:.0f} Gflop/s, reading {median(runs, 'machine_reading', 'bytes') / 1e9:.1f} GB/s")


if __name__ == "__main__":
    main()
