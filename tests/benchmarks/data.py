"""What large tables cost: seconds to load beside pandas' reading, to check, and memory.

`python -m tests.benchmarks.data [--rows SHARE]`. Each load is in a process of its own. Seconds are
of the processor, so that a busy machine changes them little; a worker's memory is its share of the
pages that it has (PSS in /proc, Linux), while all have trained on the rows. `sweeps check` is timed
whole, with its imports.
"""

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

MB = 1e6
JOBS = (1, 2, 4)
SHARED, EACH = 1.3, 200  # all workers may have: copies of the rows, and MB each
WIDE_ROWS, WIDE = 200, 100_000  # rows and columns of the table that `check` is timed with


def numbers(rows: int, columns: int, rng: np.random.Generator) -> pd.DataFrame:
    """Numbers with four digits, and one to predict."""
    names = [f"x{number}" for number in range(columns)]
    frame = pd.DataFrame(rng.normal(size=(rows, columns)).round(4), columns=names)
    return frame.assign(y=rng.normal(size=rows).round(4))


def images(rows: int, columns: int, rng: np.random.Generator) -> pd.DataFrame:
    """Bytes, in ten classes."""
    names = [f"x{number}" for number in range(columns)]
    frame = pd.DataFrame(rng.integers(0, 256, (rows, columns), np.uint8), columns=names)
    return frame.assign(y=np.array(list("abcdefghij"))[rng.integers(0, 10, rows)])


def mixed(rows: int, columns: int, rng: np.random.Generator) -> pd.DataFrame:
    """A sixth of the columns are words."""
    frame, words = numbers(rows, columns, rng), np.array(["red", "green", "blue", "white"])
    for number in range(0, columns, 6):
        frame[f"x{number}"] = words[rng.integers(0, 4, rows)]
    return frame


CASES: Mapping[str, tuple[Any, int, int, str]] = {
    "images": (images, 60_000, 784, "parquet"),
    "long": (numbers, 1_000_000, 5, "csv"),
    "long, Parquet": (numbers, 1_000_000, 5, "parquet"),
    "mixed": (mixed, 200_000, 30, "csv"),
    "mixed, Parquet": (mixed, 200_000, 30, "parquet"),
}


def write(case: str, share: float, folder: Path) -> Path:
    """The file of a case, with a share of its rows."""
    make, rows, columns, kind = CASES[case]
    frame = make(round(rows * share), columns, np.random.default_rng(0))
    path = folder / f"table.{kind}"
    if kind == "csv":
        frame.to_csv(path, index=False)
    else:
        frame.to_parquet(path)
    return path


def loaded(path: Path, by: str) -> dict[str, float]:
    """Processor seconds and the peak of memory in MB of one load: by "pandas" or by "us".

    What is imported on the way is imported before: a small table takes as long for it.
    """
    import sklearn.model_selection
    import sklearn.tree  # noqa: F401

    from sweeps.data.datasets import loading
    from sweeps.study.data_section import DataSpec

    started, copy = time.process_time(), 0
    if by == "pandas":
        pd.read_csv(path) if path.suffix == ".csv" else pd.read_parquet(path)
    else:
        dataset = loading.load(DataSpec(source=str(path), target="y"), path.parent, "float32")
        copy = sum(rows.x.nbytes + rows.y.nbytes for rows in dataset.parts.values())
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    seconds = time.process_time() - started
    return {"seconds": seconds, "peak": peak / MB, "copy": copy / MB}


def trained(task: int, dataset: Any) -> tuple[int, float]:
    """In a worker: a short training, then its process id and its memory in MB."""
    import os

    import dnn

    train = dataset.parts["train"]
    network = dnn.Network(dataset.n_in, (8,), dataset.n_out, loss=dataset.loss)
    streams = dnn.Streams.spawn(task, 1)
    theta = network.initialize("he", streams.initial, "float32")
    how = dnn.Settings(epochs=1, batch_size=256)
    training = dnn.fit(network, theta, train, dataset.parts["dev"], streams, how)
    next(iter(training))
    time.sleep(3)  # so that no worker takes two tasks
    with open("/proc/self/smaps_rollup") as file:
        found = next(line.split()[1] for line in file if line.startswith("Pss:"))
    return os.getpid(), float(found) * 1024 / MB


def of_workers(path: Path, jobs: int) -> dict[str, float]:
    """MB of one copy of the rows, and of all workers together."""
    from sweeps.data.datasets import loading
    from sweeps.engines.base import Workload
    from sweeps.engines.loky import Loky
    from sweeps.study.data_section import DataSpec

    dataset = loading.load(DataSpec(source=str(path), target="y"), path.parent, "float32")
    copy = sum(rows.x.nbytes + rows.y.nbytes for rows in dataset.parts.values()) / MB
    engine = Loky(Workload(trained, dataset, jobs, 0))
    found: dict[int, float] = {}
    try:
        for key in range(jobs):
            engine.submit(key, key)
        done = 0
        while done < jobs:
            results = engine.wait()
            done += len(results)
            found |= dict(result for _, result in results)
    finally:
        engine.close()
    return {"copy": copy, "workers": len(found), "all": sum(found.values())}


STUDY = """name: wide
data: {source: table.csv, target: y}
space: {learning_rate: {low: 1e-3, high: 1e-1, log: true}}
"""


def checked(columns: int) -> tuple[float, float]:
    """Processor seconds and those of a clock that `check` takes for a wide table: all of it."""
    rng = np.random.default_rng(0)
    frame = numbers(WIDE_ROWS, columns, rng)
    frame["y"] = np.array(["a", "b"])[rng.integers(0, 2, WIDE_ROWS)]
    with tempfile.TemporaryDirectory() as folder:
        frame.to_csv(Path(folder) / "table.csv", index=False)
        (Path(folder) / "study.yaml").write_text(STUDY)
        before, started = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        call = [sys.executable, "-m", "sweeps", "check", str(Path(folder) / "study.yaml")]
        subprocess.run(call, capture_output=True, check=True)
        after, seconds = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter() - started
    of_processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return of_processor, seconds


def apart(*arguments: str) -> dict[str, float]:
    """One measurement, in a process of its own."""
    call = [sys.executable, "-m", "tests.benchmarks.data", *arguments]
    done = subprocess.run(call, capture_output=True, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def report(share: float) -> None:
    """Print all three tables."""
    with tempfile.TemporaryDirectory() as folder:
        print("| table | pandas, s | ours, s | pandas' peak, MB | our peak, MB | one copy, MB |")
        print("|---|---|---|---|---|---|")
        for case, (_, rows, columns, _) in CASES.items():
            path = write(case, share, Path(folder))
            theirs, ours = (apart("--load", by, str(path)) for by in ("pandas", "us"))
            print(
                f"| {case}: {round(rows * share):,} × {columns} | {theirs['seconds']:.1f} | "
                f"{ours['seconds']:.1f} | {theirs['peak']:.0f} | {ours['peak']:.0f} | "
                f"{ours['copy']:.0f} |",
                flush=True,
            )
        print("\n| jobs | all workers, MB | at most, MB |\n|---|---|---|")
        path = write("images", share, Path(folder))
        for jobs in JOBS:
            found = apart("--workers", str(jobs), str(path))
            most = SHARED * found["copy"] + EACH * jobs
            print(f"| {jobs} | {found['all']:.0f} | {most:.0f} |", flush=True)
    print("\n| check | of the processor, s | by the clock, s |\n|---|---|---|")
    columns = round(WIDE * share)
    of_processor, seconds = checked(columns)
    print(f"| {WIDE_ROWS} × {columns:,} | {of_processor:.1f} | {seconds:.1f} |")


def main() -> None:
    """All of it, or one measurement as JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=float, default=1.0, help="share of the rows, or columns")
    parser.add_argument("--load", nargs=2, help=argparse.SUPPRESS)
    parser.add_argument("--workers", nargs=2, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.load:
        print(json.dumps(loaded(Path(given.load[1]), given.load[0])))
    elif given.workers:
        print(json.dumps(of_workers(Path(given.workers[1]), int(given.workers[0]))))
    else:
        report(given.rows)


if __name__ == "__main__":
    main()
