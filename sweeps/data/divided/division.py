"""Which rows train, which are dev and test rows: by what the study says, or the source itself."""

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected, Unquoted
from sweeps.data.divided import outer_folds, split, time_order
from sweeps.data.divided.split import Rows
from sweeps.data.source.source_table import SourceTable
from sweeps.study.data_section import PARTS, DataSpec, SplitSpec


@dataclass(frozen=True)
class Division:
    """Row numbers by part, ascending; a part may have none.

    dev_share: of the rows that are not test, how many are dev. is_given: whether a column says
    which rows are dev, so that none are drawn. times (n,): the place of each row's time, where time
    divides. words: how the rows were divided.
    """

    parts: dict[str, Rows]
    dev_share: float
    is_given: bool
    times: Rows | None
    words: str


@dataclass(frozen=True)
class _Table:
    """What a division goes by. names, groups: class and group of each row, if there are such."""

    split: SplitSpec
    table: SourceTable
    names: pd.Series | None
    groups: pd.Series | None
    times: Rows | None

    def cut(self, rows: Rows, share: float, part: str) -> tuple[Rows, Rows]:
        """(those that stay, about `share` of them cut off as `part`). Errors: Expected."""
        if self.times is not None:
            return time_order.cut(rows, share, self.times, part)
        seed = self.split.seed + (part == "dev")
        return split.cut(rows, share, self.names, self.groups, seed, part)


def divide(
    spec: DataSpec, table: SourceTable, names: pd.Series | None, groups: pd.Series | None
) -> Division:
    """The rows of each part. Errors: Expected (below `data`)."""
    remedy = "another seed, a larger share, or fewer classes"
    try:
        known = _Table(spec.split, table, names, groups, _times(spec, table))
        if spec.split.column is not None:
            remedy = "move rows of it there, or have fewer classes"
            column = table.frame[spec.split.column]
            found = _by_parts(known, split.by_column(column, groups, table.lines))
            found = replace(found, is_given=len(split.members(column, "dev")) > 0)
        elif table.parts is not None:
            remedy = "rows of it there, or fewer classes"
            found = _by_parts(known, _with_test(known, split.by_parts(table.parts, groups)))
        else:
            found = _by_shares(known)
        lost = None if names is None else split.lost_class(_there(found.parts), names, remedy)
        if lost is not None:
            raise lost
    except Expected as fault:
        raise fault.below("split") from None
    return replace(found, words=_in_words(spec, table, found, names is not None))


def _times(spec: DataSpec, table: SourceTable) -> Rows | None:
    if spec.split.time is None:
        return None
    try:
        return time_order.ranks(table.frame[spec.split.time], table.lines)
    except Expected as fault:
        raise fault.below("time") from None


def _by_shares(known: _Table) -> Division:
    """By shares, or the test rows of an outer fold and a share of the rest. Errors: Expected."""
    spec, rows = known.split, len(known.table.frame)
    share = spec.dev / (1 - spec.test)
    if spec.outer is not None:
        parts = outer_folds.divide(spec, spec.outer, known.names, known.groups, rows)
        return Division(parts, share, False, None, "")
    rest, test = known.cut(np.arange(rows), spec.test, "test")
    train, dev = known.cut(rest, share, "dev")
    parts = {"train": train, "dev": dev, "test": test}
    if known.names is not None and known.groups is None and known.times is None:
        parts = split.with_each_class(parts, known.names)
    wanted = {"train": 1.0, "dev": spec.dev, "test": spec.test}
    for part, members in parts.items():
        if len(members) == 0 and wanted[part] > 0:
            at = part if part != "train" else ""
            raise Expected(f"some {part} rows", Unquoted(f"none of {rows}"), at=at)
    return Division(parts, share, False, known.times, "")


def _by_parts(known: _Table, given: dict[str, Rows]) -> Division:
    """By parts that are given; where none are dev, a share of the others is. Errors: Expected."""
    share, train = known.split.dev, given["train"]
    dev = given["dev"]
    if len(dev) == 0 and share > 0:
        train, dev = known.cut(train, share, "dev")
        if len(dev) == 0 or len(train) == 0:
            got = Unquoted(f"{len(given['train'])} rows to draw dev rows from")
            raise Expected("rows enough to train and dev", got, at="dev")
    parts = {"train": train, "dev": dev, "test": given["test"]}
    return Division(parts, share, False, known.times, "")


def _with_test(known: _Table, given: dict[str, Rows]) -> dict[str, Rows]:
    """Parts of a source; where it has no test rows, a share of those that train is cut off."""
    if len(given["test"]) or not known.split.test:
        return given
    train, test = known.cut(given["train"], known.split.test, "test")
    return {**given, "train": train, "test": test}


def _there(parts: dict[str, Rows]) -> dict[str, Rows]:
    return {part: rows for part, rows in parts.items() if len(rows)}


def _in_words(spec: DataSpec, table: SourceTable, found: Division, stratified: bool) -> str:
    said = _drawn_in_words(spec, stratified)
    if spec.split.column is not None:
        dev = "" if found.is_given or not spec.split.dev else f", dev {said}"
        return f"by column '{spec.split.column}'{dev}"
    if table.parts is None:
        return said
    own = [f"{one.part} from {one.name}" for one in table.files if one.part != "train"]
    if not own:
        own = [f"{part} of the source's own" for part in PARTS if (table.parts == part).any()]
    has_dev = bool((table.parts == "dev").any()) or not spec.split.dev
    return ", ".join([*own, *([] if has_dev else [f"dev {said}"])])


def _drawn_in_words(spec: DataSpec, stratified: bool) -> str:
    if spec.split.time is not None:
        return f"by time, '{spec.split.time}': the past trains"
    kind = "stratified" if stratified else "random"
    if spec.split.outer is not None:
        kind = f"test is outer fold {spec.split.outer.fold} of {spec.split.outer.folds}, {kind}"
    whole = f", each '{spec.group}' on one side" if spec.group else ""
    return f"{kind}{whole}, seed {spec.split.seed}"
