"""Small studies, and running them as a user does."""

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from sweeps.storage import npz
from tests.sweeps.forks import environment, forks

# Conditional parameters, dropout, divergence (a learning rate of 1e4 on gradient descent), and
# pruning: all that could depend on timing. A trial takes about 50 ms. On one split, which takes
# least; `tests/sweeps/test_default_rows.py` has the default.
TEXT = """
name: small
data: {source: 'synthetic:moons', options: {rows: 200}}
fixed: {hidden: [8, 4], epochs: 12}
space:
  initializer: [xavier, he]
  l2: {low: 1e-6, high: 1, log: true}
  keep_prob: {low: 0.5, high: 1.0}
  batch_size: [16, 64, full]
  optimizer:
    choices:
      gradient_descent: {learning_rate: {low: 1e-2, high: 1e4, log: true}}
      momentum: {beta: {low: 0.8, high: 0.99}, learning_rate: {low: 1e-3, high: 1, log: true}}
      adam: {learning_rate: {low: 1e-4, high: 1e-1, log: true}}
replicates: {count: 3, resample: none}
search: {trials: 24, window: 6, pruner: {median: {startup: 2, warmup: 2}}}
confirm: {top: 2, replicates: 4}
"""


def study(folder: Path, text: str = TEXT, **changes: str) -> Path:
    """A study file; `changes` replace parts of its text."""
    for old, new in changes.items():
        text = text.replace(old, new)
    path = folder / "small.yaml"
    path.write_text(text)
    return path


def command(*arguments: str, module: str = "sweeps.run") -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def sweeps(
    *arguments: str, cwd: Path, code: int = 0, module: str = "sweeps.run"
) -> subprocess.CompletedProcess[str]:
    """Run the command line; the exit code is part of the question."""
    done = forks().run([module, *arguments], cwd, environment(), timeout=120)
    assert done.returncode == code, (done.returncode, done.stdout, done.stderr)
    return done


def await_records(process: "subprocess.Popen[str]", folder: Path, count: int) -> None:
    """Until the run folder of a run that goes on has so many records."""
    deadline = time.monotonic() + 60
    while len(list(folder.glob("artifacts/trial-*.npz"))) < count:
        assert process.poll() is None, process.communicate()[1]
        assert time.monotonic() < deadline
        time.sleep(0.002)


def alive(pid: int) -> bool:
    """A process that is there and no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except OSError:
        return False


def trials(folder: Path) -> dict[str, dict[str, Any]]:
    """Every trial of a run folder: parameters, value, state and curves; no seconds."""
    found = {}
    for path in sorted((folder / "artifacts").glob("trial-*.npz")):
        arrays = {k: v.tolist() for k, v in npz.load(path).items() if "seconds" not in k}
        found[path.name] = {**arrays, "meta": json.loads(arrays["meta"])}
    return found
