"""`sweeps predict`: a file of rows through a run's model, in chunks, to CSV."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from io import TextIOWrapper
from itertools import islice
from pathlib import Path
from typing import IO, Any, Protocol

import numpy as np
import pandas as pd

from sweeps.base import files
from sweeps.base.errors import Expected, UserError, did_you_mean, printable, show
from sweeps.commands.work.predict_notes import NAMED, Notes, number_hint, some
from sweeps.data.cell import dates, number_formats
from sweeps.data.column.date_columns import DateColumn
from sweeps.data.source import cell_places, data_files
from sweeps.data.source.file_kinds import FILE_KINDS, FOLDER, FileKind, alternatives
from sweeps.results.fitted_baseline import FittedBaseline
from sweeps.results.named_models import WINNER, named
from sweeps.results.predicting import Predictor
from sweeps.results.result import Result
from sweeps.storage import atomic, folders

CHUNK = 20_000  # rows at a time: what they need does not grow with the file


class Writable(Protocol):
    """Where CSV goes."""

    def write(self, text: str, /) -> object: ...


def load(folder: Path, name: str = WINNER) -> Predictor:
    """A run's model by its name. Errors: UserError where it has none, or it cannot be had."""
    result = Result(folders.expect(folder))
    try:
        return named(result, name)
    except Expected as fault:
        raise UserError(f"--model: {fault.message}") from None


def predicted_by(folder: Path, model: Predictor, name: str) -> str:
    """What the rows were predicted by, where a line is due; "" where there is nothing to say.

    That is what the run advises instead of its networks, if nobody asked for these by name.
    """
    if isinstance(model, FittedBaseline):
        return f"predicted by {model.name}, fitted on {model.rows} rows of the study"
    try:
        found = files.parse_json(files.contents(folder / "summary.json").decode())
        said = found["recommendation"]
        use, is_other = str(said["use"]), said["kind"] not in (None, "network")
    except (OSError, ValueError, KeyError, TypeError, UserError):
        return ""
    words = f"predicted by the networks; the report advises {use}: --model recommended"
    return printable(words) if is_other and name == "" else ""


def to_file(folder: Path, model: Predictor, rows: Path, keep: list[str], out: Path) -> Notes:
    """As `write` with a run's model, into a file: whole or not at all.

    A device or a pipe gets the rows as they come. Errors: UserError.
    """
    if not os.path.isdir(out.parent):
        raise UserError(f"--out: expected a file in a folder that is there, got {show(str(out))}")
    if os.path.isdir(out) or (os.path.exists(out) and _same(out, rows)):
        raise UserError(f"--out: expected another file than the rows', got {show(str(out))}")
    if _is_of(folder, out):
        raise UserError(f"--out: expected another file than the run's own, got {show(str(out))}")
    try:
        with _opened(out) as file:
            return write(model, rows, keep, file)
    except OSError as fault:
        text = show(str(out))
        raise UserError(f"--out: expected a file to write, got {text}: {fault.strerror}") from None


def _same(out: Path, rows: Path) -> bool:
    return os.path.exists(rows) and out.samefile(rows)


def _is_of(folder: Path, out: Path) -> bool:
    """Whether a run may need that file: all in its folder but tables beside its own files."""
    root, path = Path(os.path.realpath(folder)), Path(os.path.realpath(out))
    is_beside = path.parent == root and path.suffix in (".csv", ".tsv", ".txt")
    return path.is_relative_to(root) and not is_beside


@contextmanager
def _opened(out: Path) -> Iterator[IO[str]]:
    if os.path.exists(out) and not os.path.isfile(out):
        with out.open("w", encoding="utf-8", newline="") as file:
            yield file
        return
    # Where a link leads: the link stays.
    with atomic.AtomicFile(Path(os.path.realpath(out))) as binary:
        file = TextIOWrapper(binary, encoding="utf-8", newline="")
        yield file
        file.detach()  # `AtomicFile` closes it


def write(
    model: Predictor, rows: Path, keep: list[str], file: Writable, terminal: bool = False
) -> Notes:
    """CSV of the kept columns, the prediction, and its spread over the networks.

    Each row says which it is in the file, from 1 on, and of a text in which line it begins. For
    classes `p.NAME`, the mean of the networks' probabilities, and `sd.NAME`, their SD; for a number
    `sd`; for several `prediction.NAME` and `sd.NAME`. Errors: UserError.
    """
    notes = Notes()
    kind = _kind(rows)
    done = 0
    lines: Iterator[int] | None = None
    for frame in _chunks(rows, kind, model):
        if done == 0:
            found = data_files.lines(rows, kind, model.reading)
            lines = None if found is None else found.every()
            keep = _names(keep, frame)
            notes.unused = _check_columns(frame, model, keep, rows)
        _check_values(frame, model, rows, kind, done, notes)
        notes.add(frame, model)
        made = predictions(model, frame)
        if terminal:  # which might obey the control characters of a class's name
            made.columns = pd.Index([printable(name) for name in made.columns])
            made = made.map(lambda v: printable(v) if isinstance(v, str) else v)
        places = _places(done, len(frame), lines)
        places = places.drop(columns=[name for name in places if name in keep])
        made = pd.concat([places, frame[keep].reset_index(drop=True), made], axis=1)
        file.write(made.to_csv(index=False, header=done == 0, float_format="%.7g"))
        done += len(frame)
    return notes


def _places(before: int, count: int, lines: Iterator[int] | None) -> pd.DataFrame:
    """`row` and, of a text, `line` of the next rows of a file."""
    found = pd.DataFrame({"row": np.arange(before + 1, before + count + 1)})
    if lines is None:
        return found
    known = pd.Series(list(islice(lines, count)), dtype="Int64")
    return found.assign(line=known.reindex(found.index))


def _kind(rows: Path) -> FileKind:
    """Errors: UserError for a file of another kind, or none."""
    try:
        return data_files.expect(rows, f"a {alternatives(FILE_KINDS)} file or {FOLDER}")
    except Expected as fault:
        raise UserError(f"ROWS: {fault.message}") from None


def _chunks(rows: Path, kind: FileKind, model: Predictor) -> Iterator[pd.DataFrame]:
    known = model.encoder.numbers
    numbers = set(known.name[known.spelling == ""].tolist())  # others are read from texts
    return data_files.chunks(rows, kind, model.reading, numbers, CHUNK)


def _names(given: list[str], frame: pd.DataFrame) -> list[str]:
    """Names of columns, each once; "a,b" is two of them, unless it is one."""
    each = ([name] if name in frame else name.split(",") for name in given)
    return list(dict.fromkeys(name.strip() for names in each for name in names))


def predictions(model: Predictor, frame: pd.DataFrame) -> pd.DataFrame:
    """`prediction`, and its probabilities and spread, a row each. Errors: UserError."""
    classes, several = model.target.classes, model.target.several
    outputs, spread = model.outputs_with_spread(frame)
    names = [one.name for one in several] or list(classes)
    found: dict[str, Any] = {}
    if several:
        found |= {f"prediction.{name}": outputs[:, place] for place, name in enumerate(names)}
    elif classes:
        found["prediction"] = np.array(classes, dtype=object)[outputs.argmax(axis=1)]
        found |= {f"p.{name}": outputs[:, place] for place, name in enumerate(names)}
    else:
        found["prediction"] = outputs[:, 0]
    if spread is not None:
        spreads = [f"sd.{name}" for name in names] or ["sd"]
        found |= {name: spread[:, place] for place, name in enumerate(spreads)}
    return pd.DataFrame(found)


def _check_columns(frame: pd.DataFrame, model: Predictor, keep: list[str], rows: Path) -> list[str]:
    """The columns that are not used. Errors: UserError naming all that are missing."""
    there = [str(name) for name in frame.columns]
    used = model.encoder.names
    every, needed = set(there), {*used, *keep}
    for option, wanted in (("", used), ("--keep: ", keep)):
        missing = [name for name in wanted if name not in every]
        if missing:
            names = some([show(name) for name in missing])
            hints = [did_you_mean(name, there[:20]) for name in missing[:NAMED]]
            hint = "; ".join(dict.fromkeys(hints))
            if not option:
                hint += "; an empty column would do"
            columns = "column" if len(missing) == 1 else "columns"
            raise UserError(f"{option}{rows}: expected the {columns} {names}, got none ({hint})")
    return [name for name in there if name not in needed]


def _check_values(
    frame: pd.DataFrame, model: Predictor, rows: Path, kind: FileKind, before: int, notes: Notes
) -> None:
    """Note gaps. Errors: UserError for a text or an infinity among numbers, with its place."""
    for block in model.encoder.read_numbers(frame):
        with np.errstate(over="ignore"):
            inputs = block.scaled().astype(model.dtype)
        wrong = block.wrong | np.isinf(inputs)
        if wrong.any():
            place, row = (int(at) for at in np.argwhere(wrong)[0])
            cell = frame[block.columns.name[place]].iloc[[row]]
            too_large = f" (too large for {model.dtype})"
            hint = too_large * bool(np.isfinite(block.numbers[place, row]))
            if number_formats.remedy(number_formats.why_not_numbers(cell)):
                hint = " (the study's data.decimal is '.': write a point)"
            hint = number_hint(cell, block.columns.columns()[place]) or hint
            lines = data_files.lines(rows, kind, model.reading)
            raise cell_places.not_a_number(str(rows), lines, before + row, cell, hint)
        gaps = np.isnan(block.numbers).sum(axis=1) * ~block.columns.indicator
        notes.add_gaps(block.columns.name, gaps)
    for column in model.encoder.others:
        if isinstance(column, DateColumn):
            seconds, wrong = dates.seconds(frame[column.name], column.form)
            if not column.indicator:
                notes.add_gaps([column.name], np.isnan(seconds[~wrong]).sum(keepdims=True))
            if wrong.any():
                row = int(wrong.argmax())
                cell = frame[column.name].iloc[[row]]
                lines = data_files.lines(rows, kind, model.reading)
                like = dates.as_in_training(column.form)
                raise cell_places.not_a_number(
                    str(rows), lines, before + row, cell, like, expected="a date"
                )
