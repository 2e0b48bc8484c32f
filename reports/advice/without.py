"""What to say and to do where there is nothing to recommend: unconfirmed, failed, or diverged."""

import math
import re
from typing import Any

from reports import summary, text
from reports.advice.in_words import in_words
from reports.advice.space_steps import nested
from reports.advice.step import Step
from reports.frames import Run
from reports.stats.search import tuning
from reports.stats.settings import objectives


def best_trial(run: Run) -> int | None:
    """Of a search alone."""
    return tuning.best_trial(run) if run.winner is None else None


def settings(run: Run, trial: int) -> str:
    """What was searched, of a trial, in words; not what a network without hidden layers ignores."""
    found = tuning.with_ranges(tuning.settings_of(run, trial))
    plain = {name: _number(value) for name, value in found.items()}
    return in_words(summary.of_effect(run, plain))


def _number(value: Any) -> Any:
    """Of a choice that was written as one: beside words a number is a word, too."""
    if not isinstance(value, str) or not re.fullmatch(r"\d+(\.\d+)?(e-?\d+)?", value):
        return value
    return int(value) if value.isdecimal() else float(value)


def advice(run: Run) -> tuple[str, str, tuple[Step, ...]]:
    """The headline, why, and the next steps."""
    if run.winner is not None:
        return (
            "Every network of the best setting diverged: there is no winner.",
            "A network diverges when its steps are too large.",
            _smaller_steps(run),
        )
    trial = best_trial(run)
    again = (Step("Run it again:", _command(run), is_command=True),)
    if trial is None:
        return (
            "No trial was completed, so there is nothing to recommend.",
            "The causes stand among the findings.",
            again,
        )
    goal = objectives.objectives(run)[0]
    row = run.trials[run.trials["trial"] == trial].iloc[0]
    value, kept = float(row["value"]), bool(row["feasible"])
    return (
        f"Nothing is confirmed yet: trial {trial} looks best.",
        f"Its {goal.name}, {goal.unit.value(value)}, was chosen for being the best of "
        f"{text.count(len(run.trials), 'trial')}, and so is too good."
        + " It breaks a constraint: no trial keeps them all."
        * (not kept),
        (Step("Confirm it, against the defaults and simple models:", _command(run), True),),
    )


def _command(run: Run) -> str:
    words = str(run.provenance["command"])
    return words.replace(" --no-confirm", "").replace(", confirm=False", "")


def _smaller_steps(run: Run) -> tuple[Step, ...]:
    entry = tuning.space_of(run, "learning_rate")
    high, low = entry.get("high"), entry.get("low")
    clip = Step("Clip the gradients:", "fixed: {clip_norm: 1.0}")
    if run.provenance.get("trainer"):
        return ()
    if high is None or low is None:
        return (Step("Lower the learning rate:", "fixed: {learning_rate: 1e-4}"), clip)
    ends = (min(low, high / 100), math.sqrt(high * low) if low > 0 else high / 10)
    words = f"{{low: {text.setting(ends[0], 2)}, high: {text.setting(ends[1], 2)}, log: true}}"
    lines = nested(["space", "learning_rate"], words)
    return (Step("Search smaller learning rates:", lines), clip)
