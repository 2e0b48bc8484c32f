"""Paths that the command line says over a study: they are of the folder that the user is in."""

import os
from pathlib import Path
from typing import Any

from sweeps.base.errors import join
from sweeps.data.source import source_names

# The keys of files of rows and of an earlier run; what stands in the study file is beside it.
PATHS = {f"data.{part}{key}" for part in ("", "test.", "dev.") for key in ("source", "file")} | {
    "search.from"
}


def from_study(path: str, value: Any, base: Path) -> Any:
    """The value of `--set path=value` for a study whose paths are relative to `base`."""
    if isinstance(value, dict):
        return {key: from_study(join(path, str(key)), one, base) for key, one in value.items()}
    return _moved(value, base) if path in PATHS and isinstance(value, str) else value


def _moved(text: str, base: Path) -> str:
    """A path as it is relative to `base`; what is none, or is whole, stays as it is."""
    if source_names.is_named(text) or os.path.isabs(text) or text.startswith("~"):
        return text
    if ":" in text and not os.path.exists(text):  # of another system, or a misspelled set
        return text
    folder = Path(os.path.realpath(base))
    if folder == Path(os.path.realpath(os.curdir)):
        return text
    made = source_names.from_folder(text, Path.cwd(), folder)
    return os.path.join(os.curdir, made) if source_names.is_named(made) else made
