#!/usr/bin/env python3
"""Records what other tools make of the masks in tests/metric/agreement*.json, which a test compares ours with.

    tests/tools/record_metrics.py [TOOL ...]

Runs every TOOL (monai, medpy, simpleitk, surface-distance; by default all that this Python can import) on every pair and
replaces its results in the files, with its version. What each number is stands in docs/metrics.md. agreement.json is
drawn; agreement_scans.json is made from labels below the folder that SPARSEANN_DATA names, which nibabel reads, and
left as it is without that folder.
"""

import importlib.metadata
import json
import os
import sys
from pathlib import Path

import numpy as np

FOLDER = Path(__file__).resolve().parent.parent / "metric"


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


def shifted(mask: np.ndarray, by: list[int]) -> np.ndarray:
    """What comes in at the border is background."""
    result = np.zeros_like(mask)
    there = tuple(slice(max(b, 0), n + min(b, 0)) for b, n in zip(by, mask.shape))
    here = tuple(slice(max(-b, 0), n + min(-b, 0)) for b, n in zip(by, mask.shape))
    result[there] = mask[here]
    return result


def neighbours_by_faces(mask: np.ndarray) -> list[np.ndarray]:
    return [shifted(mask, [sign * (axis == a) for a in range(3)]) for axis in range(3) for sign in (-1, 1)]


def changed(mask: np.ndarray, change: dict) -> np.ndarray:
    """In whole numbers, so that every language changes the same voxels. Beyond the image is background."""
    if change["kind"] == "shift":
        return shifted(mask, change["by"])
    if change["kind"] == "perturb":  # voxels on either side of the boundary, as if by chance
        touched = np.zeros(mask.shape, bool)
        for other in neighbours_by_faces(mask):
            touched |= other != mask
        z, y, x = np.indices(mask.shape, np.int64)
        drawn = (73856093 * z + 19349663 * y + 83492791 * x) // 65536 % change["one_in"] == 0
        return np.where(touched & drawn, 1 - mask, mask).astype(np.uint8)
    merge = np.minimum if change["kind"] == "erode" else np.maximum
    for _ in range(change["times"]):
        mask = merge.reduce([mask, *neighbours_by_faces(mask)])
    return mask


def from_scan(pair: dict, folder: Path) -> tuple[np.ndarray, np.ndarray, list[float]]:
    """Prediction, reference and spacing: one label of a part of a scan, and the same changed."""
    import nibabel

    image = nibabel.load(folder / pair["file"])
    steps = tuple(slice(None, None, every) for every in pair["every"])
    part = tuple(slice(first, past) for first, past in zip(pair["first"], pair["past"]))
    labels = np.asarray(image.dataobj).transpose(2, 1, 0)[steps][part]
    mask = np.ascontiguousarray(labels == pair["label"]).astype(np.uint8)
    spacing = [float(mm) * every for mm, every in zip(image.header.get_zooms()[2::-1], pair["every"])]
    return changed(mask, pair["change"]), mask, spacing


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
    pairs = {}
    drawn_data = json.loads((FOLDER / "agreement.json").read_text())
    pairs["agreement.json"] = [(drawn(pair["shape"], pair["prediction"]), drawn(pair["shape"], pair["reference"]),
                                [float(mm) for mm in pair["spacing_mm"]]) for pair in drawn_data["pairs"]]
    if folder := os.environ.get("SPARSEANN_DATA"):
        scans = json.loads((FOLDER / "agreement_scans.json").read_text())
        pairs["agreement_scans.json"] = [from_scan(pair, Path(folder)) for pair in scans["pairs"]]
    for file, masks in pairs.items():
        data = json.loads((FOLDER / file).read_text())
        for name, tool in TOOLS.items():
            if wanted and name not in wanted:
                continue
            try:
                for pair, (prediction, reference, spacing) in zip(data["pairs"], masks):
                    pair.setdefault("results", {})[name] = {
                        key: float(value) for key, value in tool(prediction, reference, spacing).items()}
                if name == "surface-distance" and "element_areas" in data:
                    data["element_areas"] = element_areas()
                data.setdefault("versions", {})[name] = importlib.metadata.version(name)
                print(f"{file}: {name} {data['versions'][name]}", flush=True)
            except ModuleNotFoundError as error:
                if wanted:
                    raise
                print(f"{file}: {name} left as it is, {error}")
        (FOLDER / file).write_text(json.dumps(data, indent=1) + "\n")


if __name__ == "__main__":
    main()
