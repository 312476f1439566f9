#!/usr/bin/env python3
"""Takes the pictures of docs/label_your_scans.md, by its commands on generated hearts.

Half of a round's slices are drawn from the hearts' true labels, a model is trained on them and labels the scans. Needs
.venv-peers (tools/peers.sh) and Chromium.

    build/release/bin/quickstart --export-data HEARTS --heart.training_cases 6
    tools/walk_through_pictures.py --sparseann build/release/bin/sparseann --data HEARTS --output OUT

OUT keeps the rounds, and a model of an earlier call, which is not trained again; the pictures are in OUT/pictures.
"""
import argparse
import pathlib
import shutil

import nibabel
import numpy
from PIL import Image
from playwright.sync_api import sync_playwright

from annotation_rounds import draw, in_order, sparseann

VEIL = numpy.array([128, 128, 128], float)


def colours_of(round_folder):
    """The colours by label that annotators see, as ITK-SNAP gets them."""
    lines = (round_folder / "itk_snap_labels.txt").read_text().splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    return {int(row[0]): numpy.array(row[1:4], float) for row in rows}


def voxels(path):
    return numpy.asarray(nibabel.load(path).dataobj)


def tile(volume, slice_index):
    """A slice of xy as people see it: the patient's right on the left, front up."""
    return volume[:, :, slice_index].swapaxes(0, 1)[::-1, ::-1]


def grey(scan):
    low, high = numpy.percentile(scan, [0.5, 99.5])
    return numpy.clip((scan - low) / (high - low), 0, 1)[..., None] * numpy.full(3, 255.0)


def coloured(background, labels, colours, ignore):
    """Labels at half strength over a slice, with what is ignored under a veil."""
    picture = background.copy()
    for label in range(1, ignore):
        picture[labels == label] = (picture[labels == label] + colours[label]) / 2
    picture[labels == ignore] = (picture[labels == ignore] + VEIL) / 2
    return picture


def heated(background, heat):
    """Black to yellow over a slice, by how strongly the base models disagree."""
    share = (heat / max(heat.max(), 1e-6))[..., None]
    return background * (1 - share) + numpy.array([240, 228, 66.0]) * share


def row(pictures, scale=4, gap=8):
    tiles = [numpy.kron(picture.round().astype(numpy.uint8), numpy.ones((scale, scale, 1), numpy.uint8))
             for picture in pictures]
    height, width = tiles[0].shape[:2]
    sheet = numpy.full((height, width * len(tiles) + gap * (len(tiles) - 1), 3), 255, numpy.uint8)
    for place, picture in enumerate(tiles):
        sheet[:, place * (width + gap): place * (width + gap) + width] = picture
    return Image.fromarray(sheet)


def page_picture(page_file, picture):
    with sync_playwright() as playwright:
        chromium = shutil.which("chromium") or shutil.which("google-chrome")
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox"])
        page = browser.new_page(viewport={"width": 1000, "height": 1290}, color_scheme="light")
        page.goto(page_file.resolve().as_uri())
        page.screenshot(path=picture)
        browser.close()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sparseann", required=True)
    parser.add_argument("--data", required=True, type=pathlib.Path)
    parser.add_argument("--output", required=True, type=pathlib.Path)
    call = parser.parse_args()
    pictures = call.output / "pictures"
    pictures.mkdir(parents=True, exist_ok=True)

    first = call.output / "round_1"
    handed_out = call.output / "handed_out"
    if not first.exists():
        sparseann(call, "plan", "--data", call.data, "--every", 10, "--output", first)
        shutil.copytree(first / "labels", handed_out)
        slices = in_order(first)
        draw(call, first, slices[: len(slices) // 2])
        sparseann(call, "import", "--round", first)
    page_picture(first / "index.html", pictures / "label_your_scans_page.png")

    model = call.output / "model_1"
    sparseann(call, "train", "--data", call.data, "--labels", first, "--output", model)
    predicted = call.output / "labels_1"
    if not predicted.exists():
        sparseann(call, "predict", "--model", model / "model.safetensors", "--input", call.data / "imagesTr", "--output",
                  predicted, "--disagreement", "true")

    case = next(iter(sorted(path.name for path in handed_out.iterdir())))
    images = sorted((call.data / "imagesTr").glob(case.replace(".nii.gz", "*.nii.gz")))
    background = grey(voxels(images[0]))
    blank, drawn = voxels(handed_out / case), voxels(first / "labels" / case)
    ignore = int(blank.max())
    planned = [int(line["slice"]) for line in in_order(first)
               if line["case"] == case.removesuffix(".nii.gz") and line["plane"] == "xy"]
    beside = planned[0] + 2
    colours = colours_of(first)
    layers = [coloured(background, blank, colours, ignore), coloured(background, drawn, colours, ignore),
              coloured(background, voxels(predicted / case), colours, ignore),
              heated(background, voxels(predicted / "disagreement" / case))]
    row([tile(layer, planned[0]) for layer in layers[:2]] + [tile(layer, beside) for layer in layers[1:]]).save(
        pictures / "label_your_scans_slices.png")


if __name__ == "__main__":
    main()
