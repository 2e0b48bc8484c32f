"""`search.from`: the trials of an earlier run, for a space that is wider or narrower now.

The earlier run's complete trials that lie in the new space are told to the sampler before the first
trial is asked. A copy of them is kept in the new run's folder from its start, so that the run stays
the same study whatever becomes of the earlier run.
"""

import json
from pathlib import Path
from typing import Any

from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.search.delayed import WarmTrial
from sweeps.storage import atomic, folders, identities, record_summaries
from sweeps.study.file import parsing
from sweeps.study.replicates_section import identified
from sweeps.study.spec import Study
from sweeps.training import networks

FILE = "warm.json"
WHERE = "search.from"  # of the study file, for messages
_NO_RECORDS = "sweeps clean --all may have removed them; sweeps resume trains them again"


def start(study: Study, base: Path, folder: Path, data: dict[str, Any]) -> list[WarmTrial]:
    """The earlier run's trials, from the run folder's copy, which is written where there is none.

    Empty where the study names no earlier run. base: the folder that the study file's paths are
    relative to; folder: the new run's; data: what identifies the study's data. Errors: as
    `fitting`; UserError where the copy is damaged.
    """
    if study.search.from_ is None:
        return []
    written = folder / "artifacts" / FILE
    if written.exists():
        return _written(written)
    found = _found(study, base / study.search.from_, data)
    if written.parent.is_dir():
        atomic.write_text(written, json.dumps(found))
    return _trials(found)


def fitting(study: Study, base: Path, data: dict[str, Any]) -> list[WarmTrial]:
    """The trials that `start` would find for a new run; nothing is written.

    Errors: Expected (at `search.from`) if the folder is no run's, or the earlier run has other data
    or objectives; UserError if its study file or its identity cannot be read.
    """
    earlier = study.search.from_
    return [] if earlier is None else _trials(_found(study, base / earlier, data))


def check(study: Study, base: Path, folder: Path, data: dict[str, Any]) -> None:
    """Raise what `start` would, but before the run folder is made. Errors: as `fitting`."""
    if not (folder / "artifacts" / FILE).exists():
        fitting(study, base, data)


def _written(path: Path) -> list[WarmTrial]:
    try:
        return _trials(files.parse_json(files.contents(path).decode()))
    except (ValueError, TypeError, LookupError, AttributeError) as fault:
        raise UserError(
            f"{path}: expected the trials that search.from found, got {type(fault).__name__} "
            f"{fault} (it is damaged: remove it, and they are read from the earlier run again)"
        ) from None


def _trials(found: list[dict[str, Any]]) -> list[WarmTrial]:
    return [
        WarmTrial(one["params"], float(one["value"]), one.get("violations", {})) for one in found
    ]


def _found(study: Study, run: Path, data: dict[str, Any]) -> list[dict[str, Any]]:
    """The earlier run's complete trials that lie in this study's space, in FILE's form."""
    earlier, identity = _comparable(study, run, data)
    paths = folders.record_paths(run)
    if not paths:
        raise Expected(
            "a run with records of its trials", Unquoted("none there"), _NO_RECORDS, WHERE
        )
    found = []
    for path in paths:
        record = record_summaries.summary(path)
        if record is None or record.state != "complete":
            continue
        config = earlier.space.configure(record.params)
        params = _located(study, config)
        if params is not None and _is_as_today(config, identity, study.trainer is not None):
            violations = _violations(study, path)
            found.append({"params": params, "value": record.value, "violations": violations})
    return found


def _comparable(study: Study, run: Path, data: dict[str, Any]) -> tuple[Study, dict[str, Any]]:
    """The earlier run's study and identity. Errors: Expected if its values cannot be compared."""
    known = folders.expect_own(run) / "artifacts" / "identity.json"
    if not known.exists():
        raise Expected("the folder of a run", Unquoted(study.search.from_), at=WHERE)
    identity = identities.read(known)
    if identity.get("data") != json.loads(json.dumps(data)):
        raise Expected("a run on the same data and split", Unquoted("another"), at=WHERE)
    trainer = study.trainer.identity if study.trainer else None
    if identity.get("trainer") != json.loads(json.dumps(trainer)):
        raise Expected("a run of the same trainer", Unquoted("another"), at=WHERE)
    earlier = parsing.study(folders.study(run))
    if [o.key for o in earlier.objectives] != [study.objective.key] or study.objectives[1:]:
        raise Expected(
            f"a run with the same one objective ({_aim(study, earlier)})",
            Unquoted(_aim(earlier, study)),
            at=WHERE,
        )
    said, ours = identity.get("replicates"), study.replicates.resample
    rows = identified(said)
    if rows is None or rows.resample != ours:
        expected = f"a run whose replicates have resample: {ours}"
        raise Expected(expected, rows.resample if rows else said, at=WHERE)
    if study.needs_target and earlier.aims != study.aims:
        raise Expected(
            f"a run with the same target ({_target(study)})", Unquoted(_target(earlier)), at=WHERE
        )
    return earlier, identity


def _aim(study: Study, other: Study) -> str:
    """The objectives in words, with the epoch that counts where the other study has another."""
    at = "" if study.objective.at == other.objective.at else f", at: {study.objective.at}"
    return " and ".join(one.label for one in study.objectives) + at


def _violations(study: Study, path: Path) -> dict[str, float]:
    """By how much a recorded trial breaks each constraint whose metric is in the record."""
    final = record_summaries.final_metrics(path)
    return {
        constraint.text: constraint.violation(final[constraint.metric])
        for constraint in study.metric_constraints
        if constraint.metric in final
    }


def _is_as_today(config: dict[str, Any], identity: dict[str, Any], is_custom: bool) -> bool:
    """Whether the configuration's schedule had the same formula in the earlier run as now."""
    now = {} if is_custom else networks.changed_schedules([config["schedule"][0]])
    known = identity.get("formulas")
    return not now or (isinstance(known, dict) and now.items() <= known.items())


def _target(study: Study) -> str:
    return ", ".join(f"{metric} {value:g}" for metric, value in dict(study.aims).items())


def _located(study: Study, config: dict[str, Any]) -> dict[str, Any] | None:
    """A configuration's parameters in the new space; None if it is none of that space."""
    default, searched = study.space.default, study.space.searched
    if any(config[word] != default[word] for word in default if word not in searched):
        return None
    return study.space.locate(config)
