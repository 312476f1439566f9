#!/usr/bin/env python3
"""Writes the benchmark's items as float32 arrays, one file DATA_N_D.npy each; what is there already stays.

    benchmarks/peers/make_data.py [FOLDER] [--only DATA/N/D ...]

isotropic    every feature of every item is drawn from N(0, 1): no item represents another well
clusters     200 centres, features from N(0, 1); an item is a centre, drawn uniformly, plus 0.5 times N(0, 1) per
             feature
random_walk  x(0) from N(0, 1 / (1 - 0.95^2)), x(t) = 0.95 x(t - 1) + N(0, 1), so that neighbours are alike, as slices
             are, and every item has the same distribution

The seed of an array is fixed by its name and shape. 0.7 GB in all.
"""

import argparse
import os
from pathlib import Path

import numpy

FOLDER = Path("build/benchmark_data")
SHAPES = [(512, 1024), (10_000, 1024), (100_000, 512)]
CLUSTERS = 200
SPREAD = 0.5
MEMORY = 0.95


def isotropic(generator: numpy.random.Generator, n: int, d: int) -> numpy.ndarray:
    return generator.standard_normal((n, d), dtype=numpy.float32)


def clusters(generator: numpy.random.Generator, n: int, d: int) -> numpy.ndarray:
    centres = generator.standard_normal((CLUSTERS, d), dtype=numpy.float32)
    members = generator.integers(CLUSTERS, size=n)
    items = generator.standard_normal((n, d), dtype=numpy.float32)
    items *= numpy.float32(SPREAD)
    items += centres[members]
    return items


def random_walk(generator: numpy.random.Generator, n: int, d: int) -> numpy.ndarray:
    items = generator.standard_normal((n, d), dtype=numpy.float32)
    items[0] /= numpy.float32((1 - MEMORY**2) ** 0.5)
    for t in range(1, n):
        items[t] += numpy.float32(MEMORY) * items[t - 1]
    return items


KINDS = {"isotropic": isotropic, "clusters": clusters, "random_walk": random_walk}


def file_of(folder: Path, kind: str, n: int, d: int) -> Path:
    return folder / f"{kind}_{n}_{d}.npy"


def make(kind: str, n: int, d: int) -> numpy.ndarray:
    return KINDS[kind](numpy.random.default_rng([list(KINDS).index(kind), n, d]), n, d)


def write(path: Path, items: numpy.ndarray) -> None:
    """An interrupted run leaves no half-written array under the final name."""
    temporary = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with open(temporary, "wb") as file:
            numpy.save(file, items)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def ensure(folder: Path, kind: str, n: int, d: int) -> Path:
    path = file_of(folder, kind, n, d)
    if path.exists():
        print(f"{path}: is there")
        return path
    folder.mkdir(parents=True, exist_ok=True)
    write(path, make(kind, n, d))
    print(f"{path}: written")
    return path


def array_name(text: str) -> tuple[str, int, int]:
    kind, _, shape = text.partition("/")
    n, _, d = shape.partition("/")
    if kind not in KINDS or not n.isdigit() or not d.isdigit() or int(n) == 0 or int(d) == 0:
        raise argparse.ArgumentTypeError(f"expected DATA/N/D, DATA one of {', '.join(KINDS)}, got '{text}'")
    return kind, int(n), int(d)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=FOLDER)
    parser.add_argument("--only", nargs="+", type=array_name, metavar="DATA/N/D",
                        help="other arrays than the usual nine")
    options = parser.parse_args()
    for kind, n, d in options.only or [(kind, *shape) for shape in SHAPES for kind in KINDS]:
        ensure(options.folder, kind, n, d)


if __name__ == "__main__":
    main()
