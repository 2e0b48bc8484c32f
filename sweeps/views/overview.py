"""A run in a line: how far it is, what it found. Read from its folder, running or not."""

import math
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from sweeps.base import files
from sweeps.base.errors import UserError, printable
from sweeps.results import summaries
from sweeps.storage import folders, record_summaries
from sweeps.storage.ownership.holder import holder

Error = tuple[float, float, float]  # with its bounds


@dataclass(frozen=True)
class Overview:
    """One run folder.

    state: running, interrupted, complete (searched, not confirmed), confirmed, damaged, or older
    (not read by this version); `note` says by whom it is held, or what is wrong. `asked` trials are
    to be done; `search_best` is the objective's best value in the search. winner: what the
    confirmation put first, often another trial; test_error: the winner's, with its bounds, a share
    of rows or (in regression) an RMSE; None where it was not confirmed. target_sd: of the one
    number that is predicted, which errors are measured in. age: seconds since it last changed.
    """

    folder: str
    name: str
    state: str
    note: str = ""
    asked: int = 0
    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(folders.STATES, 0))
    metric: str = ""
    search_best: float | None = None
    winner: str | None = None
    test_error: Error | None = None
    regression: bool = False
    target_sd: float | None = None
    age: float = 0.0

    @property
    def is_unread(self) -> bool:
        """Whether nothing is known of it."""
        return self.state in ("damaged", "older")

    @property
    def done(self) -> int:
        """Trials that are finished, in whatever way."""
        return sum(self.counts.values())

    def plain(self) -> dict[str, Any]:
        """As JSON says it."""
        return asdict(self) | {"done": self.done}


class _Older(Exception):
    """The run was made by a version that wrote less than is read here."""


def survey(folder: Path) -> Overview:
    """Look at a run folder; what is damaged is said, and never raised."""
    try:
        return _survey(folder)
    except _Older as fault:
        return _unread(folder, "older", fault)
    except (UserError, *files.BROKEN) as fault:
        return _unread(folder, "damaged", fault)


def _unread(folder: Path, state: str, fault: BaseException) -> Overview:
    reason = (str(fault).splitlines() or [type(fault).__name__])[0]
    return Overview(str(folder), folder.name, state, note=printable(reason), age=_age(folder))


def _survey(folder: Path) -> Overview:
    folders.expect_own(folder)
    held, provenance = holder(folder), folders.provenance(folder)
    if provenance is None or held or _went_on(folder, provenance):
        state = "running" if held else "interrupted"
        return _unfinished(folder, state, str(held or ""))
    counts = {state: int(provenance["counts"][state]) for state in folders.STATES}
    objective = provenance["objective"]
    confirmed = folders.is_confirmed(folder, provenance)
    found = _found(folder, provenance)
    return Overview(
        folder=str(folder),
        name=str(provenance["name"]),
        state="confirmed" if confirmed else "complete",
        asked=int(provenance["counts"]["asked"]),
        counts=counts,
        metric=str(objective["metric"]),
        search_best=found.search_best,
        winner=found.winner,
        test_error=found.test_error,
        regression=provenance["task"] == "regression",
        target_sd=folders.target_sd(provenance),
        age=_age(folder),
    )


def _went_on(folder: Path, provenance: dict[str, Any]) -> bool:
    """Whether there are more records than the frames were made of: a longer run was cut off."""
    counts = provenance["counts"]
    return len(folders.record_paths(folder)) > int(counts["complete"]) + int(counts["pruned"])


def _unfinished(folder: Path, state: str, note: str) -> Overview:
    """From the records and the study as resolved, which stand there from the beginning."""
    records = [record_summaries.summary(path) for path in folders.record_paths(folder)]
    known = [record for record in records if record is not None]
    if not (folder / "study.yaml").exists():
        note = ", ".join(filter(None, [note, "its study is not written yet"]))
        return Overview(str(folder), folder.name, state, note, age=_age(folder))
    study = folders.study(folder).values
    objective = study.get("objective") or {}
    objective = objective[0] if isinstance(objective, list) else objective
    return Overview(
        folder=str(folder),
        name=str(study["name"]),
        state=state,
        note=note,
        asked=int(study["search"]["trials"]) if study.get("space") else 1,
        counts={state: sum(r.state == state for r in known) for state in folders.STATES},
        metric=str(objective.get("metric", "")),
        search_best=best_of(
            (r.value for r in known if r.state == "complete"), str(objective.get("direction"))
        ),
        age=_age(folder),
    )


def best_of(values: Iterable[float], direction: str) -> float | None:
    """The best value, None of none."""
    finite = [float(value) for value in values if not math.isnan(value)]
    return (max if direction == "maximize" else min)(finite, default=None)


class _Found(NamedTuple):
    """What a finished run found: of its search, and of its confirmation, if it had one."""

    search_best: float | None
    winner: str | None = None
    test_error: Error | None = None


def _found(folder: Path, provenance: dict[str, Any]) -> _Found:
    """From the run's own summary, where it has one."""
    summary = summaries.read(folder, provenance)
    if summary is None:
        return _computed(folder)
    first, rows = summary["search_best"], summary["confirmed"]
    best = None if first is None else first["value"]
    if not rows:
        return _Found(best)
    found = (rows[0][f"test_error{end}"] for end in ("", "_low", "_high"))
    value, low, high = (math.nan if number is None else float(number) for number in found)
    return _Found(best, str(summary["winner"]), _known(value, low, high))


def _computed(folder: Path) -> _Found:
    """The same from the frames, which takes a thousand times as long."""
    from reports import frames
    from reports.stats.settings import rows

    try:
        run = frames.load(folder)
    except frames.OlderRunError as fault:
        raise _Older(str(fault)) from None
    first = run.trials[run.trials["rank"] == 1]["value"]
    best = float(first.iloc[0]) if len(first) else None
    if run.winner is None:
        return _Found(best)
    found = rows.new_rows(run, run.winner, "test")
    return _Found(best, run.winner, _known(found.estimate, found.low, found.high))


def _known(value: float, low: float, high: float) -> Error | None:
    """None where there are no test rows."""
    return None if math.isnan(value) else (value, low, high)


def _age(folder: Path) -> float:
    """Seconds since a file of the run changed."""
    names = ("provenance.json", "study.yaml", "journal.log", "artifacts", "")
    times = [(folder / name).stat().st_mtime for name in names if (folder / name).exists()]
    return max(0.0, time.time() - max(times, default=time.time()))
