"""What every verb says of itself, and what a shell completes."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from sweeps.verbs import VERBS, completion
from tests.sweeps.helpers import environment

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("verb", VERBS)
def test_help_fits_80_columns(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", verb, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment() | {"COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stderr
    assert max(len(line.rstrip()) for line in done.stdout.splitlines()) <= 80
    assert (VERBS[verb].__doc__ or "").split()[0] in done.stdout


@pytest.mark.parametrize("verb", ["run", "resume", "ls", "show", "compare", "predict", "export"])
def test_examples_are_shown_as_they_are_typed(verb: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", verb, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment() | {"COLUMNS": "80"},
    )
    examples = done.stdout.partition("For example:")[2].strip().splitlines()
    assert len(examples) >= 2
    assert all(line.strip().startswith(f"sweeps {verb}") for line in examples)


def test_the_readme_has_a_row_for_every_verb() -> None:
    text = (ROOT / "README.md").read_text()
    table = text.split("## The verbs")[1].split("\n## ")[0]
    for verb in VERBS:
        assert f"| `{verb}` |" in table, verb
        assert f"`sweeps {verb}" in table, verb


def test_completion(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "runs" / "small" / "artifacts").mkdir(parents=True)
    (tmp_path / "runs" / "other").mkdir()
    (tmp_path / ".hidden").mkdir()
    for name in ("a.yaml", "b.yml", "c.txt"):
        (tmp_path / name).touch()
    assert completion.studies("") == ["a.yaml", "b.yml", "runs/"]
    assert completion.studies("a") == ["a.yaml"]
    assert completion.runs("") == ["runs/other/", "runs/small", "runs/"]
    assert completion.runs("runs/s") == ["runs/small"]
    assert completion.runs("nowhere/") == []


def test_a_shell_gets_them(tmp_path: Path) -> None:
    (tmp_path / "runs" / "small" / "artifacts").mkdir(parents=True)
    asked = {
        "_SWEEPS_COMPLETE": "complete_bash",
        "COMP_WORDS": "sweeps show runs/",
        "COMP_CWORD": "2",
    }
    done = subprocess.run(
        [sys.executable, "-m", "sweeps"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        env={**os.environ, **asked},
    )
    assert done.stdout.split() == ["runs/small"]
