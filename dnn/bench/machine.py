"""The machine that a benchmark ran on: its processor, its cores, the libraries' versions."""

import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

LIBRARIES = ("numpy", "scikit-learn", "torch", "jax", "jaxlib")


class UnsupportedError(RuntimeError):
    """A system that cannot pin a process to a core."""


def cores() -> list[int]:
    """The cores that this process may use. Raises UnsupportedError outside Linux."""
    if sys.platform != "linux":
        raise UnsupportedError(
            f"dnn.bench pins processes to cores: needs Linux, got {sys.platform}"
        )
    import os

    return sorted(os.sched_getaffinity(0))


def versions() -> dict[str, str]:
    """Of Python and of the libraries that are installed; none of them is imported."""
    found = {"python": platform.python_version()}
    for name in LIBRARIES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def describe() -> dict[str, Any]:
    """CPU model, cores that may be used, system, versions."""
    return {
        "cpu": _model(Path("/proc/cpuinfo")),
        "cores": len(cores()),
        "system": f"{platform.system()} {platform.machine()}",
        "versions": versions(),
    }


def _model(cpuinfo: Path) -> str:
    """The first processor's name, or the architecture where it has none (as on ARM)."""
    for line in cpuinfo.read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == "model name":
            return value.strip()
    return platform.machine()
