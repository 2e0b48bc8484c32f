"""Run folders, made once for all tests."""

import importlib.util
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

_spec = importlib.util.spec_from_file_location(
    "report_folders", Path(__file__).with_name("folders.py")
)
assert _spec is not None
assert _spec.loader is not None
folders = importlib.util.module_from_spec(_spec)
sys.modules["report_folders"] = folders
_spec.loader.exec_module(folders)

HOSTILE = {
    "name": "<img src=x onerror=alert(1)>",
    "description": "</script><script>alert(1)</script> {{ 7*7 }} & 'quotes' \"too\"",
    "suffix": "<img src=x onerror=alert(1)>$\\frac{--> ü 漢",
}
KINDS: dict[str, dict[str, Any]] = {
    "ordinary": {},
    "unconfirmed": {"confirmed": None},
    "regression": {"top": 1, "task": "regression", "targets": {"dev_error": 0.3}},
    "multiclass": {
        "top": 1,
        "task": "multiclass",
        "reference": 0.01,
        "duplicates": 2,
        "plane": True,
    },
    "nothing complete": {"confirmed": None, "states": "failed", "importance": False},
    "all diverged": {"diverge_all": True},
    "defaults diverged": {"lost": ("defaults",)},
    "one setting": {"top": 1, "defaults": False},
    "defaults alone": {"top": 0, "targets": {"dev_error": 0.9}},
    "never reached": {"top": 1, "targets": {"dev_error": 0.0001}},
    "two seeds": {"top": 1, "confirmed": 2, "rows": 20},
    "one replicate": {"top": 1, "confirmed": 1, "replicates": 1},
    "three trials": {"trials": 3, "top": 1, "confirmed": 2, "importance": False},
    "hostile": HOSTILE,
    "arms": HOSTILE | {"top": 5, "search": {"per": "optimizer", "sampler": "random"}},
    "front": {"objectives": ("dev_error", "parameters"), "limits": ("dev_loss <= 0.3",)},
    "highest": {"top": 1, "objectives": ("auc",), "direction": "maximize", "reduce": "worst"},
    "folds": {"confirmed": 20, "folds": (5, 2, 2)},
    "folds of numbers": {
        "top": 1,
        "task": "regression",
        "confirmed": 6,
        "folds": (3, 1, 2),
        "plane": True,
    },
    "impossible": {"top": 1, "limits": ("dev_error <= 0.0001",), "search": {"sampler": "random"}},
    "three objectives": {
        "objectives": ("auc", "parameters", "dev_loss"),
        "direction": "maximize",
        "confirmed": None,
    },
}


@pytest.fixture(scope="session")
def make(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Writes a run folder, once for each set of arguments; do not change what is in it."""
    known: dict[str, Path] = {}

    def made(**what: Any) -> Path:
        key = repr(sorted(what.items()))
        if key not in known:
            folder = tmp_path_factory.mktemp("runs") / "run"
            known[key] = folders.write(folder, folders.Made(**what))
        return known[key]

    return made


@pytest.fixture(scope="session")
def page_of() -> Callable[[Path], Path]:
    """The page of a folder, built once."""
    from reports import page

    known: dict[Path, Path] = {}
    return lambda folder: known.get(folder) or known.setdefault(folder, page.build(folder))


@pytest.fixture
def copy(tmp_path: Path) -> Callable[[Path], Path]:
    """A copy of a folder, to be broken."""
    return lambda folder: Path(shutil.copytree(folder, tmp_path / "copy"))


@pytest.fixture
def folder_of(make: Callable[..., Path]) -> Callable[[str], Path]:
    """The folder of a kind, by its name above."""
    return lambda name: make(**KINDS[name])


@pytest.fixture(params=list(KINDS))
def kind(request: pytest.FixtureRequest, make: Callable[..., Path]) -> Path:
    """Every kind of run folder, one after the other."""
    return make(**KINDS[request.param])
