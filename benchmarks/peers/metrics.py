#!/usr/bin/env python3
"""Measures other tools on what build/release/bin/bench_metrics measures of ours.

    benchmarks/peers/metrics.py [--rounds 3] [--tools monai medpy ...] [--threads 2]

One JSON line per tool that this Python can import: the median of `all_seconds`, and what it computes. Masks are in memory
already; what a tool needs them as (a tensor, an image) is made before.
"""

import argparse
import importlib.metadata
import json
import os

from timing import timed


def ellipsoid(np, centre: list[int], radii: list[int]):
    z, y, x = np.ogrid[:256, :256, :256]
    (cz, cy, cx), (rz, ry, rx) = centre, radii
    whole = (rz * ry * rx) ** 2
    return (z - cz) ** 2 * (whole // rz**2) + (y - cy) ** 2 * (whole // ry**2) + (x - cx) ** 2 * (whole // rx**2) <= whole


def monai(np, prediction, reference, threads: int):
    import torch
    from monai import metrics

    torch.set_num_threads(threads)
    p, r = (torch.from_numpy(mask)[None, None].float() for mask in (prediction, reference))

    def run():
        return (metrics.compute_dice(p, r), metrics.compute_hausdorff_distance(p, r, include_background=True),
                metrics.compute_hausdorff_distance(p, r, include_background=True, percentile=95),
                metrics.compute_average_surface_distance(p, r, include_background=True, symmetric=True))

    return "Dice, Hausdorff, HD95, ADB", run


def medpy(np, prediction, reference, threads: int):
    from medpy.metric import binary

    return "Dice, Hausdorff, HD95, ADB", lambda: (binary.dc(prediction, reference), binary.hd(prediction, reference),
                                                  binary.hd95(prediction, reference), binary.assd(prediction, reference))


def simpleitk(np, prediction, reference, threads: int):
    import SimpleITK

    SimpleITK.ProcessObject.SetGlobalDefaultNumberOfThreads(threads)
    p, r = (SimpleITK.GetImageFromArray(mask.astype(np.uint8)) for mask in (prediction, reference))
    overlap, sets = SimpleITK.LabelOverlapMeasuresImageFilter(), SimpleITK.HausdorffDistanceImageFilter()
    return "Dice, Hausdorff distance of sets and its average", lambda: (overlap.Execute(r, p), sets.Execute(p, r))


def surface_distance(np, prediction, reference, threads: int):
    import surface_distance as tool

    def run():
        found = tool.compute_surface_distances(reference, prediction, [1.0, 1.0, 1.0])
        return (tool.compute_robust_hausdorff(found, 100), tool.compute_robust_hausdorff(found, 95),
                tool.compute_average_surface_distance(found))

    return "Hausdorff, HD95, ADB of surface elements", run


def edt(np, prediction, reference, threads: int):
    import edt as tool

    return "the distance transform of all voxels", lambda: tool.edtsq(reference, parallel=threads) + tool.edtsq(
        ~reference, parallel=threads)


def hashed(np, count: int):
    """Evenly distributed whole numbers, as bench_metrics draws them."""
    place = np.arange(count, dtype=np.uint32)
    place *= np.uint32(0x9E3779B1)
    place ^= place >> np.uint32(15)
    place *= np.uint32(0x85EBCA77)
    return place ^ place >> np.uint32(13)


def component_mask(np, kind: str):
    """512^3 voxels: noise of so many percent, blobs, or foreground alone."""
    if kind == "foreground":
        return np.ones((512, 512, 512), bool)
    if kind == "blobs":
        z, y, x = (np.sin(index / length) for index, length in zip(np.ogrid[:512, :512, :512], (9, 13, 11)))
        return z + y + x > 0.7
    return (hashed(np, 512**3) < np.uint32(float(kind) / 100 * 2**32)).reshape(512, 512, 512)


def cc3d(np, kind: str):
    import cc3d as tool

    mask = component_mask(np, kind)
    return (f"components of 512^3, 26-connected, on one thread as it has no other: {kind}",
            lambda: tool.connected_components(mask, connectivity=26, binary_image=True))


COMPONENTS = {f"cc3d {kind}": kind for kind in ("30", "40", "50", "blobs", "foreground")}
PACKAGES = {name: "connected-components-3d" for name in COMPONENTS}
TOOLS = {"monai": monai, "medpy": medpy, "simpleitk": simpleitk, "surface-distance": surface_distance, "edt": edt}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--tools", nargs="+", choices=list(TOOLS | COMPONENTS), default=list(TOOLS | COMPONENTS))
    options = parser.parse_args()
    os.environ["OMP_NUM_THREADS"] = str(options.threads)
    import numpy as np

    prediction, reference = ellipsoid(np, [124, 128, 128], [70, 80, 90]), ellipsoid(np, [128, 128, 128], [78, 72, 85])
    for name in options.tools:
        try:
            if name in COMPONENTS:
                what, run = cc3d(np, COMPONENTS[name])
            else:
                what, run = TOOLS[name](np, prediction, reference, options.threads)
        except ModuleNotFoundError as error:
            print(json.dumps({"tool": name, "missing": str(error)}))
            continue
        print(json.dumps({"tool": name, "version": importlib.metadata.version(PACKAGES.get(name, name)), "what": what,
                          **timed(run, options.rounds)}), flush=True)


if __name__ == "__main__":
    main()
