#!/usr/bin/env python3
"""Prints the versions of what the peers run on; a peer that is not installed is named as missing."""

import platform
from importlib.metadata import PackageNotFoundError, version

PEERS = {"apricot": "apricot-select", "submodlib": "submodlib-py"}
BELOW = {"numpy": "numpy", "scipy": "scipy", "numba": "numba", "scikit-learn": "scikit-learn"}
OTHERS = {name: name for name in ("SimpleITK", "MedPy", "surface-distance", "edt", "connected-components-3d", "scikit-image",
                                  "statsmodels", "nibabel", "h5py", "tifffile", "torch", "monai")}


def installed(package: str) -> str | None:
    try:
        return version(package)
    except PackageNotFoundError:
        return None


def versions() -> dict[str, str | None]:
    """Name -> version, None where it is not installed."""
    return {"python": platform.python_version()} | {name: installed(p) for name, p in (PEERS | BELOW).items()}


if __name__ == "__main__":
    everything = versions() | {name: installed(package) for name, package in OTHERS.items()}
    print(", ".join(f"{name} {found or 'missing'}" for name, found in everything.items()))
