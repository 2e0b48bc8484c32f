"""A study: YAML to spec, search, records, confirmation, report.

`run` does what `python -m sweeps.run study.yaml` does and returns the result; `load` gives the
result of a run that has ended. Both raise `UserError` for what the user can mend.
"""

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sweeps.base.errors import UserError
from sweeps.running.known_arguments import with_known_arguments as _with_known_arguments

if TYPE_CHECKING:
    from sweeps.results.result import Result

__all__ = ["UserError", "load", "run"]


@_with_known_arguments
def run(
    study: "str | os.PathLike[str] | dict[str, Any] | Any",
    *,
    target: str | Sequence[str] | None = None,
    space: dict[str, Any] | None = None,
    fixed: dict[str, Any] | None = None,
    split: dict[str, Any] | None = None,
    ignore: "Sequence[str] | dict[str, str] | None" = None,
    columns: dict[str, Any] | None = None,
    decimal: str | None = None,
    missing: "Sequence[str | float] | None" = None,
    target_gaps: str | None = None,
    group: str | None = None,
    weight: str | None = None,
    task: str | None = None,
    name: str | None = None,
    jobs: int | None = None,
    trials: int | None = None,
    out: "str | os.PathLike[str]" = "runs",
    storage: str | None = None,
    engine: str | None = None,
    artifacts: str | None = None,
    set: Sequence[str] = (),  # noqa: A002 - the command line's word
    time: "str | float | None" = None,
    confirm: bool = True,
    quiet: bool = False,
    allow_code: bool = False,
    allow_remote: bool = False,
) -> "Result":
    """Check, search, confirm and report a study; run it again to go on where it stopped.

    Args:
        study: A table: a frame of pandas or polars, an Arrow table, arrays `(x, y)`, or a set of
            scikit-learn's. Or the path of a study file, or its content as a dict, whose paths begin
            in the current folder; there, too, `data.source`, `data.test` and `data.dev` may be
            tables. A copy as Parquet is kept in the run folder: the same table goes on with a run,
            another is refused.
        target: Beside a table, the column that is predicted; of arrays what it is called. A list
            of several predicts that many numbers together; so does y (n, K) of arrays.
        space: Beside a table, what is searched, as `space` of a study.
        fixed: Beside a table, the hyperparameters that are not searched.
        split: Beside a table, as `data.split`; `{"rows": {"test": [0, 5, 7]}}` names rows from 0 on
            (or says true for each), and those that no part names train.
        ignore: Beside a table, columns that are no inputs, such as an id; or each with why.
        columns: Beside a table, as `data.columns`: what a column is where its cells do not tell, as
            `{"postcode": "category", "grade": ["low", "high"]}`.
        decimal: Beside a table, "," where its texts are numbers with a decimal comma.
        missing: Beside a table, texts or numbers that are gaps, as `["n.d.", -999]`.
        target_gaps: Beside a table, "leave_out" where rows without a target neither train nor test.
        group: Beside a table, the column whose rows stay together on one side of the split.
        weight: Beside a table, the column that says how much each row counts.
        task: Beside a table, "classification" or "regression", where the target may be either.
        name: Beside a table, the study's name; "table" by default.
        jobs: Workers, 1 to 1024; all cores by default. No number of the result depends on it.
        trials: Trials in all, 1 to 100 000, instead of the study's `search.trials`.
        out: The folder of runs; this one's folder is `out`/NAME, NAME being the study's name.
        storage: An Optuna storage's URL; by default a journal in the run folder.
        engine: "loky" (the default), "dask" or "ray"; "dask=ADDRESS" joins a cluster.
        artifacts: "s3://bucket/prefix", which mirrors the records and the report.
        set: Assignments "dotted.key=value", said over the study's own values.
        time: Seconds, or a text such as "90s" or "2h": after this long no trial is asked any more,
            and the confirmation begins. No limit by default.
        confirm: Whether the best settings are trained again on fresh seeds, beside the baselines.
            Without it the result's best value is the best of many, and so too good.
        quiet: Whether nothing is printed.
        allow_code: Whether the study's `trainer`, which is code, may be imported.
        allow_remote: Whether addresses that only the study names (of a storage, an engine, a
            bucket) may be followed.

    Returns:
        The finished run, read from its folder: its frames, its winner, its predictions, its report.

    Raises:
        UserError: The study or an option is at fault; one line a fault, and every fault of a file.
        TypeError: An argument has a name that is not among these; the line says which is meant.
        KeyboardInterrupt: Ctrl-C. The trials that have ended are kept, and the same call goes on.

    Example:
        >>> import pandas, sweeps
        >>> frame = pandas.DataFrame({"a": range(60), "b": [0, 1, 2] * 20, "y": [0, 0, 1] * 20})
        >>> result = sweeps.run(
        ...     frame,
        ...     target="y",
        ...     space={"learning_rate": [0.001, 0.1]},
        ...     fixed={"hidden": [4], "epochs": 5},
        ...     trials=2, jobs=1, confirm=False, quiet=True,
        ... )
        >>> result.folder.as_posix()
        'runs/table'
        >>> study = {
        ...     "name": "moons",
        ...     "data": {"source": "synthetic:moons", "options": {"rows": 100}},
        ...     "fixed": {"hidden": [4], "epochs": 5},
        ...     "space": {"learning_rate": [0.001, 0.1]},
        ...     "replicates": 2,
        ... }
        >>> result = sweeps.run(study, trials=2, jobs=1, confirm=False, quiet=True)
        >>> result.trials["state"].tolist()
        ['complete', 'complete']
        >>> result.report.as_posix()
        'runs/moons/report.html'
    """
    from sweeps.running import from_python

    beside = {
        "target": target,
        "space": space,
        "fixed": fixed,
        "split": split,
        "ignore": ignore,
        "columns": columns,
        "decimal": decimal,
        "missing": missing,
        "target_gaps": target_gaps,
        "group": group,
        "weight": weight,
        "task": task,
        "name": name,
    }
    options = {
        "trials": trials,
        "out": os.fspath(out),
        "storage": storage,
        "engine": engine,
        "artifacts": artifacts,
        "set": [set] if isinstance(set, str) else list(set),
        "time": time,
        "confirm": confirm,
        "allow_code": allow_code,
        "allow_remote": allow_remote,
    }
    return from_python.run(study, beside, options, jobs=jobs, quiet=quiet)


def load(folder: "str | os.PathLike[str]") -> "Result":
    """Read the result of a finished run from its folder, as `run` returned it.

    Nothing is trained or written, and neither the study's data nor its storage is needed.

    Args:
        folder: The run folder, such as "runs/NAME".

    Returns:
        The run's result.

    Raises:
        UserError: The folder is no run's, the run has not come to its end, or a file of it is
            missing or damaged; one line says which.

    Example:
        >>> import sweeps
        >>> result = sweeps.load("runs/moons")  # of the example of `sweeps.run`
        >>> sorted(result.best)
        ['learning_rate']
    """
    from sweeps.results import result

    return result.load(folder)
