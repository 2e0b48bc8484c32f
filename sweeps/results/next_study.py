"""The study that a report's next steps ask for: the run's own, in short, with their lines in it."""

import os
import re
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.data.source import source_names
from sweeps.results.short_study import parsed, shortened
from sweeps.storage import folders
from sweeps.study import spec
from sweeps.study.file import documents, entries

if TYPE_CHECKING:
    from reports.advice.step import Step

LONGEST = 60  # characters of a name, so that a number fits behind it
FOLDERS = (("data",), ("data", "test"), ("data", "dev"), ("search",), ("trainer",))


@dataclass(frozen=True)
class NextStudy:
    """study: as a study file says them. done, left: the steps in it, and not, by their numbers.

    own: the name of the run's own study.
    """

    study: dict[str, Any]
    done: dict[int, "Step"]
    left: dict[int, "Step"]
    own: str

    @property
    def may_go_on(self) -> bool:
        """Whether the run itself would go on with these steps, if the study had its name."""
        return not any(step.needs_a_name for step in self.done.values())


def after(
    folder: Path, steps: "Sequence[Step]", numbers: Sequence[int], name: str | None, there: Path
) -> NextStudy:
    """The study after a run, for a file in the folder `there`.

    steps: all of the recommendation. numbers: which of them, from 1 on; all that can be done if
    empty. name: the study's; by default the run's with the next number that is free.
    Errors: Expected (at `steps` or `name`), UserError for a run's study.yaml that is none.
    """
    asked = _asked(steps, numbers)
    done = {number: step for number, step in asked.items() if step.is_whole}
    if not done:
        why = "; ".join(instead(number, step) for number, step in asked.items())
        hint = f"{why}" if why else "the report has no next step"
        raise Expected("a step that can be written into a study", Unquoted("none"), hint, "steps")
    values = folders.study(folder).values
    own = parsed(values).name
    values = shortened(_moved(values, folder, there))
    for step in done.values():
        values = with_lines(values, documents.parse(step.lines, "lines").values)
    values["name"] = _name(own, name, done, folder, there)
    try:
        parsed(values)
    except UserError as fault:
        got = Unquoted("; ".join(str(fault).splitlines()))
        raise Expected("steps that fit the run's study", got, at="steps") from None
    left = {number: step for number, step in asked.items() if number not in done}
    return NextStudy(values, done, left, own)


def instead(number: int, step: "Step") -> str:
    """What the user can do with a step that is not written: its command, or the line to add."""
    if step.is_command:
        return f"step {number} is a command: {step.lines}"
    return f"step {number} needs you: add {in_a_line(step)} with {step.yours}"


def in_a_line(step: "Step") -> str:
    """Its lines without their comments."""
    return " ".join(line.partition("  #")[0].strip() for line in step.lines.splitlines())


def _asked(steps: "Sequence[Step]", numbers: Sequence[int]) -> "dict[int, Step]":
    known = dict(enumerate(steps, 1))
    for number in numbers:
        if number not in known:
            raise Expected(f"steps of the report, 1 to {len(known)}", number, at="steps")
    return {number: known[number] for number in sorted(set(numbers) or known)}


def with_lines(values: dict[str, Any], lines: dict[str, Any]) -> dict[str, Any]:
    """A study with lines of another: what goes into space leaves fixed, and the reverse."""
    made: dict[str, Any] = _merged(deepcopy(values), lines)
    for section, other in (("space", "fixed"), ("fixed", "space")):
        for key in lines.get(section) or ():
            for name in (key, *entries.names_of(key)):
                (made.get(other) or {}).pop(name, None)
        if other == "fixed" and made.get("fixed") == {}:
            del made["fixed"]
    replicates = made.get("replicates")
    if "time" in ((lines.get("data") or {}).get("split") or {}) and isinstance(replicates, dict):
        # Folds of rows that lie in time are rolling origins, which is what is chosen by default.
        for key in ("resample", "folds"):
            replicates.pop(key, None)
        if not replicates:
            del made["replicates"]
    return made


def _merged(old: Any, new: Any) -> Any:
    """Mappings key by key; a range, a list or one value stands in the place of what was there."""
    both = isinstance(old, dict) and isinstance(new, dict)
    if not both or "low" in new:
        return deepcopy(new)
    return old | {key: _merged(old.get(key), value) for key, value in new.items()}


def _moved(values: dict[str, Any], folder: Path, there: Path) -> dict[str, Any]:
    """The same study for a file in another folder."""
    made = deepcopy(values)
    for path in FOLDERS:
        section: Any = made
        for key in path:
            section = section.get(key) if isinstance(section, dict) else None
        if not isinstance(section, dict):
            continue
        if isinstance(source := section.get("source"), str):
            section["source"] = source_names.from_folder(source, folder, there)
        for key in ("from", "folder"):
            if isinstance(place := section.get(key), str):
                section[key] = os.path.relpath(folder / place, there)
    return made


def _name(own: str, name: str | None, done: "dict[int, Step]", folder: Path, there: Path) -> str:
    """One that is fit for a study, and another than the run's. Errors: Expected (at `name`)."""
    if name is None:
        return _next(own, folder, there)
    if not spec.NAME.fullmatch(name):
        problem = "1 to 64 of a-z, 0-9, '.', '_' and '-', the first a letter or digit"
        raise Expected(problem, name, at="name")
    if name == own and any(step.needs_a_name for step in done.values()):
        raise Expected("another name than the run's, for it is another study", name, at="name")
    return name


def _next(own: str, folder: Path, there: Path) -> str:
    """`churn-2` after `churn`, `churn-3` after `churn-2`: no file and no run has it yet."""
    found = re.fullmatch(r"(.+)-([2-9]|[1-9]\d)", own)
    stem, number = (found[1], int(found[2]) + 1) if found else (own, 2)
    places = (folder.parent, Path("runs"))
    while True:
        name = f"{stem[:LONGEST]}-{number}"
        taken = (there / f"{name}.yaml", *(place / name for place in places))
        if not any(os.path.lexists(path) for path in taken):
            return name
        number += 1


def absent_sources(study: dict[str, Any], there: Path) -> list[tuple[str, str]]:
    """The files that the data are to be read from and that are not there: (key, path)."""
    data = study["data"]
    parts = {"data": data, **{f"data.{part}": data.get(part) for part in ("test", "dev")}}
    found = []
    for key, section in parts.items():
        source = section.get("source") if isinstance(section, dict) else None
        if isinstance(source, str) and not source_names.is_named(source):
            path = os.path.normpath(there / source)
            if not os.path.exists(path):
                found.append((f"{key}.source", path))
    return found
