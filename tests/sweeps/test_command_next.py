"""`sweeps next`: the study that a report asks for is the run's own but for what the steps say."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

import studies
import sweeps
from reports.advice.step import Step
from sweeps.base.errors import Expected, UserError
from sweeps.results import kept_comments, next_study, resolved
from sweeps.results.result import Result
from sweeps.results.short_study import is_same, parsed, shortened
from sweeps.study.file import documents, parsing
from tests.sweeps.helpers import TEXT
from tests.sweeps.helpers import sweeps as run_command
from tests.sweeps.test_recommendation import every_step

STUDY = """
name: churn
data: {source: subscriptions.csv, target: churn, ignore: [id]}
fixed: {hidden: [4], epochs: 3}
space: {learning_rate: {low: 1e-3, high: 1e-1, log: true}, batch_size: [64, full]}
replicates: {count: 2, resample: none}
search: {trials: 3}
confirm: {top: 1, replicates: 3, learning_curve: 0, baselines: [constant]}
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with data, a study and its finished run."""
    folder = tmp_path_factory.mktemp("project")
    shutil.copy(studies.path("csv_example").with_name("subscriptions.csv"), folder)
    (folder / "churn.yaml").write_text(STUDY)
    sweeps.run(folder / "churn.yaml", out=folder / "runs", jobs=1, quiet=True)
    return folder


@pytest.fixture
def folder(project: Path, tmp_path: Path) -> Path:
    """A copy of it, to write into."""
    return Path(shutil.copytree(project, tmp_path / "project"))


def said(folder: Path, *arguments: str, code: int = 0) -> list[str]:
    done = run_command("next", *arguments, cwd=folder, code=code, module="sweeps")
    return (done.stderr if code else done.stdout).splitlines()


def whole(values: dict[str, Any]) -> dict[str, Any]:
    """A study with every default."""
    text = resolved.study_yaml(parsed(values), Path(), Path())
    return documents.parse(text, "whole").values


def paths(values: Any, path: str = "") -> Iterator[tuple[str, Any]]:
    """What stands at the end of each dotted path; a range is one thing."""
    if not isinstance(values, dict) or "low" in values or not values:
        yield path, values
        return
    for key, value in values.items():
        yield from paths(value, f"{path}.{key}" if path else key)


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    old, new = dict(paths(whole(before))), dict(paths(whole(after)))
    return {path for path in old.keys() | new.keys() if old.get(path) != new.get(path)}


# What a shorter form says of a section.
SAME = {"objective": "objective.metric"}


def test_each_step_changes_what_its_lines_say_and_nothing_else(project: Path) -> None:
    result = Result(project / "runs/churn")
    before = documents.read(result.folder / "study.yaml").values
    seen = set()
    for step in [*every_step(result), Step("", "fixed: {learning_rate: 1e-4}")]:
        if not step.is_whole:
            with pytest.raises(Expected, match=r"step 1 needs you: add .* with your own"):
                next_study.after(result.folder, [step], [], None, result.folder)
            continue
        made = next_study.after(result.folder, [step], [], None, result.folder).study
        lines = dict(paths(documents.parse(step.lines, "lines").values))
        asked = {"name", *lines, *(SAME.get(path, path) for path in lines)}
        names = {path.partition(".")[2] for path in asked}
        asked |= {f"{section}.{name}" for name in names for section in ("fixed", "space")}
        found = changed(before, made)
        assert found <= asked, step.lines
        after = dict(paths(made))
        assert all(after[path] == value for path, value in lines.items())
        seen |= found
    assert seen >= {"name", "confirm.replicates", "search.trials", "space.l2", "fixed.l2"}


def test_rows_that_lie_in_time_are_not_folded_at_random() -> None:
    lines = {"data": {"split": {"time": "when"}}}
    for replicates, left in (
        ({"count": 8, "resample": "kfold", "folds": 4}, {"replicates": {"count": 8}}),
        ({"resample": "kfold"}, {}),
    ):
        made = next_study.with_lines({"data": {"split": {}}, "replicates": replicates}, lines)
        assert made == {**lines, **left}


@pytest.mark.parametrize("name", studies.names())
def test_what_is_left_out_is_as_by_default(name: str) -> None:
    text = resolved.study_yaml(parsing.study(documents.read(studies.path(name))), Path(), Path())
    values = documents.parse(text, name).values
    short = shortened(values)
    assert whole(short) == values
    assert len(resolved.as_yaml(short)) < 0.8 * len(text)
    assert not {"engine", "dtype", "retries"} & short.keys()


def test_what_a_default_depends_on_is_kept() -> None:
    values: dict[str, Any] = {
        "name": "a",
        "data": {"source": "synthetic:moons", "rare": 0.01},
        "space": {"l2": [0, 1]},
        "objective": {"metric": "dev_loss", "at": "shared"},
    }
    assert "objective" not in shortened(values)
    assert shortened(values)["data"] == {"source": "synthetic:moons"}
    # Of a training function the last epoch counts where nothing is said.
    assert shortened(values | {"trainer": "m:f"})["objective"] == {"at": "shared"}
    # What is not said is as the earlier run has it.
    later = values | {"search": {"from": "runs/b"}}
    assert shortened(later) == later
    # A step may leave one objective of two, of which trials would be pruned by default.
    two = values | {"objective": ["dev_loss", "parameters"], "search": {"pruner": "none"}}
    assert shortened(two)["search"] == {"pruner": "none"}


OWN: dict[str, Any] = {
    "fixed": {"l2": 0, "epochs": 9},
    "space": {
        "learning_rate": {"low": 1, "high": 2, "log": True},
        "optimizer": {"choices": {"adam": {}, "momentum": {"beta": {"low": 0, "high": 0.5}}}},
    },
    "confirm": {"top": 2, "replicates": 20},
}


@pytest.mark.parametrize(
    ("lines", "path", "value"),
    [
        ("space: {l2: {low: 1, high: 2}}", ("fixed",), {"epochs": 9}),
        ("space: {'l2, epochs': [[1, 2]]}", ("fixed",), None),
        ("fixed: {learning_rate: 1}", ("space", "learning_rate"), None),
        ("space: {learning_rate: {low: 3, high: 4}}", ("space", "learning_rate", "log"), None),
        (
            "space: {optimizer: {choices: {momentum: {beta: {low: 0, high: 0.9}}}}}",
            ("space", "optimizer", "choices"),
            {"adam": {}, "momentum": {"beta": {"low": 0, "high": 0.9}}},
        ),
        ("space: {optimizer: [adam]}", ("space", "optimizer"), ["adam"]),
        ("confirm: {replicates: 40}", ("confirm",), {"top": 2, "replicates": 40}),
        ("objective: balanced_error", ("objective",), "balanced_error"),
    ],
)
def test_how_lines_are_merged(lines: str, path: tuple[str, ...], value: Any) -> None:
    at: Any = next_study.with_lines(OWN, documents.parse(lines, "lines").values)
    for key in path:
        at = at.get(key)
    assert at == value
    assert OWN["fixed"] == {"l2": 0, "epochs": 9}


def test_it_runs_where_it_is_written(folder: Path) -> None:
    first, *_, last = said(folder, "runs/churn")
    assert (first, last) == ("churn-2.yaml", "go on with: sweeps run churn-2.yaml")
    assert documents.read(folder / "churn-2.yaml").values["data"] == {
        "source": "subscriptions.csv",
        "target": "churn",
        "ignore": ["id"],
        "group": "customer",
    }
    checked = run_command("check", "churn-2.yaml", cwd=folder, module="sweeps")
    assert "faults    none" in checked.stdout
    assert said(folder, "runs/churn")[0] == "churn-3.yaml"  # the next number that is free
    (folder / "deep").mkdir()
    assert said(folder, "runs/churn", "--out", "deep/wide.yaml", "--name", "wide")[0]
    made = documents.read(folder / "deep/wide.yaml").values
    assert (made["name"], made["data"]["source"]) == ("wide", "../subscriptions.csv")


def test_what_it_refuses_and_never_writes_over(folder: Path) -> None:
    (folder / "wide.yaml").write_text("mine")
    (line,) = said(folder, "runs/churn", "--name", "wide", code=2)
    assert line.startswith("wide.yaml: expected a file that is not there yet, got one that is (")
    assert (folder / "wide.yaml").read_text() == "mine"
    for arguments, message in {
        ("--steps", "1", "9"): "--steps: expected steps of the report, 1 to 3, got 9",
        ("--steps", "one"): "--steps: expected numbers of steps, such as 1,3, got 'one'",
        ("--name", "../x"): "--name: expected 1 to 64 of a-z, 0-9, '.', '_' and '-', the first",
    }.items():
        (line,) = said(folder, "runs/churn", *arguments, code=2)
        assert line.startswith(message)
    with pytest.raises(UserError, match="steps: expected steps of the report, 1 to 3, got 0"):
        Result(folder / "runs/churn").next([0])


def test_data_that_are_elsewhere_are_told_by_their_path(folder: Path) -> None:
    (folder / "subscriptions.csv").rename(folder / "there.CSV")
    there = folder / "subscriptions.csv"
    lines = said(folder, "runs/churn")
    assert (
        "warning data.source: no such file: subscriptions.csv; say there where it is now" in lines
    )
    checked = run_command("check", "churn-2.yaml", cwd=folder, module="sweeps", code=2)
    assert f"got 'subscriptions.csv' (no such file: {there})" in checked.stderr


def test_under_its_own_name_the_run_goes_on(folder: Path) -> None:
    steps = Result(folder / "runs/churn").recommendation.steps
    number = next(n for n, step in enumerate(steps, 1) if step.lines.startswith("confirm:"))
    assert "with --name churn the run itself goes on, and keeps its trials" in said(
        folder, "runs/churn", "--steps", str(number)
    )
    told = said(
        *(folder, "runs/churn", "--steps", str(number), "--name", "churn", "--out", "again.yaml")
    )
    assert told[-1] == "go on with: sweeps run again.yaml"
    values = documents.read(folder / "again.yaml").values
    values["confirm"]["replicates"] = 4  # than which more would take longer
    (folder / "again.yaml").write_text(resolved.as_yaml(values))
    done = run_command("again.yaml", "--jobs", "1", cwd=folder)
    assert "resumed   3 of 3 trials are done" in done.stdout


def test_of_a_search_alone_the_command_is_told(tmp_path: Path) -> None:
    text = TEXT.replace("trials: 24", "trials: 1").replace("epochs: 12", "epochs: 2")
    (tmp_path / "small.yaml").write_text(text)
    result = sweeps.run(tmp_path / "small.yaml", out=tmp_path, jobs=1, quiet=True, confirm=False)
    with pytest.raises(UserError, match=r"got none \(step 1 is a command: "):
        result.next()


COMMENTED = """\
# Whom do we lose? Run it by: sweeps run churn.yaml
name: churn
data:
  source: subscriptions.csv  # a copy of March
  target: churn
  ignore: [id]  # of no use
fixed: {hidden: [4], epochs: 3}  # small
# What is searched, by churn.yaml:
space:
  learning_rate: {low: 1e-3, high: 1e-1, log: true}  # wide enough
  batch_size: [64, full]
replicates: {count: 2, resample: none}
search: {trials: 3}
objective: {metric: dev_loss}  # or dev_error
confirm: {top: 1, replicates: 3, learning_curve: 0, baselines: [constant]}  # the end
"""


def test_comments_of_the_users_own_file_are_kept(folder: Path) -> None:
    said(folder, "runs/churn", "--name", "bare", "--steps", "1")  # of a file without comments
    (folder / "churn.yaml").write_text(COMMENTED)
    path = folder / "runs/churn/provenance.json"
    told = json.loads(path.read_text()) | {"command": "python -m sweeps run churn.yaml"}
    path.write_text(json.dumps(told))
    said(folder, "runs/churn", "--name", "kept", "--steps", "1")
    kept = (folder / "kept.yaml").read_text()
    for comment in (
        *("# Whom do we lose? Run it by: sweeps run kept.yaml\n", "# a copy of March\n"),
        *("# of no use\n", "# small\n", "# wide enough\n"),
        *("# What is searched, by kept.yaml:\nspace:", "# or dev_error\n", "# the end\n"),
    ):
        assert comment in kept
    (folder / "churn.yaml").unlink()
    said(folder, "runs/churn", "--name", "gone", "--steps", "1")
    assert "space:" in (folder / "gone.yaml").read_text()
    bare, same, gone = (
        whole(documents.read(folder / f"{name}.yaml").values | {"name": "a"})
        for name in ("bare", "kept", "gone")
    )
    assert bare == same == gone


@pytest.mark.parametrize(
    "earlier",
    [
        "name: &a churn\nspace: {l2: &b {low: 1, high: 2}, l1: *b}\n",
        "name: churn\nspace: !odd {l2: [0, 1]}\n",
        "- churn\n",
        "name: churn\ndata: 3\nspace: [1]\nmine: yes\n",
    ],
)
def test_a_file_of_any_kind_ends_in_the_same_study(earlier: str) -> None:
    values = {
        "name": "churn-2",
        "data": {"source": "synthetic:moons"},
        "space": {"l2": {"low": 1, "high": 3}, "l1": {"low": 1, "high": 2}},
    }
    text = kept_comments.written(values, earlier)
    assert text is None or is_same(documents.parse(text, "made").values, values)
