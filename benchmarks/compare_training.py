#!/usr/bin/env python3
"""Compares training steps and inference of the networks with PyTorch's eager mode, and prints a table of ratios.

    benchmarks/compare_training.py [--python PYTHON] [--only REGEX] [--rounds 3] [--threads 2] [--examples FOLDER]

Every measurement runs in a process of its own, ours and the peer's in turn, round after round; the table has medians.
The peer of NETWORK/slide is MONAI's sliding_window_inference, which PYTHON must then be able to import, too.
PyTorch is measured as people run it and with glibc told to keep its memory, as our programs tell it; in brackets
the peer's number over ours. PYTHON must be able to import torch; where it cannot, the table has its reason instead.
--examples names a folder for files with which bench_training first shows that it computes what the peer computes.
"""

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / "build" / "release" / "bin" / "bench_training"
PEER = ROOT / "benchmarks" / "peers" / "training.py"
PATCH = {"DenseVoxNet": 64, "YDenseVoxNet": 64, "Fcn2d": 128}
KEPT = {"MALLOC_MMAP_MAX_": "0", "MALLOC_TRIM_THRESHOLD_": str(1 << 30), "MALLOC_TOP_PAD_": str(256 << 20)}


def rows() -> list[tuple[str, list[str]]]:
    """Names of measurements as Google Benchmark has them, and the peer's options for each."""
    found = []
    for network, patch in PATCH.items():
        for precision in ("f32", "bf16"):
            for batch in (1, 2, 4):
                found.append((f"{network}/train/{precision}/batch:{batch}/patch:{patch}",
                              ["--networks", network, "--precisions", precision, "--tasks", "train", "--batches",
                               str(batch)]))
            found.append((f"{network}/infer/{precision}/patch:{patch}",
                          ["--networks", network, "--precisions", precision, "--tasks", "infer"]))
    for precision in ("f32", "bf16"):
        for windows in ("1", "4"):
            found.append((f"DenseVoxNet/slide/{precision}/windows:{windows}/patch:64",
                          ["--networks", "DenseVoxNet", "--precisions", precision, "--tasks", "slide", "--batches",
                           windows, "--steps", "2"]))
    return found


def ours(name: str, threads: int) -> tuple[float, float]:
    output = subprocess.run([PROGRAM, f"--benchmark_filter=^{name}/real_time$", "--benchmark_format=json",
                             "--benchmark_min_time=3"], check=True, capture_output=True, text=True,
                            env=os.environ | {"SPARSEANN_BENCHMARK_THREADS": str(threads)}).stdout
    result = json.loads(output[output.index("{"):])["benchmarks"][0]
    return result["real_time"] / 1e3, result["memory"]


def peers(python: str, options: list[str], threads: int, environment: dict[str, str]) -> tuple[float, float]:
    output = subprocess.run([python, PEER, *options, "--threads", str(threads)], check=True, capture_output=True,
                            text=True, env=os.environ | environment).stdout
    result = json.loads(output.splitlines()[-1])
    return result["seconds"], result["memory"]


def text(seconds: float, memory: float) -> str:
    return f"{seconds * 1e3:.0f} ms, {memory / 1e6:.0f} MB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--only", default="")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--examples", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    if not PROGRAM.exists():
        sys.exit(f"{PROGRAM}: not there; build the target bench_training of the preset release first")
    probe = subprocess.run([options.python, "-c", "import torch"], capture_output=True, text=True)
    missing = probe.stderr.strip().splitlines()[-1] if probe.returncode else ""
    if options.examples and not missing:
        subprocess.run([options.python, PEER, "--write", options.examples], check=True)
        shown = subprocess.run([PROGRAM, "--benchmark_filter=^$"], check=True, capture_output=True, text=True,
                               env=os.environ | {"SPARSEANN_BENCHMARK_EXAMPLES": str(options.examples)}).stdout
        print(shown)
    print("| work | sparseann | PyTorch eager | the same, memory kept |\n|---|---|---|---|")
    for name, peer_options in rows():
        if not re.search(options.only, name):
            continue
        measured: dict[str, list[tuple[float, float]]] = {"ours": [], "eager": [], "kept": []}
        for _ in range(options.rounds):
            measured["ours"].append(ours(name, options.threads))
            if not missing:
                measured["eager"].append(peers(options.python, peer_options, options.threads, {}))
                measured["kept"].append(peers(options.python, peer_options, options.threads, KEPT))
        medians = {key: tuple(map(statistics.median, zip(*values))) for key, values in measured.items() if values}
        cells = [text(*medians["ours"])]
        for key in ("eager", "kept"):
            if missing:
                cells.append(missing)
            else:
                seconds, memory = (theirs / our for theirs, our in zip(medians[key], medians["ours"]))
                cells.append(f"{text(*medians[key])} ({seconds:.2f}, {memory:.2f})")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
