"""Rows made up by generators, with draws of their own for dev and test rows."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from sweeps.base.errors import Expected
from sweeps.data.generators import known, plane
from sweeps.data.generators.generator import Generator
from sweeps.data.source.source_table import SourceTable, digest
from sweeps.study.data_section import PARTS
from sweeps.study.hyperparameters.kinds import Number

GENERATORS: Mapping[str, Generator] = {**plane.GENERATORS, **known.GENERATORS}
ROWS = Number(low=10, high=10_000_000, integer=True)
OPTIONS: Mapping[str, Number] = {
    "rows": ROWS,
    "dev_rows": ROWS,
    "test_rows": ROWS,
    "noise": Number(low=0),
    "seed": Number(low=0, high=2**32 - 1, integer=True),
}
MOST_CELLS = 200_000_000  # of all rows


def options(name: str) -> Mapping[str, Number]:
    """The options that a generator has."""
    return {**OPTIONS, **GENERATORS[name].bounds}


def read(
    name: str, options: Mapping[str, Any], target: str | tuple[str, ...] | None = None
) -> SourceTable:
    """Rows of one of GENERATORS, under options that were checked. Errors: Expected.

    With `dev_rows` or `test_rows` each part is a draw of its own, and `rows` are the others.
    """
    generator = GENERATORS[name]
    given: dict[str, Any] = {
        **{"rows": generator.rows, "noise": generator.noise, "seed": 0},
        **generator.defaults,
        **options,
    }
    sizes = {"train": given["rows"], "dev": given.get("dev_rows"), "test": given.get("test_rows")}
    sizes = {part: rows for part, rows in sizes.items() if rows is not None}
    cells = sum(sizes.values()) * given.get("columns", 2)
    if cells > MOST_CELLS:
        raise Expected(f"at most {MOST_CELLS:,} numbers in all rows", cells, at="options")
    drawn = [
        generator.draw(given, _seed(given["seed"], part), rows) for part, rows in sizes.items()
    ]
    x = np.concatenate([inputs for inputs, _ in drawn])
    column = "y" if generator.is_number(given) else "class"
    frame = pd.DataFrame(x, columns=[f"x{number}" for number in range(1, x.shape[1] + 1)])
    frame[column] = np.concatenate([targets for _, targets in drawn])
    parts = pd.Series(np.repeat(list(sizes), list(sizes.values())), dtype=object)
    return SourceTable(
        frame,
        column,
        digest(frame),
        parts=parts if len(sizes) > 1 else None,
        reference=None if generator.reference is None else generator.reference(given),
    )


def _seed(seed: int, part: str) -> int:
    """The seed of a part's draw: of training rows the study's own, of others one made of it."""
    if part == "train":
        return seed
    return int(np.random.SeedSequence((seed, PARTS.index(part))).generate_state(1)[0])
