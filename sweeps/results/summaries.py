"""A run's findings in a few numbers: for `--json`, and in summary.json, for lists of runs.

The report computes each interval anyway; thanks to the file, a list of two hundred runs need not.
"""

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.base import files

if TYPE_CHECKING:
    from sweeps.results.result import Result

FILE = "summary.json"


def plain(result: "Result") -> dict[str, Any]:
    """The run in one JSON object; NaN becomes null."""
    return {"folder": str(result.folder), "report": str(result.report)} | _found(result)


def write(result: "Result") -> None:
    """Write `summary.json`, with the finishing time of the provenance that it belongs to."""
    from sweeps.storage import atomic

    belongs = {"finished": result.run.provenance["finished"]}
    text = json.dumps(belongs | _found(result), indent=1, allow_nan=False)
    atomic.write_text(result.folder / FILE, text)


def read(folder: Path, provenance: dict[str, Any]) -> dict[str, Any] | None:
    """The summary that belongs to this provenance; None if there is none, as in older runs."""
    try:
        found = files.parse_json(files.contents(folder / FILE).decode())
        belongs = found["finished"] == provenance["finished"]
        return dict(found) if belongs and "search_best" in found else None
    except files.BROKEN:
        return None  # damaged: the caller computes it from the frames


def _found(result: "Result") -> dict[str, Any]:
    """search_best: the trial with the best value; winner: the best in the confirmation.

    The two are often not the same. best: the settings of the winner; after a search alone, of
    search_best. recommendation: the model to use, and what to do next. arms: the answer
    to the question of a study that compares some. verdict: the winner against
    the defaults and the best baseline, and what remains.
    """
    from reports.advice.answer import answer
    from reports.advice.recommendation import recommendation
    from reports.sections import answers, procedure

    trials, answered = result.trials, answer(result.run)
    first = trials[trials["rank"] == 1][["trial", "value"]].to_dict("records")
    return {
        "study": result.folder.name,
        "recommendation": _plain(recommendation(result.run).plain()),
        "arms": _plain(answered.plain()) if answered else None,
        "trials": {str(state): int(n) for state, n in trials["state"].value_counts().items()},
        "ended_by": result.run.provenance.get("ended_by"),
        "search_best": {k: _finite(v) for k, v in first[0].items()} if first else None,
        "winner": result.run.winner,
        "best": result.best,
        "verdict": _plain(answers.plain(result.run)),
        "nested": _plain(procedure.plain(result.run)),
        "confirmed": [
            {name: _finite(value) for name, value in row.items()}
            for row in result.table.to_dict("records")
        ],
    }


def _plain(found: Any) -> Any:
    """A nested dict with NaN and infinity as None."""
    if isinstance(found, dict):
        return {name: _plain(value) for name, value in found.items()}
    if isinstance(found, list):
        return [_plain(value) for value in found]
    return _finite(found)


def _finite(value: Any) -> Any:
    return None if isinstance(value, float) and not math.isfinite(value) else value
