#!/usr/bin/env python3
"""Records what scikit-image makes of the segments in tests/metric/agreement_instances.json, which a test compares ours with.

    tests/tools/record_instances.py

Segments, masks and heights are recipes in whole numbers, so that every language draws the same. What each number is
stands in docs/metrics.md.
"""

import importlib.metadata
import json
from pathlib import Path

import numpy as np
from skimage import measure, metrics, segmentation

FILE = Path(__file__).resolve().parent.parent / "metric" / "agreement_instances.json"


def segments(shape: list[int], recipe: dict) -> np.ndarray:
    """Blocks of `block` voxels, numbered along x, y, z; of number n: n (n + offset) multiplier % modulus % segments."""
    counts = [-(-extent // block) for extent, block in zip(shape, recipe["block"])]
    z, y, x = (index // block for index, block in zip(np.indices(shape), recipe["block"]))
    number = (z * counts[1] + y) * counts[2] + x
    return number * (number + recipe["offset"]) * recipe["multiplier"] % recipe["modulus"] % recipe["segments"]


def checksum(labels: np.ndarray) -> int:
    """Changes where labels do or change places."""
    return int(np.sum(labels.ravel().astype(np.int64) * (np.arange(labels.size) % 1009 + 1)))


def pair(case: dict) -> dict:
    prediction, reference = segments(case["shape"], case["prediction"]), segments(case["shape"], case["reference"])
    error, precision, recall = metrics.adapted_rand_error(reference, prediction)
    split, merge = metrics.variation_of_information(reference, prediction, ignore_labels=(0,))
    return {"adapted_rand_error": float(error), "adapted_rand_precision": float(precision),
            "adapted_rand_recall": float(recall), "variation_split": float(split), "variation_merge": float(merge)}


def components(case: dict) -> dict:
    mask = segments(case["shape"], case["mask"]) == 0
    found = {}
    for connectivity, name in ((1, "faces"), (2, "edges"), (3, "corners")):
        labels = measure.label(mask, connectivity=connectivity)
        found[name] = {"count": int(labels.max()), "checksum": checksum(labels)}
    return found


def watershed(case: dict) -> dict:
    size = int(np.prod(case["shape"]))
    heights = ((np.arange(size) + 1) * case["multiplier"] % case["prime"]).reshape(case["shape"])  # no two are equal
    seeds = np.zeros(size, np.int32)
    for label, voxel in enumerate(case["seeds"], 1):
        seeds[voxel] = label
    labels = segmentation.watershed(heights, seeds.reshape(case["shape"]), connectivity=case["connectivity"])
    return {"checksum": checksum(labels), "voxels": np.bincount(labels.ravel())[1:].tolist()}


def main() -> None:
    data = json.loads(FILE.read_text())
    data["scikit-image"] = importlib.metadata.version("scikit-image")
    for kind, record in (("pairs", pair), ("components", components), ("watersheds", watershed)):
        for case in data[kind]:
            case["result"] = record(case)
    FILE.write_text(json.dumps(data, indent=1) + "\n")
    print(f"scikit-image {data['scikit-image']}")


if __name__ == "__main__":
    main()
