"""What is said of the data before anything trains: a line each, with what to do about it.

`data.quiet: [WORD]` keeps one from being said; of a column, that the study declares it too.
"""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sweeps.base.errors import show
from sweeps.data.arrays.dataset import Dataset, Target
from sweeps.data.column import repeated
from sweeps.data.divided import time_order
from sweeps.data.remarks import leaks

if TYPE_CHECKING:
    from sweeps.data.divided.divided_table import DividedTable

MOST_NAMED = 3  # columns of a kind
UNEVEN = 9  # rows of the commonest class for one of the rarest, from which on it is said
FEW_OF_A_CLASS = 5  # dev rows, of which no error can be told


def facts(divided: "DividedTable", dataset: Dataset) -> dict[str, Any]:
    """{"doubts": [[word, line], …]}, or nothing where there is nothing to say.

    "may_group" beside it is the column whose rows may belong together, where that is said.
    """
    quiet, group = divided.spec.quiet, _may_group(divided)
    said = [[word, line] for word, line in _each(divided, dataset, group) if word not in quiet]
    if not said:
        return {}
    is_grouped = any(word == "groups" for word, _ in said)
    return {"doubts": said} | ({"may_group": group} if is_grouped else {})


def _each(
    divided: "DividedTable", dataset: Dataset, group: str | None
) -> Iterator[tuple[str, str]]:
    gaps = list(_gaps(divided))
    by_gaps = {name for name, _ in gaps}  # which tell the target alone, too
    leaking = [one for name, one in _leaks(divided, dataset) if name not in by_gaps]
    yield from leaking
    yield from (one for _, one in gaps)
    is_told = any("data.group: " in line for _, line in leaking)  # one way to divide
    if group is not None and not is_told:
        column = divided.features.frame[group]
        yield "groups", _groups(group, column.nunique(), len(column))
    yield from _duplicates(divided, dataset)
    yield from _classes(dataset)


def _remedy(name: str, word: str, other: str) -> str:
    return f"add it to data.ignore if {other} (data.quiet: [{word}] says no more of it)"


def _leaks(divided: "DividedTable", dataset: Dataset) -> Iterator[tuple[str, tuple[str, str]]]:
    """Columns that alone tell nearly all of the target, each with its line."""
    train, codes = divided.parts["train"], dataset.labels["train"]
    if _is_wide(divided):
        return
    frame = _undeclared(divided).iloc[train]
    if dataset.target.classes:
        each = {"the target": np.eye(len(dataset.target.classes))[codes]}
    else:
        each = _by_name(dataset.target, np.asarray(codes, np.float64).reshape(len(train), -1))
    for what, outcomes in each.items():
        found = leaks.alone(frame, outcomes)
        for name, share in list(found.items())[:MOST_NAMED]:
            meets = f"column {show(name)} alone tells {int(100 * share)} % of {what}"
            why = "it is not known before the target is"
            group = _as_group(divided, name, frame[name])
            yield name, ("leak", f"{meets}: {group}{_remedy(name, 'leak', why)}")


def _as_group(divided: "DividedTable", name: str, column: Any) -> str:
    """What to do where the rows of one, which are alike, train and test."""
    spec = divided.spec
    is_divided = any((spec.group, spec.split.column, spec.split.time)) or spec.apart
    is_time = time_order.YEARS.fullmatch(name)
    if is_divided or is_time or not repeated.tells_groups(name, column):
        return ""
    called = show(name)
    return f"data.group: {called} keeps its rows on one side if those of one belong together, or "


def _by_name(target: Target, numbers: NDArray[np.float64]) -> dict[str, NDArray[np.float64]]:
    """Numbers (n, 1) of each target, by what it is called."""
    if not target.several:
        return {"the target": numbers}
    each = enumerate(target.several)
    return {f"target {show(one.name)}": numbers[:, [place]] for place, one in each}


def _gaps(divided: "DividedTable") -> Iterator[tuple[str, tuple[str, str]]]:
    """Columns whose gaps, or cells, stand where the target has one value alone, with the line."""
    if _is_wide(divided):
        return
    train = divided.parts["train"]
    frame = _undeclared(divided).iloc[train]
    columns = [one.values for one in divided.column.each]
    for target in columns if divided.names is None else [divided.names]:
        found = leaks.by_gaps(frame, np.asarray(target.iloc[train]))
        called = f"target {show(target.name)}" if divided.table.more else "the target"
        for name, (are_gaps, row) in list(found.items())[:MOST_NAMED]:
            only = show(target.iloc[train[row]])
            what = "is missing" if are_gaps else "has a value"
            why = "it is filled in when the target is known"
            meets = f"column {show(name)} {what} only where {called} is {only}"
            yield name, ("gaps", f"{meets}: {_remedy(name, 'gaps', why)}")


def _is_wide(divided: "DividedTable") -> bool:
    """Whether columns are so many that `leaks` looks at none: no copy is made of them."""
    return bool(_undeclared(divided).shape[1] > leaks.MOST_COLUMNS)


def _undeclared(divided: "DividedTable") -> Any:
    """The inputs, but those of which the study says what they are."""
    return divided.features.frame.drop(columns=list(divided.spec.columns), errors="ignore")


def _may_group(divided: "DividedTable") -> str | None:
    """The first column whose values come back, where the study keeps no rows together."""
    spec, frame = divided.spec, _undeclared(divided)
    chosen = (spec.group, spec.split.column, spec.split.time)
    if any(chosen) or spec.apart or frame.shape[1] > leaks.MOST_COLUMNS:
        return None
    names = (n for n in map(str, frame.columns) if n not in divided.features.readings.dates)
    return next((name for name in names if repeated.names_groups(name, frame[name])), None)


def _groups(name: str, values: int, rows: int) -> str:
    return (
        f"column {show(name)} has {values} values in {rows} rows: if the rows of "
        f"one belong together, data.group: {show(name)} keeps them on one side of the split "
        "(data.quiet: [groups] says no more of it)"
    )


def _duplicates(divided: "DividedTable", dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Test rows that are met before, and not by chance.

    Dev rows are told of where it is known how they are drawn.
    """
    counts = {
        "in the training set": dataset.facts["duplicates"],
        "among the dev rows": dataset.facts.get("test_met_in_dev", 0),
    }
    of = f" of {dataset.facts['test']} test rows also occur"
    met = [(count, where) for where, count in counts.items() if count]
    if met and not dataset.facts.get("met_by_chance"):
        told = [f"{count}{of * (not at)} {where}" for at, (count, where) in enumerate(met)]
        remedy = "remove them" if divided.spec.group else "remove them, or split by data.group"
        yield (
            "duplicates",
            f"{' and '.join(told)}, so the test error is too good: {remedy} "
            "(data.quiet: [duplicates] says no more of it)",
        )


def _classes(dataset: Dataset) -> Iterator[tuple[str, str]]:
    """Classes that are rare, and those of which no error can be told."""
    classes = dataset.target.classes
    if not classes:
        return
    counts = _counts(dataset, "train")
    least, most = int(counts.argmin()), int(counts.argmax())
    if counts[most] >= UNEVEN * counts[least]:
        yield (
            "classes",
            f"class {show(classes[least])} has {counts[least]} of {counts.sum()} training rows, "
            f"and {show(classes[most])} for every row is right in {counts[most] / counts.sum():.0%}"
            ": judge by objective: balanced_error or auc, and search class_weights: [none, "
            "balanced] (data.quiet: [classes] says no more of it)",
        )
    if "dev" not in dataset.labels:
        return
    counts = _counts(dataset, "dev")
    few = [name for name, count in zip(classes, counts, strict=True) if count < FEW_OF_A_CLASS]
    if few and len(classes) > 2:
        names = ", ".join(map(show, few[:MOST_NAMED])) + (", …" if len(few) > MOST_NAMED else "")
        yield (
            "classes",
            f"fewer than {FEW_OF_A_CLASS} dev rows of {names}: their errors cannot be told; merge "
            "them with others, or get more rows (data.quiet: [classes] says no more of it)",
        )


def _counts(dataset: Dataset, part: str) -> NDArray[np.intp]:
    return np.bincount(dataset.labels[part], minlength=len(dataset.target.classes))
