#!/usr/bin/env python3
"""Records what other tools make of the masks in tests/metric/agreement.json, which a test compares ours with.

    tests/tools/record_metrics.py [TOOL ...]

Runs every TOOL (monai, medpy, simpleitk, surface-distance; by default all that this Python can import) on every pair and
replaces its results in the file, with its version. What each number is stands in docs/metrics.md.
"""

import importlib.metadata
import json
import sys
from pathlib import Path

import numpy as np

FILE = Path(__file__).resolve().parent.parent / "metric" / "agreement.json"


def drawn(shape: list[int], parts: list[dict]) -> np.ndarray:
    """Ellipsoids and boxes, one over the other, in whole numbers, so that every language draws the same voxels."""
    mask = np.zeros(shape, np.uint8)
    z, y, x = np.indices(shape)
    for part in parts:
        if part["kind"] == "ellipsoid":
            (cz, cy, cx), (rz, ry, rx) = part["centre"], part["radii"]
            inside = ((z - cz) ** 2 * ry**2 * rx**2 + (y - cy) ** 2 * rz**2 * rx**2 + (x - cx) ** 2 * rz**2 * ry**2
                      <= rz**2 * ry**2 * rx**2)
        else:
            first, past = part["first"], part["past"]
            inside = ((z >= first[0]) & (z < past[0]) & (y >= first[1]) & (y < past[1]) & (x >= first[2]) & (x < past[2]))
        mask[inside] = part["value"]
    return mask


def monai(prediction: np.ndarray, reference: np.ndarray, spacing: list[float]) -> dict[str, float]:
    import torch
    from monai import metrics

    p, r = (torch.from_numpy(mask)[None, None].float() for mask in (prediction, reference))
    options = {"include_background": True, "spacing": spacing}
    return {
        "dice": metrics.compute_dice(p, r).item(),
        "jaccard": metrics.compute_iou(p, r).item(),
        "hausdorff_mm": metrics.compute_hausdorff_distance(p, r, **options).item(),
        "hausdorff95_mm_larger_of_directed": metrics.compute_hausdorff_distance(p, r, percentile=95, **options).item(),
        "adb_mm_pooled": metrics.compute_average_surface_distance(p, r, symmetric=True, **options).item(),
        "nsd_1mm": metrics.compute_surface_dice(p, r, [1.0], include_background=True, spacing=spacing).item(),
    }


def medpy(prediction: np.ndarray, reference: np.ndarray, spacing: list[float]) -> dict[str, float]:
    from medpy.metric import binary

    return {
        "dice": binary.dc(prediction, reference),
        "jaccard": binary.jc(prediction, reference),
        "sensitivity": binary.recall(prediction, reference),
        "precision": binary.precision(prediction, reference),
        "hausdorff_mm": binary.hd(prediction, reference, voxelspacing=spacing),
        "hausdorff95_mm_pooled": binary.hd95(prediction, reference, voxelspacing=spacing),
        "adb_mm_pooled": binary.assd(prediction, reference, voxelspacing=spacing),
        "hausdorff_mm_corners": binary.hd(prediction, reference, voxelspacing=spacing, connectivity=3),
        "adb_mm_pooled_corners": binary.assd(prediction, reference, voxelspacing=spacing, connectivity=3),
    }


def simpleitk(prediction: np.ndarray, reference: np.ndarray, spacing: list[float]) -> dict[str, float]:
    import SimpleITK

    p, r = (SimpleITK.GetImageFromArray(mask) for mask in (prediction, reference))
    for image in (p, r):
        image.SetSpacing(spacing[::-1])
    overlap = SimpleITK.LabelOverlapMeasuresImageFilter()
    overlap.Execute(r, p)
    sets = SimpleITK.HausdorffDistanceImageFilter()
    sets.Execute(p, r)
    # Its users' way to distances of boundaries: contours by faces, and distance maps from them.
    # The image's border is no contour; a mask without one has no such distances.
    contours = [SimpleITK.LabelContour(image, fullyConnected=False) for image in (p, r)]
    maps = [SimpleITK.Abs(SimpleITK.SignedMaurerDistanceMap(contour, squaredDistance=False, useImageSpacing=True,
                                                            insideIsPositive=False)) for contour in contours]
    points = [SimpleITK.GetArrayViewFromImage(contour) != 0 for contour in contours]
    results = {"dice": overlap.GetDiceCoefficient(), "jaccard": overlap.GetJaccardCoefficient(),
               "hausdorff_mm_of_sets": sets.GetHausdorffDistance()}
    if not all(mask.any() for mask in points):
        return results
    distances = np.concatenate([SimpleITK.GetArrayViewFromImage(maps[1])[points[0]],
                                SimpleITK.GetArrayViewFromImage(maps[0])[points[1]]])
    return results | {"hausdorff_mm_border_inside": float(distances.max()),
                      "adb_mm_pooled_border_inside": float(distances.mean())}


def surface_distance(prediction: np.ndarray, reference: np.ndarray, spacing: list[float]) -> dict[str, float]:
    import surface_distance as tool

    found = tool.compute_surface_distances(reference.astype(bool), prediction.astype(bool), spacing)
    from_reference, from_prediction = tool.compute_average_surface_distance(found)
    overlap_of_reference, overlap_of_prediction = tool.compute_surface_overlap_at_tolerance(found, 1.0)
    return {
        "dice": float(tool.compute_dice_coefficient(reference.astype(bool), prediction.astype(bool))),
        "hausdorff_mm_elements": float(tool.compute_robust_hausdorff(found, 100)),
        "hausdorff95_mm_elements": float(tool.compute_robust_hausdorff(found, 95)),
        "adb_mm_elements_from_prediction": float(from_prediction),
        "adb_mm_elements_from_reference": float(from_reference),
        "nsd_1mm_elements": float(tool.compute_surface_dice_at_tolerance(found, 1.0)),
        "overlap_1mm_elements_from_prediction": float(overlap_of_prediction),
        "overlap_1mm_elements_from_reference": float(overlap_of_reference),
    }


def element_areas() -> list[dict]:
    """surface-distance's area of every code of 2 x 2 x 2 voxels, which are 1 mm^3 and of three different extents."""
    from surface_distance import lookup_tables

    return [{"spacing_mm": spacing, "areas_mm2": lookup_tables.create_table_neighbour_code_to_surface_area(spacing).tolist()}
            for spacing in ([1.0, 1.0, 1.0], [3.0, 0.75, 1.25])]


TOOLS = {"monai": monai, "medpy": medpy, "simpleitk": simpleitk, "surface-distance": surface_distance}


def main() -> None:
    wanted = sys.argv[1:]
    if unknown := set(wanted) - set(TOOLS):
        sys.exit(f"expected tools among {', '.join(TOOLS)}, got {', '.join(sorted(unknown))}")
    data = json.loads(FILE.read_text())
    for name, tool in TOOLS.items():
        if wanted and name not in wanted:
            continue
        try:
            for pair in data["pairs"]:
                prediction, reference = drawn(pair["shape"], pair["prediction"]), drawn(pair["shape"], pair["reference"])
                pair.setdefault("results", {})[name] = {
                    key: float(value) for key, value in tool(prediction, reference, [float(s) for s in pair["spacing_mm"]]).items()}
            if name == "surface-distance":
                data["element_areas"] = element_areas()
            data.setdefault("versions", {})[name] = importlib.metadata.version(name)
            print(f"{name} {data['versions'][name]}")
        except ModuleNotFoundError as error:
            if wanted:
                raise
            print(f"{name}: left as it is, {error}")
    FILE.write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
