#!/usr/bin/env python3
"""Measures training steps and inference of the project's networks in PyTorch's eager mode, as
build/release/bin/bench_training measures ours.

    benchmarks/peers/training.py [--networks DenseVoxNet ...] [--precisions f32 bf16] [--batches 2] [--threads 2]
    benchmarks/peers/training.py --write FOLDER

A step: forward, masked cross-entropy with one voxel in ten annotated plus 0.33 times the auxiliary head's, backward,
Adam. slide: MONAI's
sliding_window_inference of a volume of 90 x 150 x 150, windows that overlap by half, as many at a time as --batches says; needs MONAI. In
bfloat16 under autocast, weights and loss in float32. One JSON line per measurement, named as Google Benchmark
names ours: the median of `all_seconds`, and the memory that all steps take beyond what was there before the first one,
in bytes, which means something for the first measurement of a run. --write makes a file per network of weights, input
and labels with the losses and gradients that follow from them, which bench_training reads to see that it computes the
same.
"""

import argparse
import contextlib
import json
import resource
import statistics
import struct
import time
from pathlib import Path

import networks
import torch
from torch.nn import functional

CLASSES = 3
PATCH = {"DenseVoxNet": 64, "YDenseVoxNet": 64, "Fcn2d": 128}


def inputs_of(name: str, batch: int, patch: int) -> tuple[list[torch.Tensor], torch.Tensor]:
    generator = torch.Generator().manual_seed(batch)
    extents = [patch] * (2 if name == "Fcn2d" else 3)
    images = [torch.randn(batch, 1, *extents, generator=generator)]
    if name == "YDenseVoxNet":
        images.append(torch.rand(batch, CLASSES, *extents, generator=generator).softmax(1))
    labels = torch.randint(0, CLASSES, (batch, *extents), generator=generator)
    labels[torch.rand(labels.shape, generator=generator) > 0.1] = -1
    return images, labels


def loss_of(network: torch.nn.Module, images: list[torch.Tensor], labels: torch.Tensor) -> torch.Tensor:
    logits, auxiliary = network(*images)
    loss = functional.cross_entropy(logits, labels, ignore_index=-1)
    if auxiliary is not None:
        loss = loss + 0.33 * functional.cross_entropy(auxiliary, labels, ignore_index=-1)
    return loss


def resident() -> int:
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()


def peak() -> int:
    line = next(line for line in Path("/proc/self/status").read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024


def autocast(precision: str, device: str) -> contextlib.AbstractContextManager:
    return torch.autocast(device, torch.bfloat16) if precision == "bf16" else contextlib.nullcontext()


def measured(step, steps: int) -> tuple[list[float], int]:
    before = resident()
    step()
    times = []
    for _ in range(steps):
        start = time.perf_counter()
        step()
        if torch.cuda.is_initialized():
            torch.cuda.synchronize()
        times.append(time.perf_counter() - start)
    return times, peak() - before


def training_step(name: str, precision: str, batch: int, patch: int, device: str):
    network = getattr(networks, name)().train().to(device)
    optimiser = torch.optim.Adam(network.parameters(), lr=5e-4, eps=1e-10)
    images, labels = inputs_of(name, batch, patch)
    images, labels = [image.to(device) for image in images], labels.to(device)

    def step() -> None:
        optimiser.zero_grad()
        with autocast(precision, device):
            loss = loss_of(network, images, labels)
        loss.backward()
        optimiser.step()

    return step


def inference_step(name: str, precision: str, batch: int, patch: int, device: str):
    network = getattr(networks, name)().eval().to(device)
    images, _ = inputs_of(name, batch, patch)
    images = [image.to(device) for image in images]

    def step() -> None:
        with torch.inference_mode(), autocast(precision, device):
            network(*images)

    return step


def sliding_step(name: str, precision: str, batch: int, patch: int, device: str):
    from monai.inferers import sliding_window_inference

    network = getattr(networks, name)().eval().to(device)
    volume = torch.randn(1, 1, 90, 150, 150)

    def step() -> None:
        with torch.inference_mode(), autocast(precision, device):
            sliding_window_inference(volume, (patch,) * 3, batch, lambda windows: network(windows)[0], overlap=0.5,
                                     sw_device=device, device=device)

    return step


def write_example(name: str, folder: Path) -> None:
    """A safetensors file of float32: weights, inputs and labels, and what follows from them in float64: the losses in
    training and in evaluation mode, and the gradients in training."""
    torch.manual_seed(0)
    network = getattr(networks, name)().double()
    for module in network.modules():
        if hasattr(module, "dropout"):
            module.dropout = 0.0
    images, labels = inputs_of(name, 2, 32 if name != "Fcn2d" else 64)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter.copy_(parameter.float())
    images = [image.double() for image in images]
    tensors = {key: value.detach().clone() for key, value in network.named_parameters()}
    tensors |= {f"input.{i}": image for i, image in enumerate(images)} | {"labels": labels.float()}
    with torch.no_grad():
        tensors["loss.evaluation"] = loss_of(network.eval(), images, labels).reshape(1)
    loss = loss_of(network.train(), images, labels)
    loss.backward()
    tensors["loss.training"] = loss.detach().reshape(1)
    tensors |= {f"gradient.{key}": value.grad for key, value in network.named_parameters()}
    header, data = {}, b""
    for key, value in tensors.items():
        raw = value.detach().float().contiguous().numpy().tobytes()
        header[key] = {"dtype": "F32", "shape": list(value.shape), "data_offsets": [len(data), len(data) + len(raw)]}
        data += raw
    text = json.dumps(header).encode()
    (folder / f"{name}.safetensors").write_bytes(struct.pack("<Q", len(text)) + text + data)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--networks", nargs="+", default=list(PATCH), choices=list(PATCH))
    parser.add_argument("--precisions", nargs="+", default=["f32", "bf16"], choices=["f32", "bf16"])
    parser.add_argument("--batches", nargs="+", type=int, default=[2])
    parser.add_argument("--tasks", nargs="+", default=["train", "infer"],
                        choices=["train", "infer", "slide"])
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--device", default="cpu", choices=["cpu", "cuda"])
    parser.add_argument("--steps", type=int, default=5)
    parser.add_argument("--write", type=Path, metavar="FOLDER")
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    if options.write:
        options.write.mkdir(parents=True, exist_ok=True)
        for name in options.networks:
            write_example(name, options.write)
        return
    for name in options.networks:
        for precision in options.precisions:
            for task in options.tasks:
                for batch in options.batches if task != "infer" else [1]:
                    patch = PATCH[name]
                    make = {"train": training_step, "infer": inference_step, "slide": sliding_step}[task]
                    step = make(name, precision, batch, patch, options.device)
                    times, memory = measured(step, options.steps)
                    size = {"train": f"batch:{batch}/", "infer": "", "slide": f"windows:{batch}/"}[task] + f"patch:{patch}"
                    print(json.dumps({"name": f"{name}/{task}/{precision}/{size}", "peer": "torch",
                                      "version": torch.__version__, "threads": options.threads, "device": options.device,
                                      "seconds": statistics.median(times), "memory": memory, "all_seconds": times}),
                          flush=True)


if __name__ == "__main__":
    main()
