"""Every printed interval and verdict on simulated studies: `python -m tests.soak.coverage`.

1,000 studies a cell with known truth, through the functions that the page uses. Exit 1 where an
interval covers less than .93 or more than .98 of them, chance heeded, and the page does not say so;
or where a verdict is false in more than a twentieth.
"""

import argparse
import multiprocessing
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from tests.soak.coverage import table
from tests.soak.coverage.cells import Cell
from tests.soak.coverage.table import CELLS, Count

KEPT = Path(__file__).parents[1] / "COVERAGE.md"


def main() -> int:
    """Print a line a cell and a verdict; the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--studies", type=int, default=1000, help="a cell")
    parser.add_argument(
        "--only", default="", help="cells with this in what is printed, or named so"
    )
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--markdown", action="store_true", help=f"write {KEPT.name}")
    given = parser.parse_args()
    cells = [cell for cell in CELLS if given.only in f"{cell.of}: {cell.name}"]
    started, counts = time.monotonic(), {}
    for cell, found in measured(cells, given.studies, given.jobs):
        counts[cell.name] = found
        print("  ".join(table.line(cell, found)), flush=True)
    wrong = [c for c in cells if table.fault(c, counts[c.name]) and not c.exception]
    print(f"{len(cells)} cells in {time.monotonic() - started:.0f} s, {len(wrong)} at fault")
    if given.markdown:
        KEPT.write_text(table.markdown(counts, cells), encoding="utf-8")
    return 1 if wrong or not cells else 0


def measured(cells: Sequence[Cell], studies: int, jobs: int) -> Iterator[tuple[Cell, Count]]:
    """Each cell with its count, in order; the same at any number of jobs."""
    context = multiprocessing.get_context(
        "fork"
    )  # `python -m` names no module that could be imported
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=_one_thread) as pool:
        found: dict[str, Count] = defaultdict(Count)
        tasks = list(table.parts(cells, studies))
        done = pool.map(_count, tasks)
        for (name, _, _), part in zip(tasks, done, strict=True):
            found[name] += part
            if found[name].studies == studies:
                yield next(cell for cell in cells if cell.name == name), found[name]


def _one_thread() -> None:
    """In a worker."""
    from threadpoolctl import threadpool_limits

    threadpool_limits(1)


def _count(task: tuple[str, int, int]) -> Count:
    name, first, studies = task
    return table.count(next(cell for cell in CELLS if cell.name == name), first, studies)


if __name__ == "__main__":
    sys.exit(main())
