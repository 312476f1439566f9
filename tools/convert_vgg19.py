#!/usr/bin/env python3
"""Writes the safetensors file that Vgg19Autoencoder reads, from the weights that torchvision publishes.

    tools/convert_vgg19.py vgg19-dcbb9e9d.pth vgg19.safetensors [--type F16|F32]

The first is https://download.pytorch.org/models/vgg19-dcbb9e9d.pth (575 MB), of which the 16 convolutions are kept, under
torchvision's names. It is read with weights_only, which runs no code of the file. F16, the default, rounds to half
precision: 40 MB instead of 80. Needs torch alone. The output appears complete or not at all.
"""

import argparse
import json
import os
import struct
import sys
import tempfile
from pathlib import Path

import torch

# torchvision's place of each convolution among `features`, and how many channels it gives.
CONVOLUTIONS = {0: 64, 2: 64, 5: 128, 7: 128, 10: 256, 12: 256, 14: 256, 16: 256,
                19: 512, 21: 512, 23: 512, 25: 512, 28: 512, 30: 512, 32: 512, 34: 512}
METADATA = {
    "architecture": "VGG-19 convolution layers (torchvision feature indices)",
    "layout": "OIHW",
    "input": "RGB in [0,1], minus mean (0.485,0.456,0.406) per channel, divided by (0.229,0.224,0.225) per channel; "
             "zero padding 1",
    "pooling": "2x2 max after features 2,7,16,25,34 (+ReLU after every convolution)",
}
TYPES = {"F16": torch.float16, "F32": torch.float32}


def expected_shapes() -> dict[str, tuple[int, ...]]:
    shapes: dict[str, tuple[int, ...]] = {}
    channels = 3
    for index, width in CONVOLUTIONS.items():
        shapes[f"features.{index}.weight"] = (width, channels, 3, 3)
        shapes[f"features.{index}.bias"] = (width,)
        channels = width
    return shapes


def convolutions(state: object, source: Path) -> dict[str, torch.Tensor]:
    """The tensors to keep. Exits with a message where one is missing, of another shape, or not finite."""
    if not isinstance(state, dict):
        sys.exit(f"{source}: expected a state_dict, got {type(state).__name__}")
    kept = {}
    for name, shape in expected_shapes().items():
        tensor = state.get(name)
        if not isinstance(tensor, torch.Tensor):
            sys.exit(f"{source}: expected a tensor '{name}', got none")
        if tuple(tensor.shape) != shape:
            sys.exit(f"{source}: expected '{name}' of shape {shape}, got {tuple(tensor.shape)}")
        kept[name] = tensor
    return kept


def as_bytes(tensor: torch.Tensor) -> bytes:
    """Its elements in row-major, little-endian order."""
    numbers = tensor.detach().contiguous().flatten()
    return struct.pack(f"<{numbers.numel()}{'e' if numbers.dtype == torch.float16 else 'f'}", *numbers.tolist())


def safetensors_parts(tensors: dict[str, torch.Tensor], type_name: str, source: Path) -> list[bytes]:
    """Length of the header, header, and the tensors' bytes, one after the other."""
    header: dict[str, object] = {"__metadata__": METADATA | {"source": f"torchvision, {source.name}"}}
    parts = []
    begin = 0
    for name, tensor in tensors.items():
        converted = tensor.to(TYPES[type_name])
        if not torch.isfinite(converted).all():
            sys.exit(f"{source}: expected numbers in '{name}' that {type_name} can hold, got some beyond it")
        parts.append(as_bytes(converted))
        end = begin + len(parts[-1])
        header[name] = {"dtype": type_name, "shape": list(tensor.shape), "data_offsets": [begin, end]}
        begin = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    return [struct.pack("<Q", len(text)), text, *parts]


def publish(path: Path, parts: list[bytes]) -> None:
    descriptor, temporary = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.writelines(parts)
            file.flush()
            os.fsync(file.fileno())
        mask = os.umask(0)
        os.umask(mask)
        os.chmod(temporary, 0o666 & ~mask)
        os.replace(temporary, path)
    except BaseException:
        os.unlink(temporary)
        raise


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="WEIGHTS.pth")
    parser.add_argument("target", type=Path, metavar="OUTPUT.safetensors")
    parser.add_argument("--type", choices=TYPES, default="F16")
    options = parser.parse_args()
    try:
        state = torch.load(options.source, map_location="cpu", weights_only=True)
    except Exception as error:  # torch.load raises whatever the file's fault led to
        sys.exit(f"{options.source}: cannot be read as weights: {error}")
    try:
        publish(options.target, safetensors_parts(convolutions(state, options.source), options.type, options.source))
    except OSError as error:
        sys.exit(f"{options.target}: cannot be written: {error}")
    print(f"{options.target}: {options.target.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
