"""Where rows come from: a file of the user's, or a set by its name, under a prefix.

A source is added as a module with a function that reads its sets, and a row of SOURCES; a kind of
file is a row of `file_kinds`.
"""

import os
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sweeps.base.errors import Expected, did_you_mean
from sweeps.data.source import bundled, data_files, file_kinds, openml, source_names, synthetic
from sweeps.data.source.file_kinds import FILE_KINDS, FOLDER, alternatives
from sweeps.data.source.read_options import DEFAULTS, ReadOptions, Target
from sweeps.data.source.source_table import SourceTable
from sweeps.study.hyperparameters.kinds import Number


@dataclass(frozen=True)
class Source:
    """Sets that a study names as PREFIX:NAME.

    names: those that there are; none where others may know them. read: a set by its name and
    options, for its own target or those that the study names. options: what `data.options` may
    hold for a set.
    """

    names: Collection[str]
    read: Callable[[str, Mapping[str, Any], Target], SourceTable]
    options: Callable[[str], Mapping[str, Number]] = lambda name: {}


# A row for each of `source_names.PREFIXES`.
SOURCES: Mapping[str, Source] = {
    "sklearn": Source(bundled.TARGETS, bundled.read),
    "openml": Source((), openml.read),
    "synthetic": Source(synthetic.GENERATORS, synthetic.read, synthetic.options),
}


NAMES = tuple(f"{prefix}:NAME" for prefix in SOURCES)
FORMS = alternatives((f"a {alternatives(FILE_KINDS)} file", FOLDER, *NAMES))  # of `data.source`


def read(
    source: str,
    target: Target,
    options: Mapping[str, Any],
    base: Path,
    reading: ReadOptions = DEFAULTS,
) -> SourceTable:
    """Read `data.source`; files are relative to `base`.

    target: a column, or several. options: `data.options`, for a named set. reading: how a file is
    to be read. Errors: Expected (below `data`) for a source, target or option that is not there;
    UserError for a file that cannot be read.
    """
    first, *more = target if isinstance(target, tuple) else (target,)
    try:
        if not source_names.is_named(source):
            return _with_more(_file(source, base, target, options, reading), tuple(more))
        file_kinds.expect_options(None, reading)
        table = _named_set(source, target, options)
    except Expected as fault:
        raise fault if fault.at else fault.below("source") from None
    if first is not None and first != table.target:
        raise Expected(f"'{table.target}' (or nothing) for this source", first, at="target")
    return _with_more(table, tuple(more))


def _with_more(table: SourceTable, names: tuple[str, ...]) -> SourceTable:
    """A table with more targets, unless its reader knew them. Errors: Expected."""
    names = tuple(name for name in names if name not in table.more)
    known = [str(column) for column in table.frame.columns]
    for name in names:
        if name not in known:
            raise Expected("a column of the data", name, did_you_mean(name, known), at="target")
    return replace(table, more=(*table.more, *names))


def _named_set(text: str, target: Target, options: Mapping[str, Any]) -> SourceTable:
    prefix, _, name = text.partition(":")
    source = SOURCES[prefix]
    if source.names and name not in source.names:
        raise Expected(f"a known {prefix} set", name, did_you_mean(name, source.names))
    return source.read(name, _checked(options, source.options(name)), target)


def _checked(options: Mapping[str, Any], known: Mapping[str, Number]) -> dict[str, Any]:
    """Options as the source's bounds take them. Errors: Expected."""
    if options and not known:
        raise Expected("no options for this source", dict(options), at="options")
    checked = {}
    for key, value in options.items():
        if key not in known:
            raise Expected("a known option", key, did_you_mean(key, known), at=f"options.{key}")
        try:
            checked[key] = known[key].check(value)
        except Expected as fault:
            raise fault.below(f"options.{key}") from None
    return checked


def _file(
    source: str,
    base: Path,
    target: Target,
    options: Mapping[str, Any],
    reading: ReadOptions,
) -> SourceTable:
    path = base / source
    if ":" in source and not os.path.exists(path):
        raise Expected(FORMS, source, source_names.as_both(source))
    kind = data_files.expect(path, FORMS)
    _checked(options, {})
    file_kinds.expect_options(kind, reading)
    return data_files.table(path, kind, reading, target)
