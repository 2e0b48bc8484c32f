"""Test and dev rows in files or sets of their own, put below the training rows column by column."""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

import pandas as pd

from sweeps.base.errors import Expected, Unquoted, UserError, show
from sweeps.data.cell import cells, detection_limits, dtypes, number_spellings
from sweeps.data.column import code_columns
from sweeps.data.divided import target_gaps
from sweeps.data.source import source_names, sources
from sweeps.data.source.cell_places import place
from sweeps.data.source.lines import Lines, LinesOfFiles
from sweeps.data.source.read_options import ReadOptions
from sweeps.data.source.source_table import FileRows, SourceTable
from sweeps.study.data_section import DataSpec

TRAIN = "train"


def read(spec: DataSpec, base: Path) -> SourceTable:
    """All rows, those of test and dev too. Errors: Expected (below `data`), or UserError."""
    whole = _read(spec, base)
    if not spec.apart:
        return whole
    if spec.split.column is not None or spec.split.outer is not None:
        key = "column" if spec.split.column is not None else "outer"
        got = Unquoted(f"data.{' and data.'.join(spec.apart)} too")
        raise Expected("no rows of files of their own beside it", got, at=f"split.{key}")
    tables = {TRAIN: whole}
    for part, source in spec.apart.items():
        own = spec.of_part(source)
        try:
            tables[part] = _as_in(
                whole,
                _read(own, base),
                source_names.short(spec.source),
                source_names.short(own.source),
                _ignored(spec),
            )
        except Expected as fault:
            raise fault.below(part) from None
    _expect_own_part_once(whole, spec)
    names = {TRAIN: source_names.short(spec.source)} | {
        p: source_names.short(s.source) for p, s in spec.apart.items()
    }
    return _together(tables, names)


def _read(spec: DataSpec, base: Path) -> SourceTable:
    read = sources.read(spec.source, spec.target, spec.options, base, ReadOptions.of(spec))
    return target_gaps.left_out(code_columns.found(read, spec), spec)


def _ignored(spec: DataSpec) -> set[str]:
    """The columns that a part's file need not have."""
    return {*spec.ignore} | {name for name, kind in spec.columns.items() if kind == "ignore"}


def _as_in(
    whole: SourceTable, own: SourceTable, main: str, other: str, ignored: Collection[str]
) -> SourceTable:
    """A part's table with the columns of the training rows, in their order and of their types.

    Of those that are ignored it may have none, and has gaps then.
    Errors: Expected for columns that are missing or extra; UserError for a text where the training
    rows have numbers.
    """
    if len(own.targets) != len(whole.targets):
        got = Unquoted(f"{len(own.targets)}")
        raise Expected(f"{len(whole.targets)} targets, as of {main}", got, at="target")
    known = dict(zip(own.targets, whole.targets, strict=True))
    for name, called in known.items():
        if called != name and called in own.frame:
            beside = Unquoted(f"'{name}' beside a column '{called}'")
            raise Expected(f"one column for the target of {main}", beside, at="target")
    frame = own.frame.rename(columns=known)
    absent = [c for c in whole.frame.columns if c not in frame]
    missing = [c for c in absent if c not in ignored]
    extra = [c for c in frame.columns if c not in whole.frame]
    if missing:
        said = [f"{_few(missing)} missing"] + [f"{_few(extra)} more"] * bool(extra)
        raise Expected(f"the columns of {main}", Unquoted(", ".join(said)), at="source")
    notes = (f"{other} without {_few(extra)}: not in {main}",) * bool(extra)
    if own.classes != whole.classes:
        got = Unquoted(", ".join(own.classes) or "none")
        raise Expected(f"the classes of {main}", got, at="source")
    gaps = {name: whole.frame[name].iloc[:0].reindex(frame.index) for name in absent}
    frame = dtypes.with_columns(frame, gaps)[list(whole.frame.columns)]
    for column in frame.columns:
        files = main, other
        decimal = own.reading.decimal
        _expect_same_type(whole.frame[column], frame[column], own.lines, files, decimal)
    found = {known.get(name, name): column for name, column in own.codes.items()}
    return replace(own, frame=frame, target=whole.target, more=whole.more, codes=found, notes=notes)


def _expect_same_type(
    train: pd.Series,
    own: pd.Series,
    lines: Lines | LinesOfFiles | None,
    files: tuple[str, str],
    decimal: str,
) -> None:
    """Errors: UserError."""
    main, other = files
    if not dtypes.is_numeric(train.dtype, with_booleans=False):
        return
    if dtypes.is_numeric(own.dtype, with_booleans=True):
        return
    said = own.map(cells.text, na_action="ignore").astype("string").str.strip()
    texts = own.notna() & ~said.str.fullmatch(cells.NUMBER.pattern).fillna(False).astype(bool)
    texts &= ~said.map(partial(_is_read, decimal), na_action="ignore").fillna(False).astype(bool)
    if texts.any() and train.notna().any():
        row = int(texts.to_numpy().argmax())
        got = f"{show(own.iloc[row])}{place(lines, row, own)}"
        raise UserError(f"{other}: column '{own.name}': expected numbers, as in {main}, got {got}")


def _is_read(decimal: str, text: str) -> bool:
    """Whether a text is a limit, or a number with the decimal comma beside one."""
    found = number_spellings.parse(text, decimal)
    if found is None or found.unit:
        return False
    return decimal == "," or detection_limits.bare(text) is not None


def _spelled_alike(tables: Mapping[str, SourceTable]) -> list[pd.DataFrame]:
    """Their rows; numbers are texts with the study's mark where other rows of a column are texts.

    So "<0,1" in one file is read beside the plain numbers of the other.
    """
    found = [table.frame for table in tables.values()]
    if tables[TRAIN].reading.decimal != ",":
        return found
    each: list[set[str]] = [
        set(dtypes.numeric_columns(frame, with_booleans=False)) for frame in found
    ]
    mixed = each[0].union(*each) - each[0].intersection(*each)
    return [
        dtypes.with_columns(frame, {name: _with_commas(frame[name]) for name in mixed & numbers})
        for frame, numbers in zip(found, each, strict=True)
    ]


def _with_commas(column: pd.Series) -> pd.Series:
    return column.map(lambda cell: cells.text(cell).replace(".", ","), na_action="ignore")


def _expect_own_part_once(whole: SourceTable, spec: DataSpec) -> None:
    """A source that has a part of its own has no second one beside it. Errors: Expected."""
    for part in spec.apart:
        if whole.parts is not None and bool((whole.parts == part).any()):
            raise Expected(f"no {part} rows beside those of the source", spec.source, at=part)


def _together(tables: Mapping[str, SourceTable], names: Mapping[str, str]) -> SourceTable:
    whole = tables[TRAIN]
    own = whole.parts if whole.parts is not None else pd.Series(TRAIN, whole.frame.index)
    parts = [own, *(pd.Series(p, t.frame.index) for p, t in tables.items() if p != TRAIN)]
    starts = [0]
    for table in tables.values():
        starts.append(starts[-1] + len(table.frame))
    made = hashlib.sha256()
    for part, table in tables.items():
        made.update(f"{part} {table.sha256}\n".encode())
    files = tuple(
        FileRows(part, names[part], table.sha256, start)
        for (part, table), start in zip(tables.items(), starts, strict=False)
    )
    found = [table.lines for table in tables.values()]
    lines = tuple(None if isinstance(one, LinesOfFiles) else one for one in found)
    return replace(
        whole,
        frame=pd.concat(_spelled_alike(tables), ignore_index=True),
        sha256=made.hexdigest(),
        lines=LinesOfFiles(tuple(starts[:-1]), tuple(names.values()), lines),
        parts=pd.concat(parts, ignore_index=True),
        notes=tuple(note for table in tables.values() for note in table.notes),
        codes=code_columns.together(list(tables.values())),
        files=files,
    )


def _few(names: list[str], most: int = 4) -> str:
    shown = ", ".join(f"'{one}'" for one in names[:most])
    return f"{shown} and {len(names) - most} others" if len(names) > most else shown
