#!/usr/bin/env python3
"""Plays a lab's rounds of annotation on a folder with dense labels, through files alone.

An annotator who knows the true labels draws the slices of a round into the files that `sparseann plan` handed out:
half of them, then a second round's, chosen with and without regard to what is drawn. After each import a model is
trained, labels the test images, and is scored; two second rounds of the same slices are scored once. Needs numpy and
nibabel.

    tools/annotation_rounds.py --sparseann build/release/bin/sparseann --data DIR --output OUT [--every 20] \\
        [--first "--selector equal-interval"] [--train "--base.3d.training.iterations 200"]
"""
import argparse
import csv
import json
import pathlib
import subprocess
import sys
import time

import nibabel
import numpy


def sparseann(call, *words):
    """Runs a command, whose output goes to the terminal. Returns the seconds it took."""
    start = time.monotonic()
    subprocess.run([call.sparseann, *map(str, words)], check=True)
    return time.monotonic() - start


def in_order(round_folder):
    """The round's slices in the order of drawing."""
    with open(round_folder / "slices.csv", newline="") as file:
        return sorted(csv.DictReader(file), key=lambda row: int(row["order"]))


def draw(call, round_folder, slices):
    """Draws the true labels of slices into labels/CASE.nii.gz, and lists those without any as empty."""
    axes = {"i": 0, "j": 1, "k": 2}
    by_case = {}
    for row in slices:
        by_case.setdefault(row["case"], []).append(row)
    empty = []
    for case, rows in by_case.items():
        path = round_folder / "labels" / f"{case}.nii.gz"
        image = nibabel.load(path)
        voxels = numpy.asarray(image.dataobj).copy()
        truth = numpy.asarray(nibabel.load(call.data / "labelsTr" / f"{case}.nii.gz").dataobj).astype(voxels.dtype)
        for row in rows:
            place = [slice(None)] * 3
            place[axes[row["voxel_axis"]]] = int(row["slice"])
            voxels[tuple(place)] = truth[tuple(place)]
            if not truth[tuple(place)].any():
                empty.append((case, row["plane"], row["slice"]))
        nibabel.save(nibabel.Nifti1Image(voxels, image.affine, image.header), path)
    with open(round_folder / "empty.csv", "w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["case", "plane", "slice"])
        writer.writerows(empty)


def learn_and_score(call, name, round_folder, results):
    """Trains on the latest import, labels the test images, and scores them."""
    run = call.output / f"model_{name}"
    seconds = sparseann(call, "train", "--data", call.data, "--labels", round_folder, "--output", run, "--seed",
                        call.seed, "--threads", call.threads, *call.train.split())
    labels = call.output / f"labels_{name}"
    sparseann(call, "predict", "--model", run / "model.safetensors", "--input", call.data / "imagesTs", "--output",
              labels, "--threads", call.threads)
    metrics = call.output / f"metrics_{name}.csv"
    sparseann(call, "evaluate", "--prediction", labels, "--reference", call.data / "labelsTs", "--output", metrics)
    with open(metrics, newline="") as file:
        dice = [float(row["dice"]) for row in csv.DictReader(file)]
    card = json.loads((run / "model_card.json").read_text())
    results.append({"step": name, "slices": card["labelled_slices"],
                    "share_of_voxels": round(card["annotated_share_of_voxels"], 4),
                    "mean_dice": round(float(numpy.mean(dice)), 4), "train_seconds": round(seconds)})
    with open(call.output / "rounds.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, results[0].keys())
        writer.writeheader()
        writer.writerows(results)
    print(results[-1], flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sparseann", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    parser.add_argument("--every", default="20")
    parser.add_argument("--seed", default="0")
    parser.add_argument("--threads", default="2")
    parser.add_argument("--first", default="", help="further words for the first round's `sparseann plan`")
    parser.add_argument("--train", default="", help="further words for `sparseann train`")
    call = parser.parse_args()
    call.output.mkdir(parents=True, exist_ok=True)
    if any(call.output.iterdir()):
        sys.exit(f"error: --output: expected an empty folder, got {call.output}")

    plan = ["plan", "--data", call.data, "--every", call.every, "--seed", call.seed, "--threads", call.threads]
    first = call.output / "round_1"
    sparseann(call, *plan, "--output", first, *call.first.split())
    slices = in_order(first)
    draw(call, first, slices[: len(slices) // 2])
    sparseann(call, "import", "--round", first)
    results = []
    learn_and_score(call, "half_of_round_1", first, results)
    scored = []
    for name, more in [("knowing", []), ("unknowing", ["--conditioned", "false"])]:
        second = call.output / f"round_2_{name}"
        sparseann(call, *plan, "--already", first, "--output", second, *more)
        slices = in_order(second)
        places = {(row["case"], row["plane"], row["slice"]) for row in slices}
        if places in scored:
            print(f"{second}: the slices of the other second round, not scored again", flush=True)
            continue
        scored.append(places)
        draw(call, second, slices)
        sparseann(call, "import", "--round", second)
        learn_and_score(call, f"round_2_{name}", second, results)


if __name__ == "__main__":
    main()
