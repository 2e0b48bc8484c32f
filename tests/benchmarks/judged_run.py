"""A run folder against the truth: what it answered, what is so, how good is what it advises."""

import hashlib
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from threadpoolctl import threadpool_limits

import sweeps
from reports.stats.settings import measures
from sweeps.data import Dataset
from sweeps.results.result import Result
from tests.benchmarks import known_tables, setting_truth
from tests.benchmarks.known_tables import FRESH, Array, KnownTable, Rows
from tests.benchmarks.setting_truth import FEW, PART, Truth

POOL = 0.8  # of a table's rows: all but the test rows
COMMON = 0.64  # of a table's rows: what a network of five folds trains on, beside a fifth for test
ENSEMBLE = 20  # networks, of a setting that is advised and not saved
SCORED = 20_000  # fresh rows that settings are scored on
QUESTIONS = {"defaults": "against_defaults", "baseline": "against_baseline"}
# Of the answers against the best baseline, those by which it is advised instead of the networks.
FOR_THE_BASELINE = ("worse", "the same")


@dataclass(frozen=True)
class Truths:
    """True errors of settings and baselines of a table, kept in a folder."""

    table: KnownTable
    folder: Path
    sets: int = setting_truth.SETS
    scored: int = SCORED

    def of_setting(
        self, resolved: Path, settings: Mapping[str, Any], rows: int, **chosen: Any
    ) -> Truth:
        """Of networks that train on so many rows."""
        return self._known(
            {"settings": settings, "rows": rows, "study": _identity(resolved), **chosen},
            lambda sets: setting_truth.of_setting(resolved, dict(settings), sets, **chosen),
        )

    def of_baseline(self, name: str, rows: int) -> Truth:
        """Of a baseline that trains on so many rows."""
        return self._known(
            {"baseline": name, "rows": rows}, lambda sets: setting_truth.of_baseline(name, sets)
        )

    def _known(self, key: dict[str, Any], measure: Callable[[Any], Truth]) -> Truth:
        key = {**key, "sets": self.sets, "scored": self.scored}
        name = hashlib.sha256(json.dumps(key, sort_keys=True).encode()).hexdigest()[:16]
        path = self.folder / f"{self.table.name}-{name}.json"
        if not path.exists():
            sets = setting_truth.training_sets(self.table, key["rows"], self.sets, self.scored)
            write(path, {**key, **measure(sets).plain()})
        found = json.loads(path.read_text())
        return Truth(np.array(found["error"]), np.array(found["loss"]))


def _identity(resolved: Path) -> str:
    """What of a study, besides its settings, decides how a network is trained."""
    said = setting_truth.read(resolved)
    return json.dumps([said.get("objective"), said.get("dtype")], sort_keys=True)


def write(path: Path, found: Any) -> None:
    """As JSON, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    part.write_text(json.dumps(found, indent=1))
    part.replace(path)


def judge(
    folder: Path, summary: dict[str, Any], table: KnownTable, rows: Rows, truths: Truths, fresh: int
) -> dict[str, Any]:
    """All that `decide.py` keeps of a run and its summary; `rows` are those the study had."""
    result = sweeps.load(folder)
    verdict = summary["verdict"]
    answers = [
        {"question": question, **_answered(result, verdict[key], truths)}
        for question, key in QUESTIONS.items()
        if verdict is not None and verdict[key] is not None
    ]
    test = table.draw(FRESH, fresh)
    saved = _saved(result, table, test)
    winner = str(result.run.winner)
    common = _truth(result, winner, truths, round(COMMON * table.rows))
    return {
        "answers": answers,
        "winner": _settings(result, winner),
        "saved": saved,
        "recommended": advised(result, _advice(summary, answers, winner), saved, table, rows, test),
        "setting": {"error": common.error.mean(), "loss": common.loss.mean()},
        "summary": summary,
    }


def _answered(result: Result, said: dict[str, Any], truths: Truths) -> dict[str, Any]:
    """A question's answer with the true difference, winner less the other, and its error."""
    run, rows = result.run, trained_rows(result.run.provenance)
    winner, other = (_truth(result, name, truths, rows) for name in (run.winner, said["other"]))
    by = measures.measure(run) if said["other"] in run.configs else measures.of_baselines(run)
    by = measures.plain() if said.get("of") == "error" else by
    ours, theirs = winner.of(by.metric), other.of(by.metric)
    return {
        **said,
        "metric": by.metric,
        "truth": float((ours - theirs).mean()),
        "truth_error": float((ours - theirs).std(ddof=1) / math.sqrt(len(ours))),
        "error_truth": float((winner.error - other.error).mean()),
    }


def _truth(result: Result, name: str | None, truths: Truths, rows: int) -> Truth:
    if name in result.run.configs:
        settings, chosen = _settings(result, str(name)), _chosen(result, str(name))
        return truths.of_setting(result.folder / "study.yaml", settings, rows, **chosen)
    return truths.of_baseline(str(name), rows)


def _chosen(result: Result, config: str) -> dict[str, int]:
    """The epoch that the search chose for a setting, if it chooses any."""
    networks = result.run.rows_of(config)
    epoch = int(networks["counted_epoch"].iloc[0]) if "counted_epoch" in networks else 0
    return {"counted_epoch": epoch} if epoch > 0 else {}


def _settings(result: Result, config: str) -> dict[str, Any]:
    settings: dict[str, Any] = json.loads(result.run.rows_of(config)["settings"].iloc[0])
    return settings


def trained_rows(provenance: Mapping[str, Any]) -> int:
    """Rows that each confirmed network trained on."""
    data, folds = provenance["data"], provenance.get("confirm", {}).get("folds")
    pool = int(data["train"]) + int(data["dev"])
    return round(pool * (folds - 1) / folds) if folds else int(data["train"])


def _saved(result: Result, table: KnownTable, test: Rows) -> dict[str, float]:
    with threadpool_limits(1):
        return _errors(table, test, result.model.outputs(test.inputs))


def _errors(table: KnownTable, test: Rows, outputs: Array) -> dict[str, float]:
    return {
        "error": known_tables.error(table, test.expected, outputs),
        "loss": known_tables.loss(table, test.expected, outputs),
    }


def _advice(summary: dict[str, Any], answers: list[dict[str, Any]], winner: str) -> str:
    """The name of what is advised: as the run says it, or else by its answers."""
    said: str | None = summary.get("recommendation", {}).get("use")
    against = [one for one in answers if one["question"] == "baseline"]
    is_other = bool(against) and against[0]["answer"] in FOR_THE_BASELINE
    return said or (str(against[0]["other"]) if is_other else winner)


def advised(
    result: Result, name: str, saved: dict[str, float], table: KnownTable, rows: Rows, test: Rows
) -> dict[str, Any]:
    """True error of what is advised: the saved networks, or another, which its user has to fit.

    A baseline is fitted on all rows; networks on as many as those that are saved have seen.
    """
    if name == result.run.winner:
        return {"what": "networks", **saved}
    is_network = name in result.run.configs
    dataset = _dataset(rows, test, POOL if is_network else 1.0)
    if is_network:
        study = setting_truth.with_settings(result.folder / "study.yaml", _settings(result, name))
        made = setting_truth.trained(
            study, study.space.default, dataset, ENSEMBLE, **_chosen(result, name)
        )
    else:
        made = setting_truth.fitted(name, dataset)
    said = made.arrays["test_outputs"].astype(float)
    if table.regression:
        outputs = (said * dataset.target.scale + dataset.target.mean).mean(axis=0)
    else:
        outputs = np.exp(said).mean(axis=0)
    return {"what": name, **_errors(table, test, outputs)}


def _dataset(rows: Rows, test: Rows, share: float) -> Dataset:
    """A dataset that trains on a share of a study's rows, which are in no order."""
    train = rows.frame.head(round(share * len(rows.frame)))
    parts = {"train": train, "dev": rows.frame.head(FEW), "test": test.frame}
    each = [one.assign(**{PART: part}) for part, one in parts.items()]
    return setting_truth.divided(pd.concat(each, ignore_index=True))
