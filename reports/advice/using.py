"""How to use a model: the lines to paste."""

from pathlib import Path
from typing import Any

from reports import summary, text
from reports.advice.in_words import answer_of
from reports.frames import Run
from reports.stats.answer.recommending import CONSTANT, NETWORK, Choice

RUN = "RUN"  # stands for the run's folder


def lines(run: Run, choice: Choice) -> str:
    """A command where the run has the model, or fits it again; else lines of a study of its own."""
    if choice.kind == CONSTANT:
        return f"# {answer_of(run, choice.name)}"
    if choice.kind != NETWORK:
        return f"sweeps predict {RUN} new.csv --model recommended"
    trainer = run.provenance.get("trainer")
    if trainer:
        return f"# as {trainer['call']} saves it"
    if choice.name == run.winner:
        return f"sweeps predict {RUN} new.csv"
    return _of_its_own(run, choice.name)


def of_folder(how: str, folder: Path) -> str:
    """With the run's folder in it."""
    return how.replace(f" {RUN} ", f" {text.quoted(folder.as_posix())} ")


def _of_its_own(run: Run, name: str) -> str:
    """A study of one setting, whose winner it is."""
    values: dict[str, Any] = summary.settings(run, name)
    searched = dict.fromkeys(one.split(".")[0] for one in run.parameters)
    said = [f"  {word}: {text.yaml(values[word])}" for word in searched if word in values]
    return "\n".join(["space: {}", "fixed:", *said])
