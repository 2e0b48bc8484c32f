"""The notebooks of docs/: they run from the top and end in the verdict that the copy shows."""

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from reports.named_figures import PLACES
from tests.notebooks import NOTEBOOKS
from tests.pages import DOCS, ROOT


def outputs(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text())["cells"]
    return [output for cell in cells for output in cell.get("outputs", [])]


def kinds(path: Path) -> list[tuple[str, list[str]]]:
    return [(one["output_type"], sorted(one.get("data", {}))) for one in outputs(path)]


def verdict(path: Path) -> list[str]:
    """What a run's display says first: its lines up to their first number, comma or full stop."""
    (display,) = (one["data"] for one in outputs(path) if one["output_type"] == "display_data")
    return re.findall(r"^(?:Answer|Recommendation): [^.,\d]+", "".join(display["text/plain"]), re.M)


@pytest.mark.parametrize("kept", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_its_verdict_stands(kept: Path, tmp_path: Path) -> None:
    command = [sys.executable, "-m", "tests.notebooks", str(kept), "--to", str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stderr
    assert verdict(kept)
    assert verdict(tmp_path / kept.name) == verdict(kept)
    assert kinds(tmp_path / kept.name) == kinds(kept)


@pytest.mark.parametrize("kept", NOTEBOOKS, ids=lambda path: path.stem)
def test_what_is_kept_is_small_and_tells_of_no_machine_or_hour(kept: Path) -> None:
    text = kept.read_text()
    assert len(text) < 200_000
    assert not re.findall(r"/(?:home|root|tmp|work|opt|Users)/|\d\d:\d\d:\d\d|<iframe", text)
    assert {"error"} & {one["output_type"] for one in outputs(kept)} == set()
    assert all(cell["metadata"] == {} for cell in json.loads(text)["cells"])


def test_every_figure_that_python_can_ask_for_is_listed() -> None:
    table = (DOCS / "how-to" / "notebook.md").read_text().partition("| figures |")[2]
    assert set(PLACES) <= set(re.findall(r"`(\w+)`", table))
