#!/usr/bin/env python3
"""Writes requirements-peers.txt and requirements-apricot.txt beside itself: every package with its version and hashes.

    tools/pin_peers.py

The first file is wheels for Linux on x86-64; the second is apricot, whose version 0.6.1 was published as source only and
is built with the setuptools of the first. Versions are the newest that have wheels for Python 3.10 to 3.12 alike.
"""

import json
import sys

from pin_libtorch import INDEX, get, write_entries
from pin_libtorch import entry as wheel_entry

APRICOT = "0.6.1"
WHEELS = {
    "joblib": "1.5.2",
    "llvmlite": "0.44.0",
    "numba": "0.61.2",
    "numpy": "2.2.6",
    "scikit-learn": "1.7.2",
    "scipy": "1.15.3",
    "setuptools": "80.9.0",
    "submodlib-py": "0.0.3",
    "threadpoolctl": "3.6.0",
    "tqdm": "4.67.1",
}


def source_entry(project: str, version: str) -> str:
    name = f"{project}-{version}.tar.gz"
    found = [f for f in json.loads(get(INDEX.format(project)))["files"] if f["filename"] == name]
    if len(found) != 1:
        sys.exit(f"{project}=={version}: expected {name} at {INDEX.format(project)}, found {len(found)} of it")
    return f"{project}=={version} \\\n    --hash=sha256:{found[0]['hashes']['sha256']}\n"


def main() -> None:
    write_entries("requirements-peers.txt", "What apricot needs, what builds it, and submodlib.",
                  [wheel_entry(project, version) for project, version in sorted(WHEELS.items())])
    write_entries("requirements-apricot.txt", "apricot, built from source.", [source_entry("apricot-select", APRICOT)])


if __name__ == "__main__":
    main()
