#!/usr/bin/env python3
"""Prints the versions of what the peers run on; a peer that is not installed is named as missing."""

import platform
from importlib.metadata import PackageNotFoundError, version

PEERS = {"apricot": "apricot-select", "submodlib": "submodlib-py"}
BELOW = {"numpy": "numpy", "scipy": "scipy", "numba": "numba", "scikit-learn": "scikit-learn"}


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str | None]:
    """Name -> version, None where it is not installed."""
    return {"python": platform.python_version()} | {name: installed(p) for name, p in (PEERS | BELOW).items()}


if __name__ == "__main__":
    print(", ".join(f"{name} {found or 'missing'}" for name, found in versions().items()))
