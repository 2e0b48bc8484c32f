"""`sweeps next`: the study of a report's next steps, as a file."""

import os
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sweeps.base.errors import Expected, UserError, printable
from sweeps.results import kept_comments, next_study, unreadable
from sweeps.results.resolved import as_yaml
from sweeps.results.result import Result
from sweeps.storage import folders
from sweeps.study.file import documents

if TYPE_CHECKING:
    from reports.advice.step import Step
    from sweeps.results.next_study import NextStudy


@dataclass(frozen=True)
class Written:
    """The study, its file, and the folder of the run that it came from."""

    folder: Path
    path: Path
    made: "NextStudy"

    def lines(self) -> Iterator[str]:
        """What was written, a line a step, and what to do with it."""
        from reports import text

        yield str(self.path)
        for number, step in self.made.done.items():
            yield f"step {number}: {step.do} {next_study.in_a_line(step)}"
        for number, step in self.made.left.items():
            yield next_study.instead(number, step)
        for key, path in next_study.absent_sources(self.made.study, self.path.parent):
            yield f"warning {key}: no such file: {path}; say there where it is now"
        own, name = self.made.own, self.made.study["name"]
        is_there = self.made.may_go_on and self.folder.resolve().name == own
        if is_there and name != own:
            yield f"with --name {own} the run itself goes on, and keeps its trials"
        runs = self.folder.parent
        goes_on = is_there and name == own and runs != Path(folders.RUNS)
        where = f" --out {text.quoted(str(runs))}" * goes_on
        yield f"go on with: sweeps run {text.quoted(str(self.path))}{where}"


def write(folder: Path, steps: Sequence[str], name: str | None, out: Path | None) -> Written:
    """Write the study beside the working folder's others. Errors: UserError.

    steps: numbers, or several of them with commas, as the command line has them.
    """
    from reports.frames import RunFolderError

    there = Path() if out is None else out.parent
    try:
        advised = Result(folders.expect_finished(folder)).recommendation.steps
        made = next_study.after(folder, advised, _numbers(steps), name, there)
    except RunFolderError as fault:
        raise unreadable.told(fault) from None
    except Expected as fault:
        raise UserError(f"--{fault.at}: {fault.message}") from None
    path = Path(f"{made.study['name']}.yaml") if out is None else out
    body = f"{_comments(folder, made)}{_body(folder, made, path)}"
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(body)
    except FileExistsError:
        hint = "another --name, or another --out" if out is None else "another --out"
        raise UserError(
            f"{path}: expected a file that is not there yet, got one that is ({hint}, or remove it)"
        ) from None
    except OSError as fault:
        raise UserError(f"{path}: expected a file to write, got {fault.strerror}") from None
    return Written(folder, path, made)


def _body(folder: Path, made: "NextStudy", path: Path) -> str:
    """The study as the user's own file says it, comments too; in short where that is gone."""
    earlier = _own_file(folder, made.own)
    text = kept_comments.written(made.study, earlier) if earlier else None
    if text is None:
        return as_yaml(made.study)
    own = rf"(?<![\w.-]){re.escape(made.own)}\.yaml"  # in what says how it is run
    lines = (
        re.sub(own, path.name, line) if line.lstrip().startswith("#") else line
        for line in text.splitlines(keepends=True)
    )
    return "".join(lines)


def _own_file(folder: Path, own: str) -> str:
    """The text of the file that the run was begun with; "" where none is found."""
    command = str((folders.provenance(folder) or {}).get("command"))
    named: list[str] = [*re.findall(r"[^\s'\"(]+\.ya?ml\b", command), f"{own}.yaml"]
    places = (Path(), folder.parent.parent)
    for path in (place / name for name in named for place in places):
        if os.path.isfile(path) and path.resolve().parent != folder.resolve():
            try:
                if documents.read(path).values.get("name") == own:
                    return path.read_text(encoding="utf-8")
            except (UserError, OSError):
                continue
    return ""


def _numbers(texts: Sequence[str]) -> list[int]:
    """Of `1,3` and `1 3`. Errors: Expected."""
    words = [word for text in texts for word in re.split(r"[,\s]+", text) if word]
    for word in words:
        if not re.fullmatch(r"\d{1,3}", word, re.ASCII):
            raise Expected("numbers of steps, such as 1,3", word, at="steps")
    return [int(word) for word in words]


def _comments(folder: Path, made: "NextStudy") -> str:
    """What the study came from, and why."""
    said = [f"after {folder}, by its next steps"]
    said += [f"{number}. {_done(step)}" for number, step in made.done.items()]
    return "".join(f"# {printable(' '.join(line.split()))}\n" for line in said)


def _done(step: "Step") -> str:
    return step.do.rstrip(":.")
