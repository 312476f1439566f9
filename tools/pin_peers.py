#!/usr/bin/env python3
"""Writes the requirements of tools/peers.sh beside itself: every package with its version and hashes.

    tools/pin_peers.py

requirements-peers.txt is wheels for Linux on x86-64; requirements-sources.txt what was published as source only and is
built with the setuptools of the first; requirements-peers-torch.txt what PyTorch's Python side and MONAI need beside the
files that tools/pin_libtorch.py writes. Versions are the newest that have wheels for Python 3.10 to 3.12 alike.
"""

import json
import sys

from pin_libtorch import INDEX, get, write_entries
from pin_libtorch import entry as wheel_entry

SOURCES = {
    "apricot-select": "0.6.1",
    "medpy": "0.5.2",
}
WHEELS = {
    # selection
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
    # metrics
    "absl-py": "2.3.1",
    "connected-components-3d": "4.1.1",
    "edt": "3.1.2",
    "imageio": "2.37.0",
    "lazy-loader": "0.4",
    "networkx": "3.4.2",
    "packaging": "25.0",
    "pandas": "2.3.3",
    "patsy": "1.0.1",
    "pillow": "11.3.0",
    "python-dateutil": "2.9.0.post0",
    "pytz": "2025.2",
    "scikit-image": "0.25.2",
    "simpleitk": "2.5.7",
    "six": "1.17.0",
    "statsmodels": "0.14.5",
    "surface-distance": "0.1",
    "tzdata": "2025.2",
    # volumes
    "h5py": "3.14.0",
    "importlib-resources": "6.5.2",
    "nibabel": "5.3.2",
    "tifffile": "2025.5.10",
    "typing-extensions": "4.15.0",
    # pages in a browser
    "axe-playwright-python": "0.1.8",
    "greenlet": "3.5.6",
    "playwright": "1.65.2",
    "pyee": "13.0.1",
}
TORCH_WHEELS = {
    "filelock": "3.19.1",
    "fsspec": "2025.9.0",
    "jinja2": "3.1.6",
    "markupsafe": "3.0.2",
    "monai": "1.6.1",
    "mpmath": "1.3.0",
    "sympy": "1.14.0",
}


def source_entry(project: str, version: str) -> str:
    name = f"{project}-{version}.tar.gz"
    found = [f for f in json.loads(get(INDEX.format(project)))["files"] if f["filename"].lower() == name]
    if len(found) != 1:
        sys.exit(f"{project}=={version}: expected {name} at {INDEX.format(project)}, found {len(found)} of it")
    return f"{project}=={version} \\\n    --hash=sha256:{found[0]['hashes']['sha256']}\n"


def main() -> None:
    wheels = [wheel_entry(project, version) for project, version in sorted(WHEELS.items())]
    write_entries("requirements-peers.txt", "What is compared with, what that needs, and what builds the rest.", wheels)
    sources = [source_entry(project, version) for project, version in sorted(SOURCES.items())]
    write_entries("requirements-sources.txt", "What is compared with and was published as source only.", sources)
    torch = [wheel_entry(project, version) for project, version in sorted(TORCH_WHEELS.items())]
    write_entries("requirements-peers-torch.txt", "MONAI, and what PyTorch's Python side needs.", torch)


if __name__ == "__main__":
    main()
