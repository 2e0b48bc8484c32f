"""Runs of the first version go on: with the options of today, and with those of tomorrow."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sweeps.base.errors import UserError
from sweeps.data.datasets.loading import load
from sweeps.phases import horizon
from sweeps.phases.earlier_run import EarlierRun
from sweeps.results import resolved
from sweeps.storage import identities
from sweeps.study import compatibility
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters import named_options, vocabulary
from sweeps.study.hyperparameters.kinds import Number, Setting
from sweeps.study.section_base import StudySection
from tests.sweeps.helpers import sweeps

# What the first version left in three run folders, and the studies' own files.
EARLIER = Path(__file__).parent / "earlier"
RUNS = ("arms", "conditional", "homes")


def identity(name: str) -> dict[str, Any]:
    """Of a study file of the first version, as it is said today where its run is there."""
    study = parsing.study(documents.read(EARLIER / name / "study.yaml"))
    begun = EarlierRun(known(name)).as_begun("search", study.search)
    study = study.model_copy(update={"search": begun})
    dataset = load(study.data, EARLIER / name, study.dtype)
    said = resolved.identity(
        horizon.resolved(study, dataset, False, EarlierRun(known(name))), dataset
    )
    return dict(json.loads(json.dumps(said)))


def known(name: str) -> dict[str, Any]:
    return identities.read(EARLIER / name / "artifacts" / "identity.json")


@pytest.mark.parametrize("name", RUNS)
def test_a_run_of_the_first_version_goes_on(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "runs" / name
    shutil.copytree(EARLIER / name, folder, ignore=shutil.ignore_patterns("study.yaml", "*.csv"))
    shutil.copytree(EARLIER / name, tmp_path, dirs_exist_ok=True)
    before = {path: path.read_bytes() for path in folder.glob("artifacts/*.npz")}
    sweeps("study.yaml", "--jobs", "1", "--trials", "7", "--quiet", cwd=tmp_path)
    after = {path: path.read_bytes() for path in folder.glob("artifacts/*.npz")}
    assert before.items() <= after.items()  # no trial and no confirmed setting was trained again
    assert len(list(folder.glob("artifacts/trial-*.npz"))) == 7


@pytest.mark.parametrize("name", RUNS)
def test_an_identity_leaves_out_what_came_later(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    new = vocabulary.Hyperparameter(Number(low=0), 3.0, "a hyperparameter of tomorrow")
    monkeypatch.setitem(vocabulary.VOCABULARY.hyperparameters, "new", new)  # type: ignore[arg-type]
    for table in (
        named_options.OPTIMIZERS.table,
        named_options.SCHEDULES.table,
        named_options.LOSSES.table,
    ):
        for key, settings in table.items():
            with_one_more = {**settings, "new": Setting(Number(), 0.0)}
            monkeypatch.setitem(table, key, with_one_more)  # type: ignore[arg-type]
    said = identity(name)
    assert said.pop("version") == compatibility.VERSION
    assert said == known(name)
    assert identities.digest(said) == identities.digest(identity(name))


def test_a_later_option_is_said_where_it_is_not_at_its_default() -> None:
    class Tpe(StudySection):
        name: str = "tpe"
        startup: int = 10
        candidates: int = 24

    assert compatibility.fields(Tpe()) == {"name": "tpe", "startup": 10}
    assert compatibility.fields(Tpe(candidates=32))["candidates"] == 32


def test_a_default_that_changes_changes_no_earlier_run(monkeypatch: pytest.MonkeyPatch) -> None:
    class Tpe(StudySection):
        name: str = "tpe"
        startup: int = 10
        candidates: int = 32  # it was 24

    monkeypatch.setattr(compatibility, "ABSENT", {"Tpe.candidates": 24})
    assert "candidates" not in compatibility.fields(Tpe(candidates=24))
    assert compatibility.fields(Tpe())["candidates"] == 32


def test_a_run_of_a_later_version_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "identity.json"
    path.write_text(json.dumps({**identity("arms"), "version": compatibility.VERSION + 1}))
    with pytest.raises(UserError, match=r"got one whose identity has version 2; update"):
        identities.read(path)


def test_a_dry_run_says_what_an_earlier_run_goes_on_with(tmp_path: Path) -> None:
    shutil.copytree(EARLIER / "homes", tmp_path, dirs_exist_ok=True)
    new = sweeps("study.yaml", "--jobs", "1", "--trials", "30", "--dry-run", cwd=tmp_path).stdout
    ignored = shutil.ignore_patterns("study.yaml", "*.csv")
    shutil.copytree(EARLIER / "homes", tmp_path / "runs" / "homes", ignore=ignored)
    old = sweeps("study.yaml", "--jobs", "1", "--trials", "30", "--dry-run", cwd=tmp_path).stdout
    assert "19 of 30 trials learn from earlier results, from trial 11 on" in new
    assert "that did well on other tables and Sobol points" in new
    assert "before them the defaults and random ones" in old
