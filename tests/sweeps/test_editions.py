"""A mended formula: what was trained by it before is not gone on with, nor learned from."""

import json
from pathlib import Path
from typing import Any

import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.phases import prepare
from sweeps.results import resolved
from sweeps.results.result import Result
from sweeps.storage import identities
from sweeps.study.file import documents

# The search as the first version had it.
AS_EVER = {
    **{"trials": 4, "pruner": "none", "start": "random", "growth": 1},
    **{"racing": False, "patience": "none"},
}
RATE = {"learning_rate": {"low": 1e-3, "high": 1, "log": True}}


def values(name: str = "tiny", **changes: Any) -> dict[str, Any]:
    return {
        "name": name,
        "data": {"source": "synthetic:moons", "options": {"rows": 60}},
        "fixed": {"hidden": [3], "epochs": 4},
        "space": RATE,
        "replicates": {"count": 2, "resample": "none"},
        "search": {"trials": 4, "pruner": "none"},
        **changes,
    }


def identity(**changes: Any) -> dict[str, Any]:
    document = documents.Document(values(**changes), {}, "study")
    return resolved.identity(*prepare.prepare(document, Path(), []))


def run(study: dict[str, Any], out: Path) -> Result:
    return sweeps.run(study, out=out, jobs=1, confirm=False, quiet=True)


def made_before(folder: Path) -> None:
    """As a run of the formula before: its identity says nothing of formulas."""
    path = folder / "artifacts" / "identity.json"
    known = json.loads(path.read_text())
    del known["formulas"]
    path.write_text(json.dumps(known))


def test_it_is_part_of_a_study_only_where_the_study_may_use_it() -> None:
    inside = {"optimizer": {"choices": {"adam": {"schedule": "inverse_time"}, "momentum": {}}}}
    using = (
        identity(fixed={"schedule": "inverse_time"}),
        identity(space={"schedule": ["constant", {"inverse_time": {"decay": 2}}]}),
        identity(space={"schedule": {"choices": {"step": {}, "inverse_time": {}}}}),
        identity(space=inside),
    )
    assert all(list(one["formulas"]) == ["inverse_time"] for one in using)
    assert "formulas" not in identity(space={"schedule": ["constant", "step"]})


def test_a_study_that_says_nothing_new_is_the_one_it_was() -> None:
    """The digest that its records are kept under is that of the first version."""
    known = identity(objective={"at": "last"}, search=AS_EVER)  # which did not need to be said
    known["data"] = {**known["data"], "sha256": ""}  # of sines, whose last bits are the machine's
    assert identities.digest(known) == "56d04d4c81be38f9"


def test_a_run_from_before_is_refused(tmp_path: Path) -> None:
    study = values(fixed={"hidden": [3], "epochs": 4, "schedule": "inverse_time"})
    run(study, tmp_path)
    made_before(tmp_path / "tiny")
    said = "formulas.inverse_time: not set there, 'falls for the first time after two epochs' here"
    with pytest.raises(UserError, match=said):
        run(study, tmp_path)


def test_none_of_its_trials_that_used_it_is_learned_from(tmp_path: Path) -> None:
    space = {**RATE, "schedule": ["constant", "inverse_time"]}
    first = run(values(space=space, search=AS_EVER), tmp_path)  # of both schedules
    made_before(first.folder)
    source = {"trials": 1, "pruner": "none", "from": str(first.folder)}
    second = run(values("next", space=space, search=source), tmp_path)
    known = json.loads((second.folder / "artifacts" / "warm.json").read_text())
    plain = first.trials["param.schedule"] == "constant"
    assert len(known) == plain.sum() == 2
    assert {one["params"]["schedule"] for one in known} == {"constant"}
