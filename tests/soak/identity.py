"""Two studies, seven ways: jobs 1, 2 and 4, Dask, Ray, PostgreSQL, and 30 trials extended to 60.

60 trials with TPE on digits, each of five folds: one with median pruning, racing and a confirmation
until it is decided; one whose networks share a best epoch. Parameters, values,
states, curves and what was confirmed must agree to the bit; seconds need not.
`python -m tests.soak.identity`; exit 1 if they do not.
"""

import hashlib
import importlib.util
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pandas as pd

from tests.databases import PASSWORD, Postgres, missing
from tests.sweeps.helpers import command, environment

SPACE = """
data: {source: 'sklearn:digits'}
space:
  hidden: [[32], [64, 32], [128]]
  initializer: [xavier, he]
  l2: {low: 1e-6, high: 1, log: true}
  keep_prob: {low: 0.5, high: 1.0}
  learning_rate: {low: 1e-4, high: 1e-1, log: true}
  batch_size: [32, 64, 128]
  optimizer:
    choices:
      momentum: {beta: {low: 0.8, high: 0.99}}
      rmsprop: {}
      adam: {}
"""
STUDIES = {
    "raced": """
name: raced
fixed: {epochs: 20}
objective: {metric: dev_loss, at: last}
replicates: {count: 5, resample: kfold}
confirm: {top: 1, until: decided, most: 30, margin: 0.001, baselines: [constant, linear]}
search: {sampler: tpe, pruner: {median: {startup: 5, warmup: 3}}, trials: 60, window: 16,
  racing: true}
""",
    "shared": """
name: shared
fixed: {epochs: 30}
search: {trials: 60}
confirm: {top: 1, baselines: [constant], learning_curve: 0}
""",
}


def main() -> int:
    """Print a line a way and a verdict; the exit code."""
    os.environ["DATABASE_PASSWORD"] = PASSWORD
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        database = None if missing() else stack.enter_context(Postgres())
        found = {}
        for name, runs in ways(database):
            started = time.monotonic()
            own = folder / name.replace(" ", "-")
            table = "".join(searched(own / study, study, runs) for study in STUDIES)
            found[name] = table
            digest, seconds = hashlib.sha256(table.encode()).hexdigest(), time.monotonic() - started
            print(f"{name:12} {digest[:16]}  {seconds:.0f} s", flush=True)
    same = len(set(found.values())) == 1
    print(f"{len(found)} tables, {'identical' if same else 'NOT identical'}")
    return 0 if same and len(found) == 7 else 1


def ways(database: Postgres | None) -> Iterator[tuple[str, list[list[str]]]]:
    """Names, and the options of each run that is made in turn."""
    for jobs in ("1", "2", "4"):
        yield f"jobs {jobs}", [["--jobs", jobs]]
    for engine, package in (("dask", "distributed"), ("ray", "ray")):
        if importlib.util.find_spec(package) is None:
            print(f"without {engine}: pip install '.[{engine}]'")
            continue
        yield engine, [["--jobs", "4", "--engine", engine]]
    if database is None:
        print(f"without PostgreSQL: {missing()}")
    else:
        yield "postgresql", [["--jobs", "4", "--storage", database.create("identity")]]
    yield "extended", [["--jobs", "3", "--trials", "30"], ["--jobs", "4"]]


def searched(folder: Path, study: str, runs: list[list[str]]) -> str:
    """All that must agree, as text: a NaN equals itself there."""
    folder.mkdir(parents=True)
    (folder / "study.yaml").write_text(STUDIES[study] + SPACE)
    for options in runs:
        done = subprocess.run(
            command("study.yaml", *options),
            cwd=folder,
            env=environment(),
            capture_output=True,
            text=True,
            timeout=900,
        )
        assert done.returncode == 0, done.stderr
    frames = [
        pd.read_parquet(folder / "runs" / study / f"{name}.parquet").drop(columns="seconds")
        for name in ("trials", "curves", "confirm")
    ]
    assert len(frames[0]) == 60
    assert study != "raced" or {"complete", "pruned"} == set(frames[0]["state"])
    # Every digit of every number.
    return json.dumps([frame.to_dict("list") for frame in frames], default=str)


if __name__ == "__main__":
    sys.exit(main())
