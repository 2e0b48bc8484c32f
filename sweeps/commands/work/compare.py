"""`sweeps compare`: the winners of several runs side by side, and each against the first.

`compare_words` says it.
"""

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files
from sweeps.base.errors import UserError, printable
from sweeps.results import unreadable
from sweeps.storage import folders
from sweeps.study.hyperparameters.vocabulary import VOCABULARY, plain

if TYPE_CHECKING:
    import pandas as pd

    from reports import frames
    from reports.compared import Compared
    from reports.stats.settings.differences import Difference


@dataclass(frozen=True)
class Comparison:
    """Runs, the row of each one's winner, and the differences of the later ones to the first.

    differences are by what was searched for; errors the same in plain error, None where that is it;
    each: the differences with their answers.
    """

    runs: "list[frames.Run]"
    winners: "list[pd.Series[Any]]"
    differences: "list[Difference]"
    errors: "list[Difference | None]"
    notes: list[str]
    each: "list[Compared]"

    @property
    def settings(self) -> dict[str, list[Any]]:
        """Each setting of any winner, a value a run; None where a winner has none."""
        pairs = [(r, w["settings"]) for r, w in zip(self.runs, self.winners, strict=True)]
        own = [bool(run.provenance.get("trainer")) for run in self.runs]
        each = (_said(*pair) for pair, is_own in zip(pairs, own, strict=True) if is_own)
        said = {name for names in each for name in names}
        shown = [
            {name: value for name, value in settings.items() if name in said or not is_own}
            for (_, settings), is_own in zip(pairs, own, strict=True)
        ]
        names = dict.fromkeys(name for one in shown for name in one)
        return {name: [one.get(name) for one in shown] for name in names}

    def plain(self) -> dict[str, Any]:
        """As JSON says it; `differences` are the later runs less the first.

        By `by`, whose sign is 1 where less is better and above 0 so is worse; `error` is beside it.
        """
        return {
            "runs": [
                {"run": str(run.folder), **winner.to_dict()}
                for run, winner in zip(self.runs, self.winners, strict=True)
            ],
            "differences": [
                {
                    "run": str(run.folder),
                    **asdict(found),
                    "answer": one.answer,
                    "margin": one.margin,
                    "error": None if error is None else asdict(error),
                }
                for run, found, error, one in zip(
                    self.runs[1:], self.differences, self.errors, self.each, strict=True
                )
            ],
            "notes": self.notes,
        }


def compare(paths: list[Path], split: str | None) -> Comparison:
    """Compare two or more confirmed runs. Errors: UserError."""
    from reports import frames, summary
    from reports.compared import compared
    from reports.stats.settings import comparison, measures

    if len(paths) < 2:
        raise UserError(f"compare: expected two runs or more, got {len(paths)}")
    try:
        runs = [frames.load(folders.expect_finished(path)) for path in paths]
        names = [comparison.winner(run) for run in runs]
        rows = [summary.table(run).set_index("config", drop=False) for run in runs]
        winners = [table.loc[name] for table, name in zip(rows, names, strict=True)]
        differences = [comparison.difference(runs[0], run, split) for run in runs[1:]]
        errors = [
            None
            if found.by.is_error
            else comparison.difference(runs[0], run, split, measures.plain())
            for run, found in zip(runs[1:], differences, strict=True)
        ]
        notes = [note for run in runs[1:] for note in _notes(runs[0], run)]
        shown = labels(runs)
        each = [
            compared(runs[0], run, (shown[0], name), found)
            for run, name, found in zip(runs[1:], shown[1:], differences, strict=True)
        ]
    except frames.RunFolderError as fault:
        raise unreadable.told(fault) from None
    except files.BROKEN as fault:
        got = f"{type(fault).__name__} {fault}"
        raise UserError(f"compare: expected runs that can be read, got: {got}") from None
    return Comparison(runs, winners, differences, errors, notes, each)


def labels(runs: "list[frames.Run]") -> list[str]:
    """The runs' folders, each by as much of its path as tells it from the others."""
    paths = [run.folder.absolute() for run in runs]
    for depth in range(1, max(len(path.parts) for path in paths)):
        names = ["/".join(path.parts[-depth:]) for path in paths]
        if len(set(names)) == len(set(paths)):
            break
    return [printable(name) for name in names]


def _said(run: "frames.Run", settings: dict[str, Any]) -> list[str]:
    """The words of a winner of a user's trainer, without those that its study leaves alone."""
    ours = VOCABULARY.defaults()
    used = {"epochs", *(name.partition(".")[0] for name in run.parameters)}
    return [
        name
        for name, value in settings.items()
        if name in used or name not in ours or value != plain(ours[name])
    ]


def _notes(first: "frames.Run", other: "frames.Run") -> list[str]:
    """What makes the two less comparable."""
    from reports.stats.settings import comparison

    where, notes = printable(str(other.folder)), []
    data, theirs = first.provenance["data"], other.provenance["data"]
    if data.get("sha256") != theirs.get("sha256"):
        notes.append(f"{where}: other data: each error is on its own rows")
    elif not comparison.same_rows(first, other):
        notes.append(f"{where}: the same data, divided otherwise: each error is on its own rows")
    elif not comparison.same_seeds(first, other):
        notes.append(f"{where}: other seeds, or another number of them: not paired")
    ours, wanted = _wanted(first), _wanted(other)
    if ours != wanted:
        notes.append(f"{where}: searched for {wanted}, the first for {ours}")
    if why := comparison.measure(first, other).why:
        notes.append(f"{where}: {why}")
    return notes


def _wanted(run: "frames.Run") -> str:
    """The objectives as the study had them: metrics, reductions, and whether of the best epoch."""
    each = run.provenance["objectives"]
    is_best = run.provenance["objective"].get("at", "last") != "last"
    best = " at the best epoch" if is_best else ""
    return ", ".join(one["label"] for one in each) + best
