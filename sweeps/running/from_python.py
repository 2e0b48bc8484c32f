"""A run that a Python program asks for: a table becomes a study, faults name arguments.

`sweeps.run` is its face, and the one place that lists and describes the arguments; behind it they
are two mappings by the arguments' names, what is said beside a table and the options.
"""

import os
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

from sweeps.base.errors import Expected, UserError
from sweeps.data.given import given_tables
from sweeps.phases.options import Options, limits
from sweeps.results.result import Result
from sweeps.running import calls, given_studies, python_faults
from sweeps.running.runner import execute
from sweeps.study.file import documents
from sweeps.views import notebook


def run(
    study: "str | os.PathLike[str] | dict[str, Any] | Any",
    beside: Mapping[str, Any],
    options: Mapping[str, Any],
    *,
    jobs: int | None,
    quiet: bool,
) -> Result:
    """The finished run. beside: what is said beside a table, None where nothing is.

    Errors: UserError, Interrupted.
    """
    console = notebook.console(quiet)
    is_table = given_tables.is_table(study)
    words = "table" if is_table else "study" if isinstance(study, dict) else repr(str(study))
    if is_table:
        study = given_studies.of_table(study, beside)
    elif said := [name for name, value in beside.items() if value is not None]:
        problem = Expected("a table beside it, for a study says it itself", type(study).__name__)
        raise UserError(f"sweeps.run: {said[0]}: {problem.message}")
    given = _checked(options, jobs, calls.written(words, beside, options))
    run_it = python_faults.in_python(is_table, execute)
    if isinstance(study, dict):
        with given_studies.as_files(study, given.out, is_table) as (values, tables):
            document = documents.Document(values, {}, "study")
            given = replace(given, tables=tables)
            work = partial(run_it, document, Path(), options["set"], given, console)
            result = notebook.watched(console, work)
    else:
        path = Path(study)
        document = documents.read(path)
        work = partial(run_it, document, path.parent, options["set"], given, console)
        result = notebook.watched(console, work)
    if result is None:  # only a dry run has none
        raise RuntimeError("nothing was run")
    return result


def _checked(options: Mapping[str, Any], jobs: int | None, command: str) -> Options:
    """Errors: UserError."""
    try:
        counted = limits(jobs, options["trials"], options["time"])
    except UserError as fault:
        by_argument = [
            replace(one, where=f"sweeps.run: {one.where.removeprefix('--')}")
            for one in fault.faults
        ]
        raise UserError(by_argument) from None
    return Options(
        **counted,
        out=Path(options["out"]),
        storage=options["storage"],
        engine=options["engine"],
        artifacts=options["artifacts"],
        confirm=options["confirm"],
        allow_code=options["allow_code"],
        allow_remote=options["allow_remote"],
        command=command,
    )
