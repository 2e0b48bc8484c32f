"""Where a run's numbers come from: versions, machine, seeds, counts."""

import platform
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

DISTRIBUTION = "dnn-sweeps"  # of this package: `sweeps` on the public registry is another
PACKAGES = ("numpy", "optuna", "joblib", "scikit-learn", "scipy", "pandas", DISTRIBUTION)


def versions() -> dict[str, str]:
    """Python's and the packages' versions."""
    found = {"python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not installed"
    return found


def machine() -> dict[str, Any]:
    """The processor, the cores this process may use, the system."""
    return {"cpu": _cpu(), "cores": cores(), "system": f"{platform.system()} {platform.machine()}"}


def cores() -> int:
    """Cores that this process may use."""
    from joblib import cpu_count

    return int(cpu_count())


def _cpu() -> str:
    try:
        for line in Path("/proc/cpuinfo").read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    except OSError:
        pass  # not Linux: the platform's own word is all there is
    return platform.processor() or platform.machine()
