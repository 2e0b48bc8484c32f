"""Our side of `sweep.py`: a study from file to report, with Optuna's part of the time noted."""

import argparse
import json
import sys
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from sweeps import cli
from sweeps.results.result import Result
from sweeps.search.delayed import DelayedStudy
from tests.benchmarks import common


def main(path: Path, trials: int, jobs: int, assignments: list[str]) -> dict[str, Any]:
    """Run the command, and say what the winner's fresh networks get wrong on the test rows."""
    with (
        tempfile.TemporaryDirectory() as out,
        common.clocks(asking=(DelayedStudy, "ask"), telling=(DelayedStudy, "tell")) as optunas,
    ):
        options = ["--quiet", "--out", out, f"--trials={trials}", f"--jobs={jobs}"]
        options += [f"--set={one}" for one in assignments]
        sys.argv = ["sweeps", "run", str(path), *options]
        try:
            cli.main()
        except SystemExit as ended:
            if ended.code:
                raise
        (folder,) = Path(out).iterdir()
        result = Result(folder)
        seconds = json.loads((folder / "provenance.json").read_text())["seconds"]
        found = result.confirm
        assert found is not None
        winner = found[found["rank"] == 1]
        with np.load(folder / "predictions.npz") as outputs:
            log_probabilities = outputs[f"{winner['config'].iloc[0]}/test"]
            target = outputs["test_target"]
    return {
        **seconds,
        "optuna": sum(optunas.values()),
        "dev_loss": float(winner["selected_value"].iloc[0]),
        "wrong": (log_probabilities.argmax(axis=-1) != target).astype(int).tolist(),
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("study", type=Path)
    parser.add_argument("--trials", type=int, default=200)
    parser.add_argument("--jobs", type=int, default=4)
    parser.add_argument("--set", action="append", default=[])
    given = parser.parse_args()
    print(json.dumps(main(given.study, given.trials, given.jobs, given.set)))
