#!/usr/bin/env python3
"""Loads what `sparseann export` wrote with PyTorch alone, and compares what the networks compute with what they should.

    exported_networks.py FOLDER                a folder that `sparseann export` wrote
    exported_networks.py QUICKSTART SPARSEANN  trains toy networks and exports them first

Exit code 77 where torch cannot be imported.
"""

import json
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

try:
    import torch
except ImportError as error:
    print(f"skipped: {error}")
    sys.exit(77)

TOY = """--training-cases 2 --test-cases 1 --threads 1 --every 6 --heart.slices 24 --heart.rows 25 --heart.columns 26
--heart.spacing_mm 5 --encoder.training.iterations 10 --base.2d.training.iterations 20 --base.2d.training.patch 16
--base.2d.training.batch 4 --base.3d.training.iterations 20 --base.3d.training.patch 16 --base.3d.training.batch 2
--base.3d.inference.window 16 --meta.training.iterations 20 --meta.training.patch 16 --meta.training.batch 2
--meta.inference.window 16""".split()


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    tensors = {}
    for name, entry in header.items():
        if name == "__metadata__":
            continue
        assert entry["dtype"] == "F32", entry
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        tensors[name] = torch.frombuffer(bytearray(data[begin:end]), dtype=torch.float32).reshape(entry["shape"])
    return tensors


def check(folder: Path) -> None:
    examples = read_tensors(folder / "examples.safetensors")
    description = json.loads((folder / "model.json").read_text())
    networks = [*description["base"], "meta"]
    assert sorted(path.stem for path in folder.glob("*.pt")) == sorted(networks), networks
    for name in networks:
        network = torch.jit.load(folder / f"{name}.pt")
        inputs = [examples[f"{name}/image"]]
        if name == "meta":
            inputs.append(examples["meta/average"])
        with torch.no_grad():
            logits = network(*inputs)
        error = (logits - examples[f"{name}/logits"]).abs().max().item()
        assert logits.shape[1] == len(description["classes"]), logits.shape
        assert error < 1e-4 * examples[f"{name}/logits"].abs().max().item(), error
        print(f"{name}: {tuple(logits.shape)}, largest difference {error:.1e}, {len(network.state_dict())} tensors")


def main() -> None:
    if len(sys.argv) == 2:
        return check(Path(sys.argv[1]))
    quickstart, sparseann = sys.argv[1:]
    with tempfile.TemporaryDirectory() as folder:
        run, exported = Path(folder) / "run", Path(folder) / "exported"
        subprocess.run([quickstart, "--out", run, *TOY], check=True, capture_output=True)
        subprocess.run([sparseann, "export", "--model", run / "model.safetensors", "--output", exported], check=True)
        check(exported)


main()
