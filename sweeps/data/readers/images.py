"""A folder of pictures, one folder a class; to predict, pictures in whatever folders.

Sorted by name, each picture is cut to no part of it but resized to a square, of `color`, as the
columns x1, x2, … (row by row, channel by channel) between 0 and 1.
"""

import hashlib
import os
import warnings
from collections.abc import Collection, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from sweeps.base import files
from sweeps.base.errors import Expected, UserError, printable
from sweeps.data.readers import array_tables
from sweeps.data.source.file_kinds import Reader
from sweeps.data.source.read_options import ReadOptions, Target
from sweeps.data.source.source_table import SourceTable

ENDS = (*(".png", ".jpg", ".jpeg", ".bmp", ".gif", ".tif", ".tiff", ".webp", ".pgm", ".ppm"),)
SIZE, COLOR = 64, "rgb"  # of a study that says neither
MODES = {"gray": "L", "rgb": "RGB"}
TARGET = "class"
MOST_PIXELS = 50_000_000  # of one picture, before it is made smaller
DEEP = ("I", "I;16", "I;16L", "I;16B", "I;16N")  # Pillow's names of 16 bits a pixel


def table(path: Path, options: ReadOptions, target: Target) -> SourceTable:
    """All pictures below folders of classes. Errors: Expected, UserError, OSError, MemoryError."""
    if target not in (None, TARGET):
        raise Expected(f"'{TARGET}' (or nothing) for a folder of pictures", target, at="target")
    folders = [Path(one.path) for one in os.scandir(path) if one.is_dir() and _is_seen(one.name)]
    found = {folder.name: pictures(folder) for folder in sorted(folders)}
    found = {name: each for name, each in found.items() if each}
    if len(found) < 2:
        raise UserError(
            f"{printable(path.name)}: expected a folder of pictures for each of two classes or "
            f"more, got {len(found)} (pictures: {', '.join(ENDS)})"
        )
    reading = replace(options, size=options.size or SIZE, color=options.color or COLOR)
    paths = [picture for each in found.values() for picture in each]
    frame = _frame(path, paths, reading)
    frame[TARGET] = np.repeat(np.arange(len(found)), [len(each) for each in found.values()])
    digest = hashlib.sha256()
    for picture in paths:
        name = picture.relative_to(path).as_posix()
        digest.update(f"{name} {array_tables.sha256(picture)}\n".encode())
    said = f"pictures made to {reading.size} × {reading.size}, {reading.color}, divided by 255"
    return SourceTable(
        frame, TARGET, digest.hexdigest(), tuple(found), reading=reading, notes=(said,)
    )


def _is_seen(name: str) -> bool:
    return not name.startswith((".", "__"))


def pictures(folder: Path) -> list[Path]:
    """The pictures in a folder and those below it, sorted by their paths."""
    found = []
    for root, inner, names in os.walk(folder):
        inner[:] = filter(_is_seen, inner)
        found += [Path(root, name) for name in names if _is_seen(name)]
    return sorted(one for one in found if one.suffix.lower() in ENDS)


def _frame(base: Path, paths: list[Path], options: ReadOptions) -> pd.DataFrame:
    """The pictures (n, size·size·channels). Errors: UserError, OSError, MemoryError."""
    size, color = options.size or SIZE, options.color or COLOR
    width = size * size * (1 if color == "gray" else 3)
    made = np.empty((len(paths), width), dtype=np.float32)
    for row, path in zip(made, paths, strict=True):
        row[:] = _pixels(base, path, size, color) / np.float32(array_tables.BYTE)
    return pd.DataFrame(made, columns=[f"x{n}" for n in range(1, width + 1)], copy=False)


def _pixels(base: Path, path: Path, size: int, color: str) -> NDArray[Any]:
    """The bytes of a picture, flat."""
    files.expect_regular(path)
    name = printable(path.relative_to(base.parent).as_posix())
    try:
        with warnings.catch_warnings(action="ignore"), Image.open(path) as opened:
            if opened.width * opened.height > MOST_PIXELS:
                pixels = f"{opened.width} × {opened.height}"
                raise UserError(f"{name}: expected at most {MOST_PIXELS:,} pixels, got {pixels}")
            upright = ImageOps.exif_transpose(opened)
            if upright.mode in DEEP:
                upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
            return np.asarray(upright.convert(MODES[color]).resize((size, size))).ravel()
    except (UnidentifiedImageError, Image.DecompressionBombError, *files.BROKEN) as fault:
        told = "no picture that Pillow knows" if "cannot identify" in str(fault) else str(fault)
        raise UserError(f"{name}: expected a picture, got: {printable(told)}") from None


def read(path: Path, options: ReadOptions) -> pd.DataFrame:
    """All pictures of a folder and those below it, without their classes. Errors: as of `table`."""
    return _frame(path, pictures(path), options)


def chunks(
    path: Path, options: ReadOptions, numbers: Collection[str], rows: int
) -> Iterator[pd.DataFrame]:
    """So many pictures at a time, at least one frame, each with its `file` beside its columns."""
    paths = pictures(path)
    if not paths:
        raise UserError(f"{printable(str(path))}: expected pictures, got none ({', '.join(ENDS)})")
    for start in range(0, len(paths), rows):
        some = paths[start : start + rows]
        frame = _frame(path, some, options)
        frame["file"] = [one.relative_to(path).as_posix() for one in some]
        yield frame


READER = Reader(read, chunks, table=table)
