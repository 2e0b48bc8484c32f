"""What a run leaves behind: frames against their dictionary, confirmation, model, provenance."""

import json
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import sweeps
from sweeps.base.errors import UserError
from sweeps.base.redaction import redact
from sweeps.results.model_file import load
from sweeps.results.result import Result
from sweeps.study.metrics import METRICS, ScoreInputs
from tests.pages import REFERENCE
from tests.sweeps.helpers import TEXT, study

DIGITS = TEXT.replace(
    "{source: 'synthetic:moons', options: {rows: 200}}", "{source: 'sklearn:iris'}"
)


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Result:
    folder = tmp_path_factory.mktemp("run")
    return sweeps.run(study(folder, DIGITS), out=folder, jobs=1, trials=12, quiet=True)


def dictionary(frame: str) -> set[str]:
    """The columns that the reference lists for a frame."""
    section = REFERENCE.read_text().split(f"#### `{frame}.parquet`")[1].split("####")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in re.findall(r"`([^`]+)`", row) if "<" not in name}


@pytest.mark.parametrize("frame", ["trials", "curves", "confirm", "importance"])
def test_columns_are_those_of_the_reference(run: Result, frame: str) -> None:
    parquet = pd.read_parquet(run.folder / f"{frame}.parquet")
    columns = {c for c in parquet.columns if not c.startswith("param.")}
    assert columns == dictionary(frame) - {"repeat", "fold", "seed"}  # only out of fold
    copy = pd.read_csv(run.folder / "data" / f"{frame}.csv")
    assert list(copy.columns) == list(parquet.columns)
    assert len(copy) == len(parquet)


def test_trials_frame(run: Result) -> None:
    frame = run.trials
    assert frame["trial"].tolist() == list(range(12))
    assert {"param.optimizer", "param.optimizer.momentum.beta"} <= set(frame.columns)
    momentum = frame["param.optimizer"] == "momentum"
    assert frame.loc[momentum, "param.optimizer.momentum.beta"].notna().all()
    assert frame.loc[~momentum, "param.optimizer.momentum.beta"].isna().all()
    complete = frame[frame["state"] == "complete"]
    np.testing.assert_allclose(complete["value"], complete["dev_loss"])
    alive = complete[complete["diverged"] < 3]
    assert (alive["epochs"] == 12).all()
    assert (frame["epochs"] <= 12).all()


def test_curves_frame(run: Result) -> None:
    curves = run.curves
    search, confirm = (curves[curves["phase"] == phase] for phase in ("search", "confirm"))
    epochs = run.trials["epochs"] + 1
    assert len(search) == (3 * epochs).sum()
    last = search[search["trial"] == 0].groupby("replicate")["dev_loss"].last()
    assert last.mean() == pytest.approx(run.trials["dev_loss"][0])
    assert len(confirm) == 3 * 4 * 13
    assert (curves.groupby(["phase", "config", "replicate"])["updates"].diff().dropna() > 0).all()


def test_the_confirmation_is_of_the_best_and_of_the_defaults(run: Result) -> None:
    assert run.confirm is not None
    networks = run.confirm[run.confirm["kind"] == "network"]
    complete = run.trials[run.trials["state"] == "complete"].sort_values("value")
    expected = {f"trial {n}" for n in complete["trial"].head(2)} | {"defaults"}
    assert set(networks["config"]) == expected
    assert (networks.groupby("config")["replicate"].nunique() == 4).all()
    means = networks.groupby("rank")["dev_loss"].mean()
    assert means.is_monotonic_increasing  # the winner by dev, never by test
    baselines = run.confirm[run.confirm["kind"] == "baseline"]
    assert set(baselines["config"]) == {
        *("majority class", "logistic regression", "gradient boosting")
    }
    selected = networks.groupby("config")["selected_value"].first()
    assert selected["defaults"] != selected["defaults"]  # they were not searched: NaN
    assert selected[f"trial {complete['trial'].iloc[0]}"] == complete["value"].iloc[0]


def test_predictions_are_log_probabilities_that_give_the_scores(run: Result) -> None:
    assert run.confirm is not None
    with np.load(run.folder / "predictions.npz") as file:
        arrays = {name: file[name] for name in file.files}
    target = arrays["test_target"]
    for config, rows in run.confirm.groupby("config"):
        log_p = arrays[f"{config}/test"]
        assert log_p.shape == (len(rows), 30, 3)
        np.testing.assert_allclose(np.exp(log_p).sum(axis=-1), 1, atol=1e-4)
        error = (log_p.argmax(axis=-1) != target).mean(axis=-1)
        np.testing.assert_allclose(error, rows.sort_values("replicate")["test_error"], atol=1e-6)
        loss = -log_p[:, np.arange(30), target].mean(axis=-1)
        np.testing.assert_allclose(loss, rows["test_loss"], rtol=1e-4)


def test_rows_of_one_group_are_known_to_the_report(tmp_path: Path) -> None:
    rng = np.random.default_rng(0)
    patient = np.repeat(np.arange(40), 4)
    frame = pd.DataFrame({"patient": [f"p{n}" for n in patient], "x": rng.normal(size=160)})
    frame["ill"] = np.where(frame["x"] + rng.normal(size=40)[patient] > 0, "yes", "no")
    frame.to_csv(tmp_path / "visits.csv", index=False)
    study = {
        "name": "visits",
        "data": {"source": str(tmp_path / "visits.csv"), "target": "ill", "group": "patient"},
        "fixed": {"hidden": [4], "epochs": 5},
        "space": {"l2": [0.0, 0.1]},
        "search": {"trials": 2},
        "confirm": {"top": 1, "replicates": 3},
    }
    result = sweeps.run(study, out=tmp_path, jobs=1, quiet=True)
    with np.load(result.folder / "predictions.npz") as file:
        assert len(np.unique(file["test_group"])) * 4 == len(file["test_target"])
    assert "every interval over new rows draws them together" in result.report.read_text()


def test_the_model_predicts_from_raw_columns(run: Result) -> None:
    from sklearn.datasets import load_iris

    bunch = load_iris(as_frame=True)
    model = load(run.folder / "model.npz")
    assert len(model.theta) == 4
    names = np.array(bunch.target_names)[bunch.target]
    predicted = model.predict(bunch.data)
    assert (predicted == names).mean() > 0.6
    np.testing.assert_allclose(model.outputs(bunch.data).sum(axis=1), 1, atol=1e-6)
    assert predicted.name == "species"


def test_regression_predicts_in_the_targets_units(tmp_path: Path) -> None:
    from sklearn.datasets import load_diabetes

    text = DIGITS.replace("iris", "diabetes")
    result = sweeps.run(study(tmp_path, text), out=tmp_path, jobs=1, trials=6, quiet=True)
    bunch = load_diabetes(as_frame=True)
    predicted = result.predict(bunch.data)
    assert abs(predicted.mean() - bunch.target.mean()) < 40
    assert result.confirm is not None
    assert set(result.confirm["config"]) >= {"mean", "linear regression", "gradient boosting"}
    linear = result.confirm.set_index("config").loc["linear regression"]
    assert 0.5 < linear["test_error"] < 1


def test_provenance_says_what_was_run(run: Result) -> None:
    provenance = json.loads((run.folder / "provenance.json").read_text())
    assert provenance["data"]["rows"] == 150
    assert provenance["classes"] == ["setosa", "versicolor", "virginica"]
    assert provenance["counts"]["asked"] == 12
    assert sum(provenance["counts"][s] for s in ("complete", "pruned", "failed")) == 12
    assert provenance["versions"]["numpy"] == np.__version__
    baselines = {"baselines": ["constant", "linear", "boosting"], "baseline_time": "5m"}
    assert provenance["confirm"] == {"top": 2, "replicates": 4, "learning_curve": 6, **baselines}


def test_no_confirm_leaves_no_stale_confirmation(tmp_path: Path) -> None:
    path = study(tmp_path)
    options = {"out": tmp_path, "jobs": 1, "trials": 2, "quiet": True}
    assert sweeps.run(path, **options).confirm is not None
    result = sweeps.run(path, **options, confirm=False)
    assert result.confirm is None
    assert not (result.folder / "best.yaml").exists()
    with pytest.raises(UserError, match="got none: nothing was confirmed"):
        result.predict(pd.DataFrame())
    assert result.best  # of the search
    assert json.loads(json.dumps(result.best)) == result.best
    summary = json.loads((result.folder / "summary.json").read_text())
    assert (summary["best"], summary["confirmed"]) == (result.best, [])


def test_importance_asks_what_the_best_have_in_common() -> None:
    """Of a maximized objective as of its mirror image, and not as of the worst trials."""
    import optuna

    from sweeps.results.frames import importance

    low = optuna.distributions.FloatDistribution(0, 1)
    points = np.random.default_rng(0).random((60, 2))
    costs = [1 - (x > 0.9) - 0.4 * (y < 0.3) for x, y in points]

    def trials(sign: int) -> list[optuna.trial.FrozenTrial]:
        return [
            optuna.trial.create_trial(
                params={"x": x, "y": y}, distributions={"x": low, "y": low}, value=sign * cost
            )
            for (x, y), cost in zip(points, costs, strict=True)
        ]

    down, up = importance(trials(1), "minimize"), importance(trials(-1), "maximize")
    pd.testing.assert_frame_equal(down, up)
    assert not importance(trials(-1), "minimize").equals(down)


def test_importance_of_an_arms_parameter_is_told_among_the_trials_that_had_it() -> None:
    """One that does nothing stays small though its arm is the best, and of few trials is unsaid."""
    import optuna

    from sweeps.results.frames import importance

    low = optuna.distributions.FloatDistribution(0, 1)
    arms = optuna.distributions.CategoricalDistribution(["a", "b", "c"])
    trials = []
    for n, (x, dud) in enumerate(np.random.default_rng(0).random((240, 2))):
        arm = "c" if n % 40 == 0 else "ab"[n % 2]
        params = {"arm": arm, "x": x, f"arm.{arm}.dud": dud}
        known = {"arm": arms, "x": low, f"arm.{arm}.dud": low}
        cost = x + (arm != "a")
        trials.append(optuna.trial.create_trial(params=params, distributions=known, value=cost))
    found = importance(trials, "minimize").set_index("parameter")
    assert set(found.index) == {"arm", "x", "arm.a.dud", "arm.b.dud"}
    assert dict(found["trials"]) == {"arm": 240, "x": 240, "arm.a.dud": 114, "arm.b.dud": 120}
    assert found.loc[["arm", "x"], "value"].sum() == pytest.approx(1)
    assert found.loc[["arm.a.dud", "arm.b.dud"], "value"].max() < 0.1


def test_every_objective_has_a_column(tmp_path: Path) -> None:
    """Further ones in value.2, …; further metrics with their spread; in the confirmation too."""
    text = DIGITS.replace("replicates: 3", "replicates: 3\nobjective: [dev_error, "
        "{metric: auc, reduce: worst}]\nconstraints: [gap <= 0.5]").replace(
        ", pruner: {median: {startup: 2, warmup: 2}}", "")  # fmt: skip
    result = sweeps.run(study(tmp_path, text), out=tmp_path, jobs=1, trials=4, quiet=True)
    trials = result.trials
    assert {"value.2", "auc", "auc_sd", "gap", "gap_sd"} <= set(trials.columns)
    assert (trials["value.2"] <= trials["auc"]).all(), "the worst is no better than the mean"
    assert result.confirm is not None
    networks = result.confirm[result.confirm["kind"] == "network"]
    assert networks[["auc", "gap", "test_auc"]].notna().all(axis=None)
    with np.load(result.folder / "predictions.npz") as file:
        for name, rows in result.confirm.groupby("config"):
            for split, column in (("dev", "auc"), ("test", "test_auc")):
                areas = METRICS["auc"].of(  # type: ignore[union-attr]
                    ScoreInputs({}, lambda: file[f"{name}/{split}"], file[f"{split}_target"])  # noqa: B023
                )
                assert rows[column].to_numpy() == pytest.approx(areas)
    models = result.confirm[result.confirm["kind"] == "baseline"]
    assert models["gap"].to_numpy() == pytest.approx(models["dev_error"] - models["train_error"])
    said = json.loads((result.folder / "provenance.json").read_text())
    assert [one["reduce"] for one in said["objectives"]] == ["mean", "worst"]
    assert said["limits"] == ["gap <= 0.5"]
    assert "Pareto front" in (result.folder / "report.html").read_text()


def test_a_model_of_another_layout_is_refused(run: Result, tmp_path: Path) -> None:
    with np.load(run.folder / "model.npz") as file:
        theta, meta = file["theta"], json.loads(str(file["meta"]))
    del meta["layout"]
    path = tmp_path / "model.npz"
    np.savez(path, theta=theta, meta=np.array(json.dumps(meta)))
    assert len(load(path).theta) == 4  # nothing but batch normalization has moved
    meta["network"]["batch_norm"] = True
    np.savez(path, theta=theta, meta=np.array(json.dumps(meta)))
    with pytest.raises(UserError, match="parameters in another version's order"):
        load(path)


def test_a_model_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "model.npz").write_bytes(b"PK no")
    with pytest.raises(UserError, match="expected a model of a study"):
        load(tmp_path / "model.npz")


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://me:secret@host/db", "postgresql+psycopg://me:***@host/db"),
        ("postgresql://me:se@cret@host/db", "postgresql://me:***@host/db"),
        ("sqlite:///x.db", "sqlite:///x.db"),
        ("mysql://me:${SECRET}@host/db", "mysql://me:${SECRET}@host/db"),
        ("mysql://host/db?password=hunter2&x=1", "mysql://host/db?password=***&x=1"),
    ],
)
def test_passwords_are_not_shown(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_sqlite_storage_gives_the_same_study(tmp_path: Path, run: Result) -> None:
    url = f"sqlite:///{tmp_path / 'x.db'}"
    path = study(tmp_path, DIGITS)
    result = sweeps.run(
        path, out=tmp_path, jobs=1, trials=12, storage=url, confirm=False, quiet=True
    )
    wanted = run.trials.drop(columns="seconds")
    pd.testing.assert_frame_equal(result.trials.drop(columns="seconds"), wanted)
