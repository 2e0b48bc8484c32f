"""Where rows come from: a file of the user's, or a set by its name, under a prefix.

A source is added as a module with a function that reads its sets, and a row of SOURCES; a kind of
file is a row of `file_kinds`.
"""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sweeps.base.errors import Expected, did_you_mean
from sweeps.data import bundled, data_files, file_kinds, synthetic
from sweeps.data.file_kinds import DEFAULTS, FILE_KINDS, FOLDER, ReadOptions, alternatives
from sweeps.data.source_table import SourceTable
from sweeps.study.hyperparameters.kinds import Number


@dataclass(frozen=True)
class Source:
    """Sets that a study names as PREFIX:NAME.

    read: a set by its name and options. options: what `data.options` may hold, as `read` takes it.
    """

    names: Collection[str]
    read: Callable[[str, Mapping[str, Any]], SourceTable]
    options: Mapping[str, Number] = field(default_factory=dict)


SOURCES: Mapping[str, Source] = {
    "sklearn": Source(bundled.TARGETS, bundled.read),
    "synthetic": Source(synthetic.GENERATORS, synthetic.read, synthetic.OPTIONS),
}
# What to do where a study names another.
REMEDIES: Mapping[str, str] = {"openml": "download its table, and name that file"}


NAMES = tuple(f"{prefix}:NAME" for prefix in SOURCES)
FORMS = alternatives((f"a {alternatives(FILE_KINDS)} file", FOLDER, *NAMES))  # of `data.source`


def read(
    source: str,
    target: str | None,
    options: Mapping[str, Any],
    base: Path,
    reading: ReadOptions = DEFAULTS,
) -> SourceTable:
    """Read `data.source`; files are relative to `base`.

    options: `data.options`, for a named set. reading: how a file is to be read. Errors: Expected
    (below `data`) for a source, target or option that is not there; UserError for a file that
    cannot be read.
    """
    prefix, colon, name = source.partition(":")
    try:
        if not colon:
            return _file(base / source, target, options, reading)
        file_kinds.expect_options(None, reading)
        table = _named_set(prefix, name, options)
    except Expected as fault:
        raise fault if fault.at else fault.below("source") from None
    if target is not None and target != table.target:
        raise Expected(f"'{table.target}' (or nothing) for this source", target, at="target")
    return table


def _named_set(prefix: str, name: str, options: Mapping[str, Any]) -> SourceTable:
    if prefix not in SOURCES:
        raise Expected(FORMS, f"{prefix}:{name}", REMEDIES.get(prefix, ""))
    source = SOURCES[prefix]
    if name not in source.names:
        raise Expected(f"a known {prefix} set", name, did_you_mean(name, source.names))
    return source.read(name, _checked(options, source.options))


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
    path: Path, target: str | None, options: Mapping[str, Any], reading: ReadOptions
) -> SourceTable:
    kind = data_files.expect(path, FORMS)
    _checked(options, {})
    file_kinds.expect_options(kind, reading)
    return data_files.table(path, kind, reading, target)
