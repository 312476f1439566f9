#!/usr/bin/env python3
"""Writes requirements-libtorch.txt and requirements-cuda.txt beside itself: every wheel with its version and its hashes.

    tools/pin_libtorch.py [TORCH_VERSION]

The first file is what LibTorch's CPU library links against, the second what its GPU libraries need on top. Versions are
the ones that torch's own metadata asks for. Linux on x86-64 only; every CPython that the torch wheel supports.
"""

import json
import re
import sys
import urllib.request
from pathlib import Path

TORCH_VERSION = "2.11.0"
# libtorch_cpu.so needs libcudart and libcupti even where there is no GPU.
CPU_NEEDS = {"nvidia-cuda-runtime", "nvidia-cuda-cupti"}
INDEX = "https://pypi.org/simple/{}/"
HEADERS = {"Accept": "application/vnd.pypi.simple.v1+json"}


def get(url: str) -> bytes:
    with urllib.request.urlopen(urllib.request.Request(url, headers=HEADERS)) as answer:
        return answer.read()


def wheels(project: str, version: str) -> list[dict]:
    """The project's wheels of exactly this version that run on Linux on x86-64."""
    name = project.replace("-", "_")
    files = json.loads(get(INDEX.format(project)))["files"]
    pattern = re.compile(rf"{name}-{re.escape(version)}-.*(linux.*x86_64|-any)\.whl")
    found = [f for f in files if pattern.fullmatch(f["filename"].lower()) and not f.get("yanked")]
    if not found:
        sys.exit(f"{project}=={version}: expected a wheel for Linux on x86-64 at {INDEX.format(project)}, found none")
    return found


def requirements(wheel: dict) -> list[str]:
    """The wheel's Requires-Dist lines."""
    metadata = get(wheel["url"] + ".metadata").decode()
    return re.findall(r"^Requires-Dist: (.*)$", metadata, re.MULTILINE)


def pinned(lines: list[str], extra: str | None = None) -> dict[str, str]:
    """NVIDIA's packages among the requirements: name -> version, those of `extra` only where one is given."""
    packages = {}
    for line in lines:
        match = re.match(r"(nvidia-[a-z0-9-]+)\s*==\s*([0-9]+(?:\.[0-9]+)*)(\.\*)?", line)
        if not match or (extra is not None and not re.search(rf"""extra == ['"]{extra}['"]""", line)):
            continue
        packages[match[1]] = match[2] + (match[3] or "")
    return packages


def exact(project: str, version: str) -> str:
    """The newest release that a version such as 13.0.85 or 13.0.85.* names."""
    if not version.endswith(".*"):
        return version
    release = version[:-2]
    matching = [v for v in json.loads(get(INDEX.format(project)))["versions"] if f"{v}.".startswith(f"{release}.")]
    if not matching:
        sys.exit(f"{project}=={version}: expected a release at {INDEX.format(project)}, found none")
    return max(matching, key=lambda v: [int(part) for part in re.findall(r"\d+", v)])


def gpu_packages(torch: list[str]) -> dict[str, str]:
    packages = pinned([line for line in torch if "extra ==" not in line])
    for line in torch:
        toolkit = re.match(r"cuda-toolkit\[([a-z,]+)\]==([0-9.]+)", line)
        if toolkit:
            lines = requirements(wheels("cuda-toolkit", toolkit[2])[0])
            for extra in toolkit[1].split(","):
                packages |= pinned(lines, extra)
    return {name: exact(name, version) for name, version in packages.items()}


def entry(project: str, version: str) -> str:
    hashes = sorted(wheel["hashes"]["sha256"] for wheel in wheels(project, version))
    return " \\\n".join([f"{project}=={version}", *(f"    --hash=sha256:{digest}" for digest in hashes)]) + "\n"


def write_entries(name: str, what: str, entries: list[str]) -> None:
    head = f"# {what}\n# Written by tools/{Path(sys.argv[0]).name}; install with pip --no-deps --require-hashes.\n"
    path = Path(__file__).parent / name
    path.write_text(head + "".join(entries))
    print(f"{path}: {len(entries)} packages")


def write(name: str, what: str, packages: dict[str, str]) -> None:
    write_entries(name, what, [entry(project, packages[project]) for project in sorted(packages)])


def main() -> None:
    version = sys.argv[1] if len(sys.argv) > 1 else TORCH_VERSION
    packages = gpu_packages(requirements(wheels("torch", version)[0]))
    missing = CPU_NEEDS - packages.keys()
    if missing:
        sys.exit(f"torch=={version}: expected its metadata to name {sorted(missing)}, it does not")
    cpu = {name: packages.pop(name) for name in CPU_NEEDS}
    write("requirements-libtorch.txt", "LibTorch, and what its CPU library links against.", {"torch": version} | cpu)
    write("requirements-cuda.txt", "What LibTorch's GPU libraries need on top of requirements-libtorch.txt.", packages)


if __name__ == "__main__":
    main()
