"""Arrays as a table: a row an example, inputs flattened into the columns x1, x2, … of its frame."""

import hashlib
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.data.readers import array_choice, stored_arrays
from sweeps.data.readers.stored_arrays import Arrays, Opener, StoredArray, described
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions, Target, each_target
from sweeps.data.source.source_table import SourceTable

BYTE = 255  # what the bytes of images are divided by


def reader(opened: Opener) -> Reader:
    """How files are read whose arrays that opens."""
    return Reader(
        read=partial(inputs_alone, opened),
        chunks=partial(chunks, opened),
        table=partial(table, opened),
    )


def sha256(path: Path) -> str:
    """The SHA-256 of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def table(opened: Opener, path: Path, options: ReadOptions, target: Target) -> SourceTable:
    """All examples with their targets. Errors: Expected; ValueError, OSError, MemoryError."""
    targets = each_target(target)
    with opened(path) as arrays:
        unread = tuple(f"{name} is {link}" for name, link in stored_arrays.links(arrays).items())
        if not arrays:
            raise ValueError("no arrays")
        column = _own_column(arrays, options, targets[0] if targets else None)
        if column is not None:
            made = SourceTable(inputs_frame(arrays, next(iter(arrays)), options), column, "")
        else:
            chosen = array_choice.choose(arrays, options.inputs, targets)
            make = _of_columns if chosen.inputs is None else _of_pair
            made = make(arrays, chosen, options)
    return replace(made, sha256=sha256(path), notes=(*made.notes, *unread[:MOST_LINKS]))


MOST_LINKS = 3  # that are told


def _own_column(arrays: Arrays, options: ReadOptions, target: str | None) -> str | None:
    """The column x1, x2, … of the file's one array that is the target, if one is."""
    if len(arrays) > 1 or options.inputs is not None or target in arrays:
        return None
    ((name, array),) = arrays.items()
    if array.is_vector or array.link:
        return None
    names = column_names(array, options)
    if target not in names:
        expected = f"one of the columns x1 to {names[-1]} of '{name}', or a file beside it"
        raise Expected(expected, target, at="target")
    return target


def _of_columns(arrays: Arrays, chosen: array_choice.Chosen, options: ReadOptions) -> SourceTable:
    """Arrays with one value an example each are columns of a table."""
    length = arrays[chosen.target].length
    names = array_choice.vectors(arrays, length)
    for name in chosen.more:
        if name not in names:
            both = described({one: arrays[one] for one in (chosen.target, name)})
            raise Expected("targets with a value an example each", Unquoted(both), at="target")
    if len(names) < 2:
        raise Expected("the name of an array", None, f"arrays: {described(arrays)}", at="inputs")
    if options.classes in names:
        names.remove(str(options.classes))
    frame = pd.DataFrame({name: _column(name, arrays[name]) for name in names})
    classes, codes = _classes(arrays, options, frame[chosen.target].to_numpy())
    frame[chosen.target] = codes
    return SourceTable(frame, chosen.target, "", classes, reading=options, more=chosen.more)


def _column(name: str, array: StoredArray) -> NDArray[Any]:
    if array.is_numeric:
        values = np.ravel(stored_arrays.numbers(name, array, ""))
        return values.astype(bool) if array.dtype.kind == "b" else values
    return stored_arrays.words(name, array, "")


def _of_pair(arrays: Arrays, chosen: array_choice.Chosen, options: ReadOptions) -> SourceTable:
    """Inputs of one array, targets of another."""
    name = str(chosen.inputs)
    inputs, target = arrays[name], arrays[chosen.target]
    stored_arrays.expect_numeric(name, inputs, "inputs")
    at = array_choice.axis(inputs, target, options.examples)
    reading = replace(
        options, inputs=name, examples="columns" if at else None, scale=_scale(inputs, options)
    )
    codes = array_choice.labels(chosen.target, target, at)
    if chosen.more:
        codes = _of_several(arrays, chosen, at)
    frame, said = inputs_frame(arrays, name, reading), _said(arrays, chosen, reading)
    if codes.ndim == 2:
        if options.classes is not None:
            got = Unquoted(f"{codes.shape[1]} numbers an example")
            raise Expected("codes of classes as a target", got, at="classes")
        names = [chosen.target, *chosen.more]
        if not chosen.more:
            names = _names_of_several(chosen.target, codes.shape[1])
        elif shared := [label for label in names if label in frame]:
            raise Expected("targets with names that no input has", shared[0], at="target")
        made = pd.concat([frame, pd.DataFrame(codes, columns=names)], axis=1)
        first, *more = names
        return SourceTable(made, first, "", (), reading=reading, notes=(said,), more=tuple(more))
    classes, codes = _classes(arrays, options, codes)
    label = chosen.target if chosen.target not in frame else "target"
    frame[label] = codes
    return SourceTable(frame, label, "", classes, reading=reading, notes=(said,))


def _of_several(arrays: Arrays, chosen: array_choice.Chosen, at: int) -> NDArray[Any]:
    """A number (n, K) of each example from each of K arrays. Errors: Expected."""
    inputs, examples, each = arrays[str(chosen.inputs)], "columns" if at else "rows", []
    for name in (chosen.target, *chosen.more):
        array = arrays[name]
        stored_arrays.expect_numeric(name, array, "target")
        array_choice.axis(inputs, array, examples)
        if not array.is_vector:
            got = Unquoted(described({name: array}))
            raise Expected("one value an example in each of several targets", got, at="target")
        each.append(array_choice.labels(name, array, at))
    return np.column_stack(each)


def _names_of_several(target: str, count: int) -> list[str]:
    """y1, y2, … of an array "y", "group/y" or "y.npy"; no input is called so."""
    name = target.rpartition("/")[2].removesuffix(".npy")
    name = name if name != "x" else "target"
    return [f"{name}{number}" for number in range(1, count + 1)]


def _classes(
    arrays: Arrays, options: ReadOptions, codes: NDArray[Any]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    if options.classes is None:
        return (), codes
    return array_choice.class_names(arrays, options.classes, codes)


def _said(arrays: Arrays, chosen: array_choice.Chosen, reading: ReadOptions) -> str:
    """What was made of the arrays, for the plan."""
    names = (str(chosen.inputs), chosen.target, *chosen.more)
    each = described({name: arrays[name] for name in names})
    parts = [f"inputs and target{'s' * bool(chosen.more)} from {each}"]
    if reading.examples == "columns":
        parts.append("an example a column")
    if reading.scale not in (None, 1):
        parts.append(f"divided by {reading.scale:g}")
    return ", ".join(parts)


def _scale(array: StoredArray, options: ReadOptions) -> float | None:
    """What values are divided by: as the study says, and 255 for images of bytes."""
    is_image = array.dtype == np.uint8 and len(array.shape) > 2
    return BYTE if options.scale is None and is_image else options.scale


def _by_row(values: NDArray[Any], options: ReadOptions) -> NDArray[Any]:
    """Values with examples along their first axis."""
    return np.moveaxis(values, -1, 0) if options.examples == "columns" else values


def column_names(array: StoredArray, options: ReadOptions) -> list[str]:
    """The names of an array's inputs: x1, x2, …."""
    rows = array.shape[-1 if options.examples == "columns" else 0]
    return [f"x{number}" for number in range(1, array.length // max(1, rows) + 1)]


def inputs_frame(arrays: Arrays, name: str, options: ReadOptions) -> pd.DataFrame:
    """The inputs (n, columns) of an array. Errors: Expected."""
    array = arrays[name]
    return _frame(_by_row(stored_arrays.numbers(name, array, "inputs"), options), array, options)


def _frame(values: NDArray[Any], array: StoredArray, options: ReadOptions) -> pd.DataFrame:
    """Rows (n, …) of an array's values, flattened and divided by the scale."""
    if len(values) == 0:
        raise ValueError("no examples")
    flat = values.reshape(len(values), -1)
    scale = _scale(array, options)
    if scale not in (None, 1):
        is_small = flat.dtype.itemsize <= 2 or flat.dtype == np.float32
        flat = np.divide(flat, scale, dtype=np.float32 if is_small else np.float64)
    return pd.DataFrame(flat, columns=column_names(array, options), copy=False)


def inputs_alone(opened: Opener, path: Path, options: ReadOptions) -> pd.DataFrame:
    """The inputs of a file to predict. Errors: UserError; ValueError, OSError, MemoryError."""
    (whole,) = chunks(opened, path, options, (), 0)
    return whole


def chunks(
    opened: Opener, path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many rows of a file to predict at a time (0: all), at least one frame.

    Errors: as of `inputs_alone`.
    """
    with opened(path) as arrays:
        try:
            name = array_choice.of_prediction(arrays, options.inputs)
            if name is None:
                yield from _pieces(_columns_alone(arrays), rows)
                return
            array = arrays[name]
            values = _by_row(stored_arrays.numbers(name, array, ""), options)
        except Expected as fault:
            raise UserError(f"{path.name}: {fault.message}") from None
        for start in range(0, max(1, len(values)), rows or max(1, len(values))):
            yield _frame(values[start : start + (rows or len(values))], array, options)


def _columns_alone(arrays: Arrays) -> pd.DataFrame:
    lengths = Counter(one.length for one in arrays.values() if one.is_vector)
    if not lengths:
        raise ValueError("no arrays")
    names = array_choice.vectors(arrays, max(lengths, key=lambda size: (lengths[size], size)))
    return pd.DataFrame({name: _column(name, arrays[name]) for name in names})


def _pieces(frame: pd.DataFrame, rows: int) -> Iterator[pd.DataFrame]:
    for start in range(0, max(1, len(frame)), rows or max(1, len(frame))):
        yield frame.iloc[start : start + (rows or len(frame))]
