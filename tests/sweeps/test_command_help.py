"""What every command says of itself, and what a shell completes."""

import os
import subprocess
import sys
from functools import cache
from importlib import metadata
from pathlib import Path

import pytest

from sweeps.commands import COMMANDS, completion
from tests.pages import REFERENCE
from tests.sweeps.helpers import environment, sweeps


@cache
def help_of(command: str) -> str:
    """What a command says of itself in a terminal of 80 columns."""
    done = subprocess.run(
        [sys.executable, "-m", "sweeps", command, "--help"],
        capture_output=True,
        text=True,
        timeout=60,
        env=environment() | {"COLUMNS": "80"},
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("command", COMMANDS)
def test_help_fits_80_columns(command: str) -> None:
    text = help_of(command)
    assert max(len(line.rstrip()) for line in text.splitlines()) <= 80
    assert (COMMANDS[command].__doc__ or "").split()[0] in text
    # An option without a value has none in the help; --help itself is typer's.
    assert text.count("<bool>") == 1


@pytest.mark.parametrize("command", ["run", "resume", "ls", "show", "compare", "predict", "export"])
def test_examples_are_shown_as_they_are_typed(command: str) -> None:
    examples = help_of(command).partition("For example:")[2].strip().splitlines()
    assert len(examples) >= 2
    assert all(line.strip().startswith(f"sweeps {command}") for line in examples)


def test_the_reference_has_a_row_for_every_command() -> None:
    text = REFERENCE.read_text()
    table = text.split("## The commands")[1].split("\n## ")[0]
    for command in COMMANDS:
        assert f"| `{command}` |" in table, command
        assert f"`sweeps {command}" in table, command


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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ("run --trails 3", "run: expected a known option, got '--trails' (did you mean '--trials'"),
        ("run x --quiet=3", "--quiet: expected no value, got one"),
        ("run", "run: expected STUDY, got nothing (see --help)"),
        ("run x y", "run: got unexpected extra argument(s) (y)"),
        ("show x abc", "TRIAL: expected a whole number, got 'abc'"),
        ("dashboard x --port 99999", "--port: expected a number <= 65535, got '99999'"),
        ("compare a b --split train", "--split: expected one of 'dev', 'test', got 'train'"),
        ("compare a b --margin", "--margin: expected a value, got nothing"),
        ("compare a b --margin x", "--margin: expected a number, got 'x'"),
        ("lst", "sweeps: expected a command, got 'lst' (did you mean 'ls'?)"),
        ("train s.yaml", "sweeps: expected a command, got 'train' (did you mean 'run'?)"),
        ("score r", "sweeps: expected a command, got 'score' (did you mean 'report' or 'show'?)"),
        ("run s --epochs 5", "run: expected a known option, got '--epochs' (--set fixed.epochs=5)"),
        (
            "run s --lr=.1",
            "run: expected a known option, got '--lr' (--set fixed.learning_rate=.1)",
        ),
        (
            "check s --dropout .2",
            "check: expected a known option, got '--dropout' "
            "(--set fixed.keep_prob=VALUE: 1 - dropout: ",
        ),
        (
            "run s --replicates 3",
            "run: expected a known option, got '--replicates' (--set replicates=3)",
        ),
        ("ls --epochs 3", "ls: expected a known option, got '--epochs' (known: --json, --help)"),
        ("zzz", "sweeps: expected a command, got 'zzz' (known: demo, new, run, check, "),
        ("--nope", "sweeps: expected a known option, got '--nope' (known: --version, "),
    ],
)
def test_what_the_parser_refuses_is_a_line(tmp_path: Path, arguments: str, said: str) -> None:
    done = sweeps(*arguments.split(), cwd=tmp_path, code=2, module="sweeps")
    (line,) = done.stderr.splitlines()
    assert line.startswith(said)
    assert done.stdout == ""


def test_without_a_verb_there_is_help(tmp_path: Path) -> None:
    done = sweeps(cwd=tmp_path, code=2, module="sweeps")
    assert done.stderr == ""
    assert all(command in done.stdout for command in COMMANDS)


def test_a_study_that_ships_is_found_by_its_name(tmp_path: Path) -> None:
    done = sweeps("check", "quickstart", cwd=tmp_path, module="sweeps")
    assert done.stdout.splitlines()[-1].split() == ["faults", "none"]
    (tmp_path / "quickstart").write_text("name: 1")
    own = sweeps("check", "quickstart", cwd=tmp_path, module="sweeps", code=2)
    assert own.stderr.startswith("quickstart:")
    version = sweeps("--version", cwd=tmp_path, module="sweeps").stdout
    assert version.split() == ["sweeps", metadata.version("dnn-sweeps")]
