#!/usr/bin/env python3
"""Reads with other tools what the library writes, and the other way round.

    volume_files.py PROGRAM

PROGRAM is tests/support/volume_files.cpp's. Tools that cannot be imported are left out; exit code 77 where none can.
"""

import importlib
import subprocess
import sys
import tempfile
from pathlib import Path

SHAPE = (5, 70, 90)
AFFINE = [[0.5, 0.125, 0, -7], [0, 0.75, 0.25, 5.5], [0, 0, 2.5, 11], [0, 0, 0, 1]]
# What the quaternion (1/2, 1/2, 1/2, 1/2) and qfac -1 make of the axes: x to y, y to z, z to -x.
QFORM = [[0, 0, -2.5, -10], [0.5, 0, 0, 20], [0, 0.75, 0, 30.5], [0, 0, 0, 1]]


def tool(name: str):
    try:
        return importlib.import_module(name)
    except ImportError as error:
        print(f"left out: {error}")
        return None


np = tool("numpy")
nibabel, simpleitk, h5py, tifffile = (tool(name) for name in ("nibabel", "SimpleITK", "h5py", "tifffile"))
if np is None or not any((nibabel, simpleitk, h5py, tifffile)):
    print("skipped: no other reader of volumes can be imported")
    sys.exit(77)

VOXELS = (np.arange(np.prod(SHAPE)) * 7 % 101).reshape(SHAPE)


def expect(path: Path, what: str, found, wanted) -> None:
    if not np.array_equal(np.asarray(found), np.asarray(wanted)):
        sys.exit(f"{path.name}: {what}: expected {wanted}, got {found}")


def check_with_nibabel(path: Path) -> None:
    image = nibabel.load(path)
    expect(path, "voxels", np.asarray(image.dataobj).T, VOXELS)
    expect(path, "spacing", image.header.get_zooms(), (0.5, 0.75, 2.5))
    expect(path, "affine", image.affine, QFORM if "_qform" in path.name else AFFINE)
    expect(path, "qform", image.get_qform(), QFORM)


def check_with_simpleitk(path: Path) -> None:
    image = simpleitk.ReadImage(str(path))
    expect(path, "voxels", simpleitk.GetArrayFromImage(image), VOXELS)
    expect(path, "spacing", image.GetSpacing(), (0.5, 0.75, 2.5))
    direction = np.array(image.GetDirection()).reshape(3, 3) * image.GetSpacing()
    lps = np.diag([-1, -1, 1])  # what ITK counts along
    expect(path, "origin", image.GetOrigin(), lps @ np.array(QFORM)[:3, 3])
    expect(path, "direction", np.abs(direction - lps @ np.array(QFORM)[:3, :3]).max() < 1e-6, True)


def check_ours(folder: Path) -> None:
    for path in sorted(folder.iterdir()):
        if path.suffix == ".h5" and h5py:
            with h5py.File(path) as file:
                for name in ("raw", "volumes/label"):
                    expect(path, name, file[name][()], VOXELS)
                    expect(path, "type", str(file[name].dtype), path.stem)
        if path.suffix == ".tif" and tifffile:
            expect(path, "voxels", tifffile.imread(path), VOXELS)
            expect(path, "type", str(tifffile.imread(path).dtype), path.stem)
        if ".nii" in path.name and nibabel:
            check_with_nibabel(path)
        # An affine with shear is none of ITK's images.
        if "_qform" in path.name and simpleitk:
            check_with_simpleitk(path)


def write_theirs(folder: Path) -> None:
    for kind in ("uint8", "int16", "uint16", "int32", "float32", "float64"):
        voxels = VOXELS.astype(kind)
        if nibabel:
            nibabel.save(nibabel.Nifti1Image(voxels.T, AFFINE), folder / f"nibabel_{kind}.nii.gz")
            nibabel.save(nibabel.Nifti2Image(voxels.T, AFFINE), folder / f"nibabel2_{kind}.nii")
        if simpleitk:
            simpleitk.WriteImage(simpleitk.GetImageFromArray(voxels), str(folder / f"simpleitk_{kind}.nii.gz"))
        if h5py:
            for name, options in {"plain": {}, "gzip": {"compression": "gzip", "shuffle": True, "fletcher32": True},
                                  "chunks": {"chunks": (2, 16, 31)}}.items():
                with h5py.File(folder / f"{name}_{kind}.h5", "w") as file:
                    file.create_dataset("label", data=voxels, **options)
        if tifffile and kind != "float64":
            tifffile.imwrite(folder / f"plain_{kind}.tif", voxels, photometric="minisblack")
            tifffile.imwrite(folder / f"zlib_{kind}.tif", voxels, photometric="minisblack", compression="zlib")
            tifffile.imwrite(folder / f"tiles_{kind}.tif", voxels, photometric="minisblack", compression="zlib",
                             tile=(32, 48), byteorder=">")
            if kind in ("uint8", "uint16", "float32"):
                tifffile.imwrite(folder / f"imagej_{kind}.tif", voxels, imagej=True)


program = sys.argv[1]
with tempfile.TemporaryDirectory() as folder:
    subprocess.run([program, "write", folder], check=True)
    check_ours(Path(folder))
with tempfile.TemporaryDirectory() as folder:
    write_theirs(Path(folder))
    sys.exit(subprocess.run([program, "check", folder], check=False).returncode)
