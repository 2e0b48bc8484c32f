"""Which trials are confirmed, as an attribute of the study, and shown at the trials themselves.

Optuna lets nobody write to a finished trial. So the run writes it at the study, and the server puts
it into what Optuna's application says of the trials.
"""

import json
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reports.frames import Run

KEY = "sweeps:confirmed"
NAME = "confirmed"  # of the trials' attribute
MOST, LONGEST = 12, 120  # trials, and characters of what is said of one: databases limit both


def of(run: "Run") -> dict[str, str]:
    """By a trial's number, the winner first, what the confirmation says of it."""
    from reports import winners

    made = winners.table(run)
    told: dict[str, str] = {}
    for n, entry in enumerate(made.entries):
        kind, _, number = str(entry.config).partition(" ")
        if kind == "trial" and number.isdigit():
            column = made.columns[0]
            place = "winner" if entry.wins else f"place {len(told) + 1} of the trials"
            told[number] = f"{place}: {column.head} {column.scores[n].in_words}"[:LONGEST]
    return dict(list(told.items())[:MOST])


def winner(run: "Run") -> int | None:
    """The number of the trial that won; None where that is none."""
    kind, _, number = str(run.winner).partition(" ")
    return int(number) if kind == "trial" and number.isdigit() else None


def as_attribute(run: "Run") -> dict[str, Any]:
    """What is written at the study."""
    return {"winner": winner(run), "trials": of(run)}


def mark(shown: dict[str, Any], told: Any, trial: Callable[[int], dict[str, Any] | None]) -> None:
    """Mark the trials of what Optuna's application says of a study, and put the winner first.

    told: the study's attribute, whatever wrote it. trial: what the application says of a number.
    The search's best is selected, and so too good: the winner stands in its card instead.
    """
    trials = told.get("trials") if isinstance(told, Mapping) else None
    if not isinstance(trials, Mapping):
        return
    first = told.get("winner")
    if len(shown["directions"]) == 1 and type(first) is int and first >= 0:
        found = trial(first)
        shown["best_trials"] = [found] if found else shown["best_trials"]
    for one in (*shown["trials"], *shown["best_trials"]):
        words = trials.get(str(one["number"]))
        if isinstance(words, str) and all(each["key"] != NAME for each in one["user_attrs"]):
            value = json.dumps(words[:LONGEST], ensure_ascii=False).strip('"')
            one["user_attrs"].insert(0, {"key": NAME, "value": value})
    shown["union_user_attrs"].append({"key": NAME, "sortable": False})
