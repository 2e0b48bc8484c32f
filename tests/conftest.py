"""One BLAS thread in every test, as in every worker, set before NumPy loads; a real browser."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from typing import Any

import pytest

from tests.needs import missing
from tests.soak.selected import is_soak

for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ[name] = "1"


@pytest.fixture(scope="session", autouse=True)
def _temporary_files(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Below pytest's own folder, with which goes what a browser that was cut off leaves."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(tmp_path_factory.mktemp("tmp")))
        patch.setattr(tempfile, "tempdir", None)
        yield


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Debian's chromium."""
    try:
        from playwright.sync_api import sync_playwright
    except ImportError:
        missing("playwright", "pip install playwright")
    program = shutil.which("chromium")
    if program is None:
        missing("chromium", "apt-get install chromium")
    quiet = ("background-networking", "component-update", "sync")
    flags = ["--no-sandbox", "--no-first-run", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=program, args=flags)
        yield chromium
        chromium.close()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What takes long is marked in one place."""
    for item in items:
        if is_soak(item.path.name, item.name):
            item.add_marker(pytest.mark.soak)


def pytest_xdist_auto_num_workers() -> int:
    """One more than the cores we may use: a test often waits for the processes that it started.

    The plugin asks psutil, where that is installed; it counts cores that are not ours.
    """
    return 1 + len(os.sched_getaffinity(0))
