"""Our search beside Optuna's TPE on the same objective, alone and with scikit-learn's networks.

`python -m tests.benchmarks.search --out FOLDER`. Eight tables whose truth is known, and seeds. Our
search, TPE and the random search train by the same trainer, on the same five folds; TPE is asked
and told one trial at a time. All of a search is in one process, on one processor, whose seconds
count. Each is kept in FOLDER by side, table and seed; `--markdown` prints what is there.
"""

import argparse
import json
import time
import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sklearn.exceptions import ConvergenceWarning
from threadpoolctl import threadpool_limits

from sweeps.base.checkout import commit
from sweeps.phases import prepare
from tests.benchmarks import common, decide, search_report
from tests.benchmarks.judged_run import write
from tests.benchmarks.known_tables import KNOWN_TABLES, KnownTable
from tests.benchmarks.search_sides import SIDES, problem

TABLES = (
    *("straight", "useless_columns", "clouds", "rings"),
    *("friedman", "categories", "flipped_labels", "interactions"),
)


def measured(
    side: str, table: KnownTable, seed: int, counts: Sequence[int], fresh: int
) -> dict[str, Any]:
    """A search of the last of `counts` trials, and the best of so many trials on fresh rows."""
    trials = max(counts)
    history, true_error = SIDES[side](problem(table, seed, trials, fresh), trials)
    order = sorted(history.values)
    return {
        "side": side,
        "table": table.name,
        "seed": seed,
        "commit": commit(decide.ROOT),
        "values": [history.values[number] for number in order],
        "seconds": [history.seconds[number] for number in order],
        "true_error": {str(count): true_error(history.best(count)) for count in counts},
    }


def is_kept(path: Path, counts: Sequence[int]) -> bool:
    """Whether a search was measured, at so many trials each."""
    if not path.exists():
        return False
    return {str(count) for count in counts} <= json.loads(path.read_text())["true_error"].keys()


def main(options: argparse.Namespace) -> None:
    """Measure what is not there yet, or print what is."""
    if options.markdown:
        made = search_report.tables(options.out, options.counts)
        print(common.facts(argparse.Namespace()))
        print("\n".join(one.markdown() for one in made))
        return
    prepare.optuna_quietly()
    for seed in range(options.first, options.first + options.seeds):
        for name in options.tables:
            for side in options.sides:
                path = options.out / side / f"{name}-{seed}.json"
                if is_kept(path, options.counts):
                    continue
                began = time.monotonic()
                table = KNOWN_TABLES[name]
                write(path, measured(side, table, seed, options.counts, options.fresh))
                print(f"{side} {name} {seed}: {time.monotonic() - began:.0f} s", flush=True)


def arguments() -> argparse.ArgumentParser:
    """What may be asked for."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, required=True, help="the folder of the results")
    parser.add_argument("--sides", nargs="+", choices=SIDES, default=list(SIDES))
    parser.add_argument("--tables", nargs="+", choices=KNOWN_TABLES, default=list(TABLES))
    parser.add_argument("--seeds", type=int, default=5, help="of the search and the table's rows")
    parser.add_argument("--first", type=int, default=0, help="the first of them")
    parser.add_argument("--counts", type=int, nargs="+", default=[30, 60, 100, 200], help="trials")
    parser.add_argument("--fresh", type=int, default=5_000, help="rows to score the best on")
    parser.add_argument("--markdown", action="store_true", help="print what is there")
    return parser


if __name__ == "__main__":
    warnings.simplefilter("ignore", ConvergenceWarning)
    warnings.simplefilter("ignore", RuntimeWarning)  # overflow, where a network diverges
    with threadpool_limits(1):
        main(arguments().parse_args())
