"""How long all trials train, and which epoch counts, where the study file says neither."""

from pathlib import Path
from typing import Any

import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.data import Dataset
from sweeps.phases import confirm, horizon, prepare
from sweeps.phases.confirm import Candidate
from sweeps.phases.earlier_run import EarlierRun
from sweeps.results import resolved
from sweeps.study.file import documents, parsing
from sweeps.study.objectives import Objective, agreed
from sweeps.study.spec import Study
from sweeps.training import counting

SPACE = {"learning_rate": {"low": 1e-3, "high": 1, "log": True}}


def values(rows: int = 100, **changes: Any) -> dict[str, Any]:
    data = {"source": "synthetic:moons", "options": {"rows": rows}}
    return {"name": "a", "data": data, "space": SPACE, **changes}


def study(rows: int = 100, **changes: Any) -> tuple[Study, Dataset]:
    return prepare.prepare(documents.Document(values(rows, **changes), {}, "a"), Path(), [])


@pytest.mark.parametrize(
    ("rows", "said", "epochs"),
    [
        (500, {}, 200),  # 320 training rows in folds: 10 updates an epoch
        (500, {"fixed": {"batch_size": 100}}, horizon.MOST),
        (1000, {"fixed": {"batch_size": "full"}}, horizon.MOST),
        (2000, {"fixed": {"epochs": "auto"}}, 50),  # 40 updates
        (20_000, {}, horizon.LEAST),
        (500, {"fixed": {"epochs": 7}}, 7),
        (500, {"replicates": {"count": 2, "resample": "kfold"}}, 286),  # 200 training rows
    ],
)
def test_the_default_horizon_counts_updates(rows: int, said: dict[str, Any], epochs: int) -> None:
    of, dataset = study(rows, **said)
    assert of.epochs == epochs
    assert resolved.fixed(of)["epochs"] == of.epochs
    assert resolved.identity(of, dataset)["fixed"]["epochs"] == of.epochs


EARLIER = {"fixed": {"epochs": 60}, "objective": [{"metric": "dev_loss", "at": "last"}]}


def test_an_earlier_run_keeps_what_its_file_left_open() -> None:
    open_, dataset = parsing.study(documents.Document(values(), {}, "a")), study()[1]
    again = horizon.resolved(open_, dataset, said_at=False, earlier=EarlierRun(EARLIER))
    assert (again.epochs, again.objective.at) == (60, "last")
    anew = horizon.resolved(open_, dataset, said_at=False, earlier=EarlierRun())
    assert (anew.epochs, anew.objective.at) == (horizon.MOST, "shared")
    said = parsing.study(documents.Document(values(fixed={"epochs": 9}), {}, "a"))
    assert horizon.resolved(said, dataset, said_at=True, earlier=EarlierRun(EARLIER)).epochs == 9
    assert (
        horizon.resolved(said, dataset, said_at=True, earlier=EarlierRun(EARLIER)).objective.at
        == "shared"
    )


@pytest.mark.parametrize("damaged", [{}, {"fixed": 3, "objective": {}}, {"objective": ["last"]}])
def test_an_identity_that_says_nothing_settles_nothing(damaged: dict[str, Any]) -> None:
    open_, dataset = parsing.study(documents.Document(values(), {}, "a")), study()[1]
    assert horizon.resolved(open_, dataset, False, EarlierRun(damaged)).epochs == horizon.MOST


def test_what_is_said_of_an_epoch_is_found() -> None:
    for said in ({"at": "last"}, [{"metric": "auc"}, {"at": "best"}]):
        assert horizon.says_at(said)
    for silent in (None, "auc", {"metric": "auc"}, ["auc", {"metric": "flops"}]):
        assert not horizon.says_at(silent)


def test_objectives_agree_on_the_epoch_that_counts() -> None:
    loss, cost = Objective(), Objective(metric="flops")
    best = Objective(metric="dev_error", at="best")
    assert [one.at for one in agreed([loss, cost])] == ["shared", "last"]
    assert [one.at for one in agreed([cost, loss])] == ["last", "last"]
    assert [one.at for one in agreed([loss, best])] == ["best", "best"]
    with pytest.raises(
        UserError, match="expected one `at` for all objectives, got shared and best"
    ):
        study(objective=[{"metric": "dev_loss", "at": "shared"}, {"metric": "auc", "at": "best"}])


def test_defaults_outside_the_space_choose_their_epoch_as_a_trial_would(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Trained on the search's seeds, once; so as trial 0 is where they lie within."""
    fixed = {"hidden": [4], "epochs": 12, "learning_rate": 0.3}
    outside, dataset = study(fixed=fixed, space={"l2": {"low": 1, "high": 2}})
    inside, _ = study(fixed=fixed, space={"l2": {"low": 0, "high": 2}})
    (tmp_path / "artifacts").mkdir()

    def epoch(of: Study) -> int | None:
        only = Candidate("defaults", -1, of.space.default, True, float("nan"))
        return confirm.with_epochs([only], of, dataset, tmp_path, of.name)[0].epoch

    trial = epoch(inside)
    assert epoch(outside.model_copy(update={"name": "outside"})) == trial is not None
    last = study(fixed=fixed, space={"l2": [0, 1]}, objective={"at": "last"})[0]
    assert epoch(last) is None
    monkeypatch.setattr(counting, "searched_defaults", None)  # its record is read
    assert epoch(inside) == trial


def test_the_confirmation_counts_at_the_epoch_that_the_search_chose(tmp_path: Path) -> None:
    given = values(
        fixed={"hidden": [6], "epochs": 25},
        space={"learning_rate": [0.1, 1.0], "l2": {"low": 0.1, "high": 1}},
        replicates=2,
        search={"trials": 3},
        confirm={"top": 2, "replicates": 6, "baselines": []},
    )
    result = sweeps.run(given, jobs=1, out=tmp_path, quiet=True)
    chosen = result.trials.set_index("trial")["counted_epoch"]
    assert result.confirm is not None
    curves = result.curves[result.curves["phase"] == "confirm"]
    for config, rows in result.confirm.groupby("config"):
        (epoch,) = set(rows["counted_epoch"])
        if config != "defaults":
            assert epoch == chosen[rows["trial"].iloc[0]]
        own = curves[(curves["config"] == config) & (curves["epoch"] == epoch)]
        assert rows["dev_loss"].tolist() == pytest.approx(own["dev_loss"].tolist())
        assert set(rows["epochs"]) == {25}  # the horizon, for the curves
    assert (chosen < 25).any()  # else nothing is told apart


def test_a_training_function_of_ones_own_counts_at_its_end() -> None:
    """Of its updates nothing is known, and it may report test scores at its last epoch alone."""
    own, dataset = (
        parsing.study(documents.Document(values(trainer="own:train"), {}, "a")),
        study()[1],
    )
    again = horizon.resolved(own, dataset, said_at=False, earlier=EarlierRun())
    assert (again.epochs, again.objective.at) == (60, "last")
    assert (
        horizon.resolved(own, dataset, said_at=True, earlier=EarlierRun()).objective.at == "shared"
    )
