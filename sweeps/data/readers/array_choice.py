"""Which arrays of a file are inputs and target, and along which axis its examples lie."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import Expected, Unquoted, did_you_mean
from sweeps.data.readers import stored_arrays
from sweeps.data.readers.stored_arrays import Arrays, StoredArray, described

# What inputs and target are called together, wherever both names stand in a file.
PAIRS = (
    *(("X", "y"), ("x", "y"), ("X_train", "y_train"), ("x_train", "y_train")),
    *(("train_set_x", "train_set_y"), ("train_x", "train_y"), ("inputs", "targets")),
    *(("data", "target"), ("data", "labels"), ("images", "labels"), ("features", "labels")),
)


MOST_TARGETS = 100  # of one array; more are pictures


@dataclass(frozen=True)
class Chosen:
    """The names of inputs and target; without inputs the arrays are columns of a table.

    more: the names of other targets.
    """

    inputs: str | None
    target: str
    more: tuple[str, ...] = ()


def expect(arrays: Arrays, name: str, at: str) -> StoredArray:
    """The array of that name. Errors: Expected, for a link in its place, too."""
    if name not in arrays:
        near = did_you_mean(name, arrays)
        hint = f"arrays: {described(arrays)}"
        hint = hint if near.startswith("known") else f"{near} {hint}"
        raise Expected("an array of the file", name, hint, at=at)
    if link := arrays[name].link:
        raise Expected("an array of the file", Unquoted(f"'{name}'"), f"it is {link}", at)
    return arrays[name]


def choose(arrays: Arrays, inputs: str | None, targets: tuple[str, ...]) -> Chosen:
    """Inputs and targets, as the study names them, or as there is but one way. Errors: Expected."""
    if inputs is not None:
        expect(arrays, inputs, "inputs")
    for name in targets:
        expect(arrays, name, "target")
        if name == inputs:
            raise Expected("a target that is not the inputs", name, at="target")
    target, more = (targets[0], targets[1:]) if targets else (None, ())
    there = [pair for pair in PAIRS if set(pair) <= arrays.keys()]
    fitting = [(x, y) for x, y in there if inputs in (None, x) and target in (None, y)]
    if target is None:
        if len(fitting) != 1:
            raise Expected(
                "the name of an array", None, f"arrays: {described(arrays)}", at="target"
            )
        return _read(arrays, Chosen(*fitting[0]))
    if inputs is not None:
        return Chosen(inputs, target, more)
    if len(fitting) == 1:
        return _read(arrays, Chosen(*fitting[0], more))
    wide = [
        name
        for name in wide_ones(arrays)
        if name not in targets and any(_agrees(arrays[name], arrays[target], at) for at in (0, -1))
    ]
    if len(wide) > 1:
        found = described({name: arrays[name] for name in wide})
        raise Expected("the name of an array", None, f"arrays: {found}", at="inputs")
    return Chosen(wide[0] if wide else None, target, more)


def _read(arrays: Arrays, chosen: Chosen) -> Chosen:
    """What was chosen by its name. Errors: Expected for links."""
    expect(arrays, str(chosen.inputs), "inputs")
    expect(arrays, chosen.target, "target")
    return chosen


def wide_ones(arrays: Arrays) -> list[str]:
    """The arrays of numbers with more than one value an example."""
    return [name for name, one in arrays.items() if one.is_numeric and not one.is_vector]


def vectors(arrays: Arrays, length: int) -> list[str]:
    """The arrays with so many values, one an example."""
    return [name for name, one in arrays.items() if one.is_vector and one.length == length]


def of_prediction(arrays: Arrays, inputs: str | None) -> str | None:
    """The inputs among arrays that may have other names than in training; None for columns.

    Errors: Expected.
    """
    if inputs is not None and inputs in arrays:
        return inputs if expect(arrays, inputs, "inputs") else None
    wide = wide_ones(arrays)
    if len(wide) == 1:
        return wide[0]
    if inputs is None and not wide:
        return None
    return inputs if expect(arrays, inputs or "inputs", "inputs") else None


def axis(inputs: StoredArray, target: StoredArray, examples: str | None) -> int:
    """Along which axis of the inputs examples lie, 0 or -1: where as many targets are.

    Errors: Expected, at `examples` where both would do, at `target` where none does.
    """
    if examples is not None:
        fits = {"rows": 0, "columns": -1}[examples]
        found = [fits] if _agrees(inputs, target, fits) else []
    else:
        found = [at for at in (0, -1) if _agrees(inputs, target, at)]
        if len(found) == 2 and len(inputs.shape) == 1:
            return 0
    if len(found) == 2:
        shapes = described({"inputs": inputs, "target": target})
        raise Expected(
            "examples: rows or examples: columns", Unquoted(f"{shapes}, either way"), at="examples"
        )
    if not found:
        shapes = described({"inputs": inputs, "target": target})
        raise Expected("as many targets as examples", Unquoted(shapes), at="target")
    return found[0]


def _agrees(inputs: StoredArray, target: StoredArray, at: int) -> bool:
    if not inputs.shape or not target.shape:
        return False
    length = target.length if target.is_vector else target.shape[at]
    return inputs.shape[at] == length and (target.is_vector or len(target.shape) == 2)


def labels(name: str, target: StoredArray, at: int) -> NDArray[Any]:
    """A value (n,) of each example: numbers, texts, or the places of the ones in one-hot rows.

    Of several targets (n, K) numbers. at: the axis of the examples. Errors: Expected.
    """
    if not target.is_numeric:
        return stored_arrays.words(name, target, "target")
    is_boolean = target.dtype.kind == "b"
    values = stored_arrays.numbers(name, target, "target")
    if target.is_vector:
        return np.ravel(values).astype(bool) if is_boolean else np.ravel(values)
    rows = values if at == 0 else values.T
    is_one_hot = ((rows == 0) | (rows == 1)).all() and (rows.sum(axis=1) == 1).all()
    if is_one_hot:
        return np.asarray(rows.argmax(axis=1))
    with np.errstate(all="ignore"):
        are_shares = bool((np.abs(rows.sum(axis=1) - 1) < 1e-3).all() and (rows >= 0).all())
    if are_shares or is_boolean or rows.shape[1] > MOST_TARGETS:
        got = Unquoted(f"{rows.shape[1]} values an example in '{name}', not one-hot")
        expected = f"one value an example, one-hot rows, or up to {MOST_TARGETS} numbers"
        raise Expected(expected, got, at="target")
    return rows


def class_names(
    arrays: Arrays, name: str, codes: NDArray[Any]
) -> tuple[tuple[str, ...], NDArray[Any]]:
    """The names of classes in an array of the file, and their codes from 0 on.

    MATLAB counts from 1: so do codes of which the largest is the number of names. Errors: Expected.
    """
    array = expect(arrays, name, "classes")
    is_text = not array.is_numeric
    values = stored_arrays.words(name, array, "classes") if is_text else array.load().ravel()
    names = tuple(str(value) for value in values)
    if codes.dtype.kind not in "biuf":
        raise Expected("codes of classes as a target", Unquoted("texts"), at="classes")
    codes = codes.astype(np.int64) if codes.dtype.kind == "b" else codes
    least, most = codes.min(), codes.max()
    shift = int(least >= 1 and most == len(names))
    is_whole = bool((codes == np.round(codes)).all())
    if not is_whole or least < 0 or most - shift >= len(names):
        got = f"codes from {least:g} to {most:g} for {len(names)} names in '{name}'"
        raise Expected("a name for each code of the target", Unquoted(got), at="classes")
    if len(set(names)) < len(names):
        raise Expected("each class once", Unquoted(f"'{name}' with a name twice"), at="classes")
    return names, codes.astype(np.int64) - shift
