"""The confirmation is done by the engine that searched, and bears the loss of a part of it."""

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

import sweeps as package
from sweeps import engines
from sweeps.confirm import Call
from sweeps.engines import Failure, Work
from tests.sweeps.helpers import TEXT, study

SMALL = TEXT.replace("trials: 24", "trials: 6")


class Here:
    """An engine in this process; it loses the calls that are for any of `lost`."""

    made: list["Here"]

    def __init__(self, work: Work, lost: str) -> None:
        self.jobs = work.jobs
        self._work, self._lost = work, lost
        self._done: list[tuple[int, Any]] = []
        self.tasks: list[Any] = []
        self.is_closed = False
        Here.made.append(self)

    def submit(self, key: int, task: Any) -> None:
        self.tasks.append(task)
        is_lost = isinstance(task, Call) and self._lost in task.owners
        died = Failure("its worker died")
        result = died if is_lost else self._work.function(task, self._work.shared)
        self._done.insert(0, (key, result))  # the last first

    def wait(self) -> list[tuple[int, Any]]:
        done, self._done = self._done, []
        return done

    def close(self) -> None:
        self.is_closed = True


def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str = "") -> Any:
    monkeypatch.setattr(Here, "made", [], raising=False)
    monkeypatch.setitem(engines.ENGINES, "loky", engines.Kind(lambda work, _: Here(work, lost)))
    folder = tmp_path / (lost or "all").replace(" ", "-")
    folder.mkdir()
    return package.run(study(folder, SMALL), out=folder, jobs=2, quiet=True)


def table(result: Any) -> pd.DataFrame:
    frame = pd.read_parquet(result.folder / "confirm.parquet")
    return frame.drop(columns=[name for name in frame if name.startswith("seconds")])


def test_the_engine_that_searched_confirms(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    here = run(tmp_path, monkeypatch)
    searched, confirmed = Here.made
    assert all(isinstance(task, list) for task in searched.tasks)
    assert all(isinstance(task, Call) for task in confirmed.tasks)
    assert searched.is_closed
    assert confirmed.is_closed
    assert "test" not in searched._work.shared.parts
    assert "test" in confirmed._work.shared.parts
    monkeypatch.undo()
    (tmp_path / "workers").mkdir()
    apart = package.run(study(tmp_path, SMALL), out=tmp_path / "workers", jobs=2, quiet=True)
    pd.testing.assert_frame_equal(table(here), table(apart))


@pytest.mark.parametrize("lost", ["logistic regression", "defaults"])
def test_what_is_lost_is_named_and_the_rest_is_confirmed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, lost: str
) -> None:
    result = run(tmp_path, monkeypatch, lost)
    configs = set(table(result)["config"])
    assert lost not in configs
    assert len(configs) > 1
    assert (result.folder / "report.html").stat().st_size > 10_000
