#!/usr/bin/env python3
"""Measures how long other tools take to read what build/release/bin/bench_volumes reads, as floats.

    benchmarks/peers/volumes.py [FILE] [--rounds 5] [--tools simpleitk nibabel monai]

FILE: what bench_volumes left behind, unless said otherwise. One JSON line per tool that this Python can import: the median of
`all_seconds`.
"""

import argparse
import importlib.metadata
import json
import tempfile
from pathlib import Path

from timing import timed


def simpleitk(path: str):
    import SimpleITK

    return lambda: SimpleITK.GetArrayFromImage(SimpleITK.ReadImage(path, SimpleITK.sitkFloat32))


def nibabel(path: str):
    import nibabel as tool
    import numpy

    return lambda: tool.load(path).get_fdata(dtype=numpy.float32)


def monai(path: str):
    from monai.transforms import LoadImage

    return lambda: LoadImage(image_only=True)(path)


TOOLS = {"simpleitk": simpleitk, "nibabel": nibabel, "monai": monai}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("file", nargs="?", type=Path, default=Path(tempfile.gettempdir()) / "sparseann_bench_volumes.nii.gz")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--tools", nargs="+", choices=list(TOOLS), default=list(TOOLS))
    options = parser.parse_args()
    if not options.file.is_file():
        parser.error(f"expected a file that bench_volumes wrote, got {options.file}")
    for name in options.tools:
        try:
            run = TOOLS[name](str(options.file))
        except ModuleNotFoundError as error:
            print(json.dumps({"tool": name, "missing": str(error)}))
            continue
        print(json.dumps({"tool": name, "version": importlib.metadata.version(name),
                          **timed(run, options.rounds)}), flush=True)


if __name__ == "__main__":
    main()
