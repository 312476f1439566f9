#!/usr/bin/env python3
"""Runs tools/convert_vgg19.py on random weights and reads what it writes. Exit code 77 where torch cannot be imported."""

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

TOOLS = Path(__file__).resolve().parents[2] / "tools"
sys.path.insert(0, str(TOOLS))
from convert_vgg19 import TYPES, expected_shapes


def convert(source: Path, target: Path, *options: str) -> subprocess.CompletedProcess:
    command = [sys.executable, str(TOOLS / "convert_vgg19.py"), str(source), str(target), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def read_back(path: Path) -> tuple[dict[str, str], dict[str, torch.Tensor]]:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    header = json.loads(data[8:8 + length])
    metadata = header.pop("__metadata__")
    tensors = {}
    for name, entry in header.items():
        begin, end = (8 + length + offset for offset in entry["data_offsets"])
        numbers = torch.frombuffer(bytearray(data[begin:end]), dtype=TYPES[entry["dtype"]])
        tensors[name] = numbers.reshape(entry["shape"])
    assert max(entry["data_offsets"][1] for entry in header.values()) == len(data) - 8 - length
    return metadata, tensors


def check_conversion(folder: Path, state: dict[str, torch.Tensor], type_name: str) -> None:
    target = folder / f"{type_name}.safetensors"
    done = convert(folder / "weights.pth", target, "--type", type_name)
    assert done.returncode == 0, done.stderr
    metadata, tensors = read_back(target)
    assert metadata["input"] == ("RGB in [0,1], minus mean (0.485,0.456,0.406) per channel, divided by "
                                 "(0.229,0.224,0.225) per channel; zero padding 1")
    assert list(tensors) == list(expected_shapes()) and len(tensors) == 32
    for name, tensor in tensors.items():
        assert torch.equal(tensor, state[name].to(TYPES[type_name])), name


def check_refusal(folder: Path, state: dict[str, torch.Tensor], message: str) -> None:
    torch.save(state, folder / "bad.pth")
    done = convert(folder / "bad.pth", folder / "bad.safetensors")
    assert done.returncode == 1 and message in done.stderr, done.stderr
    assert not list(folder.glob("*bad.safetensors*"))


def main() -> None:
    torch.manual_seed(1)
    state = {name: torch.randn(shape) for name, shape in expected_shapes().items()}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        torch.save(state | {"classifier.0.weight": torch.randn(10, 10)}, folder / "weights.pth")
        for type_name in TYPES:
            check_conversion(folder, state, type_name)
        without = dict(state)
        without.pop("features.34.bias")
        check_refusal(folder, without, "expected a tensor 'features.34.bias', got none")
        check_refusal(folder, state | {"features.5.weight": torch.zeros(3)},
                      "expected 'features.5.weight' of shape (128, 64, 3, 3), got (3,)")
        check_refusal(folder, state | {"features.0.bias": torch.full((64,), 1e6)},
                      "expected numbers in 'features.0.bias' that F16 can hold")
        (folder / "text.pth").write_text("no weights")
        done = convert(folder / "text.pth", folder / "bad.safetensors")
        assert done.returncode == 1 and "cannot be read as weights" in done.stderr, done.stderr
    print("passed")


if __name__ == "__main__":
    main()
