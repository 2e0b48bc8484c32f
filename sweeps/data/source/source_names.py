"""What a study may name as its source: a set as PREFIX:NAME, else a file, whatever is in its name.

So a path of Windows and a file's name with a colon are files; `./sklearn:iris` is one, too.
"""

import os
from pathlib import Path

from sweeps.base.errors import did_you_mean

PREFIXES = ("sklearn", "openml", "synthetic")


def is_named(source: str) -> bool:
    """Whether it is a set's name, and no file."""
    prefix, colon, _ = source.partition(":")
    return bool(colon) and prefix in PREFIXES


def short(source: str) -> str:
    """A set's name, or a file's without its folders."""
    return source if is_named(source) else Path(source).name


def from_folder(source: str, base: Path, folder: Path) -> str:
    """A source that is relative to `base`, as it is relative to another folder."""
    if is_named(source):
        return source
    try:
        return os.path.relpath(base / source, folder)
    except ValueError:  # on another drive of Windows
        return str((base / source).absolute())


def as_both(source: str) -> str:
    """What a source with a colon was looked for as, where it is neither."""
    prefix, _, rest = source.partition(":")
    if len(prefix) == 1 and rest[:1] in ("\\", "/"):
        return "no such file"
    if rest.startswith("//"):
        return "nothing is read from an address: download the file, and name it"
    known = did_you_mean(prefix, PREFIXES)
    return f"no such file, and '{prefix}:' is no source: {known}"
