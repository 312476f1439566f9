#!/usr/bin/env python3
"""Uses a round's page in headless Chromium with the keyboard alone, and checks it by axe-core in both colour schemes.

    round_page_in_browser.py SPARSEANN [SCREENSHOTS]

Exit code 77 where a tool cannot be imported or there is no Chromium. SCREENSHOTS is a folder for pictures to look at:
light, dark, without colour, and on a narrow screen.
"""

import csv
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import nibabel
    import numpy as np
    from axe_playwright_python.sync_playwright import Axe
    from playwright.sync_api import sync_playwright
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
if CHROMIUM is None:
    print("skipped: no Chromium is installed")
    sys.exit(77)

AXES = {"i": 0, "j": 1, "k": 2}


def expect(what: str, found, wanted) -> None:
    if found != wanted:
        sys.exit(f"{what}: expected {wanted}, got {found}")


def write_scans(folder: Path) -> None:
    """Two bright balls in a dark box, one beside the other."""
    (folder / "imagesTr").mkdir(parents=True)
    places = np.stack(np.meshgrid(*map(np.arange, (24, 28, 20)), indexing="ij"), axis=-1)
    for case, centre in (("ball_1", (9, 14, 10)), ("ball_2", (15, 12, 9))):
        distance = np.linalg.norm(places - np.array(centre), axis=-1)
        voxels = np.float32(100 * np.exp(-(distance / 6) ** 2))
        nibabel.save(nibabel.Nifti1Image(voxels, np.diag([1.0, 1, 2, 1])), folder / "imagesTr" / f"{case}.nii.gz")


def draw(labels: Path, slices) -> None:
    """Labels the bright half of slices."""
    image = nibabel.load(labels)
    voxels = np.asarray(image.dataobj).copy()
    scan = np.asarray(nibabel.load(labels.parents[2] / "scans" / "imagesTr" / labels.name).dataobj)
    for row in slices:
        place = [slice(None)] * 3
        place[AXES[row["voxel_axis"]]] = int(row["slice"])
        voxels[tuple(place)] = scan[tuple(place)] > np.median(scan[tuple(place)])
    nibabel.save(nibabel.Nifti1Image(voxels, image.affine, image.header), labels)


def values(rows) -> list[str]:
    return [f'{row["case"]},{row["plane"]},{row["slice"]}' for row in rows]


def tab_to(page, selector: str) -> None:
    """Presses the tabulator until it is there; the elements on the way have to show that they have the focus."""
    for _ in range(200):
        page.keyboard.press("Tab")
        shown = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        if shown == "none":
            sys.exit(f"{page.evaluate('document.activeElement.outerHTML')[:80]}: expected a visible focus, got none")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    sys.exit(f"{selector}: expected within 200 steps of the tabulator, not found")


def check_by_axe(page, what: str) -> None:
    found = Axe().run(page).response["violations"]
    expect(f"axe-core's violations, {what}", [(v["id"], [n["html"] for n in v["nodes"]]) for v in found], [])


def check_progress(page, drawn: list[str], empty: list[str], total: int) -> None:
    done = len(drawn) + len(empty)
    expect("slices done", page.inner_text("#done"), f"{done} of {total}")
    expect("minutes left", page.inner_text("#left"), f"{2 * (total - done)} minutes")
    for state, slices in (("drawn", drawn), ("empty", empty)):
        shown = page.eval_on_selector_all(f'li[data-state="{state}"]', "all => all.map(item => item.dataset.slice)")
        expect(f"slices shown as {state}", sorted(shown), sorted(slices))
    said = page.eval_on_selector_all(".state", "all => all.map(item => item.textContent)")
    expect("slices called not drawn", said.count("not drawn"), total - done)


def list_as_empty(page, value: str, download_to: Path) -> None:
    """Ticks a slice's box and saves the list, by keys; the tick outlives the page."""
    box = f'input[value="{value}"]'
    tab_to(page, box)
    page.keyboard.press("Space")
    page.reload()
    expect(f"{value}: ticked after the page was loaded again", page.is_checked(box), True)
    tab_to(page, "#save")
    with page.expect_download() as download:
        page.keyboard.press("Enter")
    expect("the list's name", download.value.suggested_filename, "empty.csv")
    download.value.save_as(download_to)
    expect("the list", download_to.read_text(), f"case,plane,slice\n{value}\n")
    expect("what the page says of it", page.inner_text("#saved"), "1 slice listed in empty.csv")


def take_pictures(page, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.screenshot(path=folder / f"{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")
    session = page.context.new_cdp_session(page)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "achromatopsia"})
    page.screenshot(path=folder / "without_colour.png", full_page=True)
    session.send("Emulation.setEmulatedVisionDeficiency", {"type": "none"})
    page.set_viewport_size({"width": 390, "height": 800})
    page.screenshot(path=folder / "narrow.png", full_page=True)


def run(sparseann: str, folder: Path, pictures: Path | None) -> None:
    write_scans(folder / "scans")
    first = folder / "round_1"
    subprocess.run([sparseann, "plan", "--data", folder / "scans", "--every", "8", "--selector", "equal-interval",
                    "--classes", "ball", "--output", first], check=True)
    with open(first / "slices.csv", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: int(row["order"]))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        page = browser.new_context(viewport={"width": 1200, "height": 900}).new_page()
        said, requested = [], []
        page.on("console", lambda message: said.append(message.text))
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", lambda request: requested.append(request.url))
        page.goto((first / "index.html").as_uri())
        shown = page.eval_on_selector_all("li[data-slice]", "all => all.map(item => item.dataset.slice)")
        expect("slices on the page", sorted(shown), sorted(values(rows)))
        check_progress(page, [], [], len(rows))
        list_as_empty(page, values(rows)[-1], first / "empty.csv")
        drawn = [row for row in rows[:-1] if row["case"] == rows[0]["case"]][:3]
        draw(first / "labels" / f'{rows[0]["case"]}.nii.gz', drawn)
        subprocess.run([sparseann, "import", "--round", first], check=True)
        page.reload()
        check_progress(page, values(drawn), values(rows[-1:]), len(rows))
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            check_by_axe(page, scheme)
        page.emulate_media(color_scheme="light")
        page.set_viewport_size({"width": 320, "height": 800})
        expect("width at 320 pixels", page.evaluate("document.documentElement.scrollWidth"), 320)
        if pictures is not None:
            page.set_viewport_size({"width": 1200, "height": 900})
            take_pictures(page, pictures)
        expect("what the browser complained about", said, [])
        elsewhere = [url for url in requested if not url.startswith(("file:", "data:", "blob:"))]
        expect("requests to elsewhere", elsewhere, [])
        print(f"{len(rows)} slices on a page, by {browser.browser_type.name} {browser.version}")
        browser.close()


def main() -> None:
    if len(sys.argv) not in (2, 3):
        sys.exit(__doc__)
    pictures = Path(sys.argv[2]) if len(sys.argv) == 3 else None
    with tempfile.TemporaryDirectory() as folder:
        run(str(Path(sys.argv[1]).resolve()), Path(folder), pictures)


if __name__ == "__main__":
    main()
