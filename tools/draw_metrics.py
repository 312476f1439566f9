#!/usr/bin/env python3
"""Draws the pictures of docs/metrics.md: docs/metrics_*.svg.

    tools/draw_metrics.py [FOLDER]     docs where none is named

Every picture is a slice, so that neighbours are 4 and 8 for 6 and 26, and surface elements are lines. What is marked is
computed from the mask that is drawn.
"""

import math
import sys
from itertools import product
from pathlib import Path

CELL = 26
INSIDE, BOUNDARY, OTHER, INK = "#cfe0f3", "#2f6fb3", "#d9822b", "#333333"
BLOB = ["..........", "...####...", "..######..", ".########.", ".########.", ".######...", "..####....", ".........."]


def voxels(rows: list[str]) -> set[tuple[int, int]]:
    return {(y, x) for y, row in enumerate(rows) for x, character in enumerate(row) if character == "#"}


def around(y: int, x: int, corners: bool) -> list[tuple[int, int]]:
    steps = [(dy, dx) for dy, dx in product((-1, 0, 1), repeat=2) if (dy, dx) != (0, 0)]
    return [(y + dy, x + dx) for dy, dx in steps if corners or dy == 0 or dx == 0]


def boundary(mask: set, corners: bool = False, shape: tuple[int, int] | None = None) -> set:
    """With `shape`, the image goes on as it ends."""
    def outside(y: int, x: int) -> bool:
        if shape:
            y, x = min(max(y, 0), shape[0] - 1), min(max(x, 0), shape[1] - 1)
        return (y, x) not in mask

    return {voxel for voxel in mask if any(outside(*other) for other in around(*voxel, corners))}


def elements(mask: set) -> list[tuple[tuple[int, int], list]]:
    """Corners of voxels with some of the four voxels around them inside, and the line through each."""
    found = []
    for y, x in sorted({(vy + dy, vx + dx) for (vy, vx), dy, dx in product(mask, (0, 1), (0, 1))}):
        ring = [(y - 1, x - 1), (y - 1, x), (y, x), (y, x - 1)]
        inside = [voxel in mask for voxel in ring]
        middles = [(y - 0.5, x), (y, x + 0.5), (y + 0.5, x), (y, x - 0.5)]
        crossings = [middle for i, middle in enumerate(middles) if inside[i] != inside[(i + 1) % 4]]
        if crossings:
            found.append(((y, x), crossings))
    return found


class Picture:
    def __init__(self, width: float, height: float) -> None:
        self.size = (width * CELL, height * CELL + 26)
        self.parts: list[str] = []

    def place(self, left: float, y: float, x: float) -> tuple[float, float]:
        return (left + x) * CELL, y * CELL

    def cell(self, left: float, voxel: tuple[int, int], fill: str, opacity: float = 1) -> None:
        x, y = self.place(left, *voxel)
        self.parts.append(f'<rect x="{x:g}" y="{y:g}" width="{CELL}" height="{CELL}" fill="{fill}" '
                          f'fill-opacity="{opacity:g}" stroke="#ffffff"/>')

    def dot(self, left: float, y: float, x: float, fill: str, radius: float = 4) -> None:
        cx, cy = self.place(left, y, x)
        self.parts.append(f'<circle cx="{cx:g}" cy="{cy:g}" r="{radius:g}" fill="{fill}"/>')

    def line(self, left: float, begin: tuple, end: tuple, colour: str, width: float, arrow: bool = False) -> None:
        (x1, y1), (x2, y2) = self.place(left, *begin), self.place(left, *end)
        head = ' marker-end="url(#head)"' if arrow else ""
        self.parts.append(f'<line x1="{x1:g}" y1="{y1:g}" x2="{x2:g}" y2="{y2:g}" stroke="{colour}" '
                          f'stroke-width="{width:g}" stroke-linecap="round"{head}/>')

    def frame(self, left: float, height: int, width: int) -> None:
        x, y = self.place(left, 0, 0)
        self.parts.append(f'<rect x="{x + 1:g}" y="{y + 1:g}" width="{width * CELL - 2}" height="{height * CELL - 2}" '
                          f'fill="none" stroke="{INK}" stroke-width="2"/>')

    def words(self, left: float, width: int, text: str) -> None:
        x = (left + width / 2) * CELL
        self.parts.append(f'<text x="{x:g}" y="{self.size[1] - 8:g}" text-anchor="middle">{text}</text>')

    def save(self, path: Path) -> None:
        width, height = self.size
        text = (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" '
                f'height="{height:g}" font-family="sans-serif" font-size="14" fill="{INK}">\n'
                f'<defs><marker id="head" markerWidth="7" markerHeight="7" refX="6" refY="3" orient="auto">'
                f'<path d="M0,0 L7,3 L0,6 z" fill="{INK}"/></marker></defs>\n'
                f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>\n')
        path.write_text(text + "\n".join(self.parts) + "\n</svg>\n")


def draw_mask(picture: Picture, left: float, mask: set, marked: set) -> None:
    for voxel in sorted(mask):
        picture.cell(left, voxel, BOUNDARY if voxel in marked else INSIDE)


def neighbours(path: Path) -> None:
    mask = voxels(BLOB)
    picture = Picture(22, len(BLOB))
    for left, corners, text in ((0, False, "neighbours faces"), (12, True, "neighbours corners")):
        marked = boundary(mask, corners)
        draw_mask(picture, left, mask, marked)
        picture.words(left, 10, f"{text}: {len(marked)} of {len(mask)} voxels")
    picture.save(path)


def border(path: Path) -> None:
    rows = ["########..", "#######...", "#######...", "######....", "####......", ".........."]
    mask = voxels(rows)
    picture = Picture(22, len(rows))
    for left, shape, text in ((0, None, "image_border true"), (12, (len(rows), 10), "image_border false")):
        draw_mask(picture, left, mask, boundary(mask, shape=shape))
        picture.frame(left, len(rows), 10)
        picture.words(left, 10, text)
    picture.save(path)


def directed(path: Path) -> None:
    """A small prediction within a large reference: its few voxels are near, many of the other's are far."""
    large = {(y, x) for y in range(1, 9) for x in range(1, 13)}
    small = {(y, x) for y in range(2, 5) for x in range(2, 5)}
    surfaces = {"reference": boundary(large), "prediction": boundary(small)}
    picture = Picture(30, 10)
    means = []
    for left, begin, end in ((0, "prediction", "reference"), (16, "reference", "prediction")):
        for voxel in sorted(surfaces["reference"]):
            picture.cell(left, voxel, INSIDE)
        for voxel in sorted(surfaces["prediction"]):
            picture.cell(left, voxel, OTHER, 0.6)
        distances = []
        for y, x in sorted(surfaces[begin]):
            nearest = min(sorted(surfaces[end]), key=lambda other: math.dist(other, (y, x)))
            distances.append(math.dist(nearest, (y, x)))
            picture.line(left, (y + 0.5, x + 0.5), (nearest[0] + 0.5, nearest[1] + 0.5), INK, 1, arrow=True)
        means.append((sum(distances), len(distances)))
        picture.words(left, 14, f"from the {begin}: {len(distances)} distances, mean {sum(distances) / len(distances):.2f}")
    pooled = sum(total for total, _ in means) / sum(count for _, count in means)
    of_directed = sum(total / count for total, count in means) / 2
    picture.size = (picture.size[0], picture.size[1] + 22)
    picture.words(0, 30, f"pooled {pooled:.2f}, mean_of_directed {of_directed:.2f}")
    picture.save(path)


def surface(path: Path) -> None:
    mask = voxels(BLOB)
    picture = Picture(22, len(BLOB))
    draw_mask(picture, 0, mask, set())
    for y, x in sorted(boundary(mask)):
        picture.dot(0, y + 0.5, x + 0.5, BOUNDARY)
    picture.words(0, 10, f"surface voxels: {len(boundary(mask))} centres, all alike")
    draw_mask(picture, 12, mask, set())
    pieces = elements(mask)
    length = 0.0
    for (y, x), crossings in pieces:
        picture.line(12, crossings[0], crossings[1], OTHER, 3)
        length += math.dist(*crossings[:2])
        picture.dot(12, y, x, BOUNDARY, 3)
    picture.words(12, 10, f"elements: {len(pieces)} places, length {length:.1f}")
    picture.save(path)


def main() -> None:
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).resolve().parent.parent / "docs"
    for name, draw in (("neighbours", neighbours), ("border", border), ("directed", directed), ("surface", surface)):
        draw(folder / f"metrics_{name}.svg")


if __name__ == "__main__":
    main()
