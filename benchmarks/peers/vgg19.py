#!/usr/bin/env python3
"""Measures VGG-19's convolutions in PyTorch's eager mode, as build/release/bin/bench_encoding measures ours.

    benchmarks/peers/vgg19.py WEIGHTS.safetensors [--threads 2] [--edge 128] [--batch 16 ...] [--seconds 3]

In inference mode, with the weights in the precision that is computed in, in the layout that torch makes by itself
(contiguous) and channels-last. One JSON line per measurement: the median of `all_seconds`, each of a whole batch, and
slices per second of it.
"""

import argparse
import json
import statistics
import struct
import time
from pathlib import Path

import torch

POOL_BEFORE = {5, 10, 19, 28}
LAYERS = [0, 2, 5, 7, 10, 12, 14, 16, 19, 21, 23, 25, 28, 30, 32, 34]
PRECISIONS = {"float32": torch.float32, "bfloat16": torch.bfloat16}
LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}
STORED = {"F16": torch.float16, "F32": torch.float32}


def read_tensors(path: Path) -> dict[str, torch.Tensor]:
    data = path.read_bytes()
    length = struct.unpack("<Q", data[:8])[0]
    tensors = {}
    for name, entry in json.loads(data[8:8 + length]).items():
        if name != "__metadata__":
            begin, end = (8 + length + offset for offset in entry["data_offsets"])
            stored = torch.frombuffer(bytearray(data[begin:end]), dtype=STORED[entry["dtype"]])
            tensors[name] = stored.reshape(entry["shape"]).float()
    return tensors


def network_of(tensors: dict[str, torch.Tensor]) -> torch.nn.Sequential:
    layers: list[torch.nn.Module] = []
    for index in LAYERS:
        weight, bias = tensors[f"features.{index}.weight"], tensors[f"features.{index}.bias"]
        if index in POOL_BEFORE:
            layers.append(torch.nn.MaxPool2d(2))
        convolution = torch.nn.Conv2d(weight.shape[1], weight.shape[0], 3, padding=1)
        convolution.load_state_dict({"weight": weight, "bias": bias})
        layers += [convolution, torch.nn.ReLU(inplace=True)]
    return torch.nn.Sequential(*layers).eval()


def measured(network: torch.nn.Sequential, images: torch.Tensor, seconds: float) -> list[float]:
    for _ in range(3):
        network(images)
    times: list[float] = []
    while len(times) < 3 or sum(times) < seconds:
        start = time.perf_counter()
        network(images)
        if images.is_cuda:
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("weights", type=Path)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--edge", type=int, default=128)
    parser.add_argument("--batch", type=int, nargs="+", default=[16])
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--seconds", type=float, default=3)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    tensors = read_tensors(options.weights)
    with torch.inference_mode():
        for precision, dtype in PRECISIONS.items():
            for layout, memory_format in LAYOUTS.items():
                network = network_of(tensors).to(options.device, dtype).to(memory_format=memory_format)
                for batch in options.batch:
                    images = torch.randn(batch, 3, options.edge, options.edge).to(options.device, dtype).to(memory_format=memory_format)
                    times = measured(network, images, options.seconds)
                    seconds = statistics.median(times)
                    print(json.dumps({"peer": "torch", "version": torch.__version__, "precision": precision,
                                      "layout": layout, "edge": options.edge, "batch": batch,
                                      "threads": options.threads, "device": options.device,
                                      "slices_per_second": batch / seconds,
                                      "seconds": seconds, "all_seconds": times}), flush=True)


if __name__ == "__main__":
    main()
