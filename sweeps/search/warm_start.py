"""`search.from`: what an earlier run learned, for a space that is wider or narrower now.

Its complete trials that lie in the new space are told to the sampler before the first is asked.
They are written down in the new run's folder when it begins, so that it stays the same study
whatever becomes of the earlier run.
"""

import json
from pathlib import Path
from typing import Any

from sweeps.base import files
from sweeps.base.errors import Expected, Unquoted, UserError
from sweeps.search.delayed import WarmTrial
from sweeps.storage import atomic, folders, identities, record_summaries
from sweeps.study.file import documents, parsing
from sweeps.study.spec import Study
from sweeps.training import networks

FILE = "warm.json"
WHERE = "search.from"  # of the study file, for messages
_NO_RECORDS = "sweeps clean --all may have removed them; sweeps resume trains them again"


def start(study: Study, base: Path, folder: Path, data: dict[str, Any]) -> list[WarmTrial]:
    """The trials to begin with; none where the study names no earlier run.

    base: where the study file's paths begin; folder: the new run's; data: what identifies the
    study's data. Errors: as `fitting`; UserError where what is written down is damaged.
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
    """What `start` would find for a run that is new; nothing is written.

    Errors: Expected (at `search.from`) for a run that is none, or of other data or objectives;
    UserError for a study file or an identity of its that cannot be read.
    """
    earlier = study.search.from_
    return [] if earlier is None else _trials(_found(study, base / earlier, data))


def check(study: Study, base: Path, folder: Path, data: dict[str, Any]) -> None:
    """What `start` would raise is raised before there is a folder. Errors: as `fitting`."""
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
    """An earlier run's complete trials that lie in this study's space, as FILE has them."""
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
    """The earlier run's study and identity. Errors: Expected where its values mean others."""
    known = folders.expect_own(run) / "artifacts" / "identity.json"
    if not known.exists():
        raise Expected("the folder of a run", Unquoted(study.search.from_), at=WHERE)
    identity = identities.read(known)
    if identity.get("data") != json.loads(json.dumps(data)):
        raise Expected("a run on the same data and split", Unquoted("another"), at=WHERE)
    trainer = study.trainer.identity if study.trainer else None
    if identity.get("trainer") != json.loads(json.dumps(trainer)):
        raise Expected("a run of the same trainer", Unquoted("another"), at=WHERE)
    earlier = parsing.study(documents.read(run / "study.yaml"))
    if [o.key for o in earlier.objectives] != [study.objective.key] or study.objectives[1:]:
        raise Expected(
            f"a run with the same one objective ({study.objective.label})",
            Unquoted(" and ".join(o.label for o in earlier.objectives)),
            at=WHERE,
        )
    if earlier.replicates.resample != study.replicates.resample:
        expected = f"a run whose replicates have resample: {study.replicates.resample}"
        raise Expected(expected, earlier.replicates.resample, at=WHERE)
    if study.needs_target and earlier.aims != study.aims:
        raise Expected(
            f"a run with the same target ({_target(study)})", Unquoted(_target(earlier)), at=WHERE
        )
    return earlier, identity


def _violations(study: Study, path: Path) -> dict[str, float]:
    """By how much a record breaks each constraint whose metric it knows."""
    final = record_summaries.final_metrics(path)
    return {
        constraint.text: constraint.violation(final[constraint.metric])
        for constraint in study.metric_constraints
        if constraint.metric in final
    }


def _is_as_today(config: dict[str, Any], identity: dict[str, Any], is_custom: bool) -> bool:
    """Whether its schedule had the formula that it has now."""
    now = {} if is_custom else networks.editions([config["schedule"][0]])
    known = identity.get("formulas")
    return not now or (isinstance(known, dict) and now.items() <= known.items())


def _target(study: Study) -> str:
    return ", ".join(f"{metric} {value:g}" for metric, value in dict(study.aims).items())


def _located(study: Study, config: dict[str, Any]) -> dict[str, Any] | None:
    """Where a configuration lies in the new space; None where a word that is fixed differs."""
    default, searched = study.space.default, study.space.searched
    if any(config[word] != default[word] for word in default if word not in searched):
        return None
    return study.space.locate(config)
