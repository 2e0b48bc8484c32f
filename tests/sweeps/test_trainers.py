"""A training function of the user's own: allowed, found, fed, judged, reproducible."""

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import studies
import sweeps
from dnn.gradcheck import EPSILONS
from sweeps.base.errors import Expected, UserError
from sweeps.data import Dataset
from sweeps.data.datasets.loading import load
from sweeps.results.result import Result
from sweeps.study import trainer_code
from sweeps.study.data_section import DataSpec
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metric_constraints import metric_constraint
from sweeps.study.metrics import worst
from sweeps.study.objectives import Objective
from sweeps.study.trainers import Trainer
from sweeps.training import custom, probing, seeds
from sweeps.training.merging import merge
from sweeps.training.stop_rules import BestAbove
from sweeps.training.task import Outcome, Task
from tests.sweeps.engines import installed
from tests.sweeps.helpers import sweeps as run
from tests.sweeps.helpers import trials

# Logistic regression by gradient descent; `strength` is a word of its own. It draws from NumPy's
# global generator, which a careless author would.
LOGISTIC = """
import numpy as np


def train(config, data, seed):
    x, y = data.train.x.astype(float), data.train.y
    w = np.random.normal(size=x.shape[1])
    if config["penalty"] == "none":
        config["strength"] = 0

    def outputs(part):
        z = part.x @ w
        return -np.logaddexp(0, np.stack([z, -z], axis=1))

    for _ in range(config["epochs"]):
        p = 1 / (1 + np.exp(-(x @ w)))
        w = w - config["learning_rate"] * (x.T @ (p - y) / len(y) + config["strength"] * w)
        said = {"train_outputs": outputs(data.train), "dev_outputs": outputs(data.dev)}
        if data.test is not None:
            said["test_outputs"] = outputs(data.test)
        yield said
"""
STUDY = """
name: own
data: {source: 'synthetic:moons', options: {rows: 200}}
trainer:
  call: mine:train
  parameters:
    strength: {type: float, low: 0, default: 0.1}
    penalty: {type: name, choices: [ridge, none], default: ridge}
fixed: {epochs: 8}
space:
  learning_rate: {low: 1e-3, high: 10, log: true}
  strength: {low: 1e-3, high: 1, log: true}
  penalty: [ridge, none]
replicates: {count: 3, resample: none}
search: {trials: 16, window: 6, pruner: {median: {startup: 2, warmup: 2}}}
confirm: {top: 2, replicates: 4}
"""


@pytest.fixture(scope="module")
def moons() -> Dataset:
    return load(DataSpec(source="synthetic:moons", options={"rows": 200}), Path(), "float32")


@pytest.fixture(autouse=True)
def _path() -> Iterator[None]:
    """What an import leaves behind."""
    before = list(sys.path)
    yield
    sys.path[:] = before


def write(folder: Path, code: str = LOGISTIC, text: str = STUDY) -> str:
    (folder / "mine.py").write_text(code)
    (folder / "own.yaml").write_text(text)
    return str(folder / "own.yaml")


def found(folder: Path, code: str, call: str = "mine:train") -> Trainer:
    (folder / "mine.py").write_text(code)
    return trainer_code.find(Trainer(call=call), folder)


def task(**changes: Any) -> Task:
    words = {k: changes.pop(k) for k in list(changes) if k in VOCABULARY.defaults()}
    config = VOCABULARY.defaults() | {"epochs": 5, "strength": 0.1, "penalty": "ridge"}
    config |= {word: VOCABULARY.canonical(word, value) for word, value in words.items()}
    said = {k: changes.pop(k) for k in ("metric", "at") if k in changes}
    goal = Objective(**{"at": "last", **said})
    whole = Task(0, config, 0, seeds.SEARCH, range(3), (goal,), "float32")
    return replace(whole, **changes)


def train(folder: Path, code: str, dataset: Dataset, **changes: Any) -> Outcome:
    one = task(**changes)
    return custom.train(found(folder, code), one, dataset if one.keep else dataset.without("test"))


def body(*lines: str) -> str:
    """A function of these lines."""
    return "def train(config, data, seed):\n" + "".join(f"    {line}\n" for line in lines)


# --- whether it may run --------------------------------------------------------------------------


def test_without_leave_nothing_of_it_is_imported(tmp_path: Path) -> None:
    path = write(tmp_path, "open('imported', 'w').close()\n" + LOGISTIC)
    told = run(path, cwd=tmp_path, code=2).stderr
    assert told.count("\n") == 1
    assert "own.yaml:4: trainer: expected --allow-code" in told
    for command in ("check", "run"):
        options = ("--dry-run",) if command == "run" else ()
        done = run(command, path, *options, cwd=tmp_path, module="sweeps")
        assert re.search(r"trainer +mine:train, SHA-256", done.stdout)
    assert not (tmp_path / "imported").exists()
    assert not (tmp_path / "runs").exists()
    with pytest.raises(UserError, match="--allow-code"):
        sweeps.run(path, out=tmp_path / "runs", quiet=True)
    run("check", path, "--allow-code", cwd=tmp_path, module="sweeps")
    assert (tmp_path / "imported").exists()


# --- the whole way -------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("own")
    told = run(write(folder), "--allow-code", "--jobs", "1", cwd=folder)
    assert "RuntimeWarning" not in told.stderr
    return folder


def test_it_is_swept_pruned_confirmed_and_reported(finished: Path) -> None:
    result = Result(finished / "runs" / "own")
    assert set(result.trials["state"]) == {"complete", "pruned"}
    assert {"param.strength", "param.penalty"} <= set(result.trials.columns)
    assert result.trials["flops"].isna().all()
    assert result.confirm is not None
    networks = result.confirm[result.confirm["kind"] == "network"]
    best = networks[networks["rank"] == 1]
    assert len(best) == 4
    assert best["test_error"].mean() < 0.25
    assert set(result.best) == {*VOCABULARY.defaults(), "strength", "penalty"}
    page = result.report.read_text()
    assert "mine:train" in page
    assert "floating-point operations" not in page.lower()
    assert not (result.folder / "model.npz").exists()
    with pytest.raises(UserError, match="its models are those of mine:train"):
        result.predict(result.trials)


@pytest.mark.parametrize("engine", ["loky", "dask", "ray"])
def test_any_number_of_jobs_gives_the_same_study(
    finished: Path, tmp_path: Path, engine: str
) -> None:
    installed(engine)
    run(write(tmp_path), "--allow-code", "--jobs", "2", "--engine", engine, cwd=tmp_path)
    one, two = (trials(folder / "runs" / "own") for folder in (tmp_path, finished))
    np.testing.assert_equal(one, two)  # where NaN is NaN
    first, second = (Result(folder / "runs" / "own") for folder in (tmp_path, finished))
    assert first.confirm is not None
    assert second.confirm is not None
    for score in ("dev_loss", "test_loss", "test_error"):
        np.testing.assert_array_equal(first.confirm[score], second.confirm[score])


def test_what_was_resolved_runs_as_it_stands(finished: Path) -> None:
    again = parsing.study(documents.read(finished / "runs" / "own" / "study.yaml"))
    assert again.trainer is not None
    assert (finished / "runs" / "own" / again.trainer.folder).resolve() == finished.resolve()
    out = ("--out", "again", "--allow-code")
    run("runs/own/best.yaml", *out, cwd=finished)
    best = Result(finished / "again" / "own-best")
    assert best.best == Result(finished / "runs" / "own").best


def test_an_edited_source_is_another_study(tmp_path: Path) -> None:
    path = write(tmp_path)
    run(path, "--allow-code", "--trials", "2", "--no-confirm", cwd=tmp_path)
    (tmp_path / "mine.py").write_text(LOGISTIC + "\n# another\n")
    told = run(path, "--allow-code", cwd=tmp_path, code=2).stderr
    assert "trainer" in told
    assert "sha256" in told
    told = run("runs/own/study.yaml", "--allow-code", cwd=tmp_path, code=2).stderr
    assert re.search(r"trainer\.sha256: expected '?[0-9a-f]+'?, got [0-9a-f]+ \(mine\.py", told)


def test_one_that_fails_loses_its_trial_and_no_more(tmp_path: Path) -> None:
    fails = '    if config["penalty"] == "none":\n        raise ValueError("no penalty")\n'
    code = LOGISTIC.replace(
        '    if config["penalty"] == "none":\n        config', fails + "    config"
    )
    code = code.replace('config["strength"] = 0', "pass")
    told = run(write(tmp_path, code), "--allow-code", cwd=tmp_path).stdout
    result = Result(tmp_path / "runs" / "own")
    lost = result.trials[result.trials["param.penalty"] == "none"]
    assert (lost["state"] == "failed").all()
    assert (
        lost["cause"]
        .str.fullmatch(r"replicate 0, epoch 1: mine\.py:\d+: ValueError: no penalty")
        .all()
    )
    assert (result.trials[result.trials["param.penalty"] == "ridge"]["state"] != "failed").all()
    assert "no penalty" in told
    assert result.report.exists()


def test_one_of_which_nothing_comes_is_a_failure(tmp_path: Path) -> None:
    code = body("raise ValueError('never')", "yield {}")
    quick = ("--allow-code", "--trials", "2", "--jobs", "1")
    told = run(write(tmp_path, code), *quick, cwd=tmp_path, code=1)
    assert told.stderr == ""
    assert "2 trials: replicate 0, epoch 1: mine.py" in told.stdout
    told = run("runs/own/study.yaml", *quick, "--no-confirm", cwd=tmp_path, code=1)
    code = LOGISTIC.replace(
        'if config["penalty"]', 'assert data.test is None\n    if config["penalty"]'
    )
    (tmp_path / "b").mkdir()
    told = run(write(tmp_path / "b", code), *quick, cwd=tmp_path / "b", code=1)
    assert "confirmation of trial 0: replicate 0, epoch 1: mine.py" in told.stdout


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_one_that_fails_in_the_confirmation_is_told(tmp_path: Path, jobs: str) -> None:
    fails = 'if data.test is not None and config["penalty"] == "ridge":\n        1 / 0\n    '
    code = LOGISTIC.replace('if config["penalty"]', fails + 'if config["penalty"]')
    told = run(write(tmp_path, code), "--allow-code", "--jobs", jobs, cwd=tmp_path).stdout
    assert "confirmation of trial 0: replicate 0, epoch 1: mine.py:" in told.replace(
        "defaults", "trial 0"
    )
    assert Result(tmp_path / "runs" / "own").report.exists()


def test_errors_alone_are_enough(tmp_path: Path) -> None:
    """Nothing is known of rows or losses; what rests on them is left out."""
    code = body(
        "for epoch in range(config['epochs']):",
        "    error = 0.4 / (epoch + 1) + 0.001 * (seed % 7)",
        "    yield {'dev_error': error, 'test_error': error + 0.01}",
    )
    text = STUDY.replace("replicates: {", "objective: dev_error\nreplicates: {")
    told = run(write(tmp_path, code, text), "--allow-code", "--trials", "4", cwd=tmp_path)
    result = Result(tmp_path / "runs" / "own")
    assert result.confirm is not None
    assert "Warning" not in told.stderr
    networks = result.confirm[result.confirm["kind"] == "network"]
    assert networks["dev_loss"].isna().all()
    np.testing.assert_allclose(networks["test_error"], networks["dev_error"] + 0.01)
    assert "new seeds" in result.report.read_text()


# --- the study file ------------------------------------------------------------------------------

FAULTS = {
    "call: mine:train": ("call: mine.train", "trainer.call: expected module:function"),
    "parameters:": ("parametres:", "trainer.parametres: expected a known key"),
    "type: float, low: 0": ("type: real, low: 0", "trainer.parameters.strength.type: expected int"),
    "low: 0, default: 0.1": (
        "low: 0, default: -1",
        "trainer.parameters.strength: default: expected a number >= 0, got -1",
    ),
    "low: 0, default": (
        "lowest: 0, default",
        "trainer.parameters.strength.lowest: expected a known",
    ),
    "choices: [ridge, none], default: ridge": (
        "default: ridge",
        "trainer.parameters.penalty: expected choices for a name",
    ),
    "    strength: {type": (
        "    l2: {type",
        "trainer.parameters: expected names of its own, got 'l2'",
    ),
    "  strength: {low: 1e-3, high: 1, log: true}": (
        "  strenght: [1, 2]",
        "space.strenght: expected a hyperparameter, got 'strenght' (did you mean 'strength'?)",
    ),
    "  strength: {low: 1e-3": (
        "  strength: {low: -1",
        "space.strength.low: expected a number >= 0, got -1",
    ),
    "penalty: [ridge, none]\nrep": (
        "penalty: [ridge, nome]\nrep",
        "space.penalty.1: expected a known name, got 'nome' (did you mean 'none'?)",
    ),
    "replicates: {": (
        "objective: flops\nreplicates: {",
        "objective: expected a metric that a trainer",
    ),
    "search: {": ("budgets: {flops: 1}\nsearch: {", "budgets.flops: expected another budget"),
}


@pytest.mark.parametrize("old", FAULTS)
def test_what_the_study_file_gets_wrong(old: str) -> None:
    new, expected = FAULTS[old]
    assert STUDY.count(old) == 1
    with pytest.raises(UserError) as told:
        parsing.study(documents.parse(STUDY.replace(old, new), "own.yaml"))
    assert expected in str(told.value)
    assert re.match(r"own\.yaml:\d+: ", str(told.value))


def test_words_of_a_trainer_are_no_one_elses() -> None:
    parsing.study(documents.parse(STUDY, "own.yaml"))
    without = STUDY.replace("trainer:\n  call: mine:train\n  parameters:\n", "x:\n")
    with pytest.raises(UserError, match=r"space\.strength: expected a hyperparameter"):
        parsing.study(documents.parse(without, "own.yaml"))


def test_words_may_stand_in_rules_pairs_enqueue_and_fixed() -> None:
    text = (
        STUDY
        + "constraints: ['strength < 0.5 when penalty is ridge']\nenqueue: [{strength: 0.2}]\n"
    )
    study = parsing.study(documents.parse(text, "own.yaml"))
    assert study.enqueue[0]["strength"] == 0.2
    assert not study.space.allows(study.space.default | {"strength": 0.7})
    text = STUDY.replace("  penalty: [ridge, none]\n", "").replace("{epochs: 8}", "{penalty: none}")
    assert parsing.study(documents.parse(text, "own.yaml")).space.default["penalty"] == "none"


# --- finding and importing -----------------------------------------------------------------------

UNFIT = {
    "x = 1": "expected a function of mine, got 'train' (mine has no functions)",
    "def trian(config, data, seed): yield": "got 'train' (did you mean 'trian'?)",
    "def train(config, data, seed): return []": "expected a generator function, got 'train'",
    "def train(config, data): yield": "expected train(config, data, seed), got train(config, data)",
    "def train(config, data, seed, more): yield": "got train(config, data, seed, more)",
    "import nothing_of_that_name": "importing mine: mine.py:1: ModuleNotFoundError: No module",
    "def train(:": "importing mine: SyntaxError",
    "raise SystemExit(3)": "importing mine: mine.py:1: SystemExit: 3",
}


@pytest.mark.parametrize("code", UNFIT)
def test_what_cannot_be_a_trainer(code: str, tmp_path: Path) -> None:
    with pytest.raises(Expected) as told:
        trainer_code.load(found(tmp_path, code))
    assert UNFIT[code] in told.value.message


def test_a_module_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Expected, match=r"got 'mime' \(did you mean 'mine'\?\)"):
        found(tmp_path, LOGISTIC, "mime:train")
    with pytest.raises(Expected, match="a module with a source file"):
        found(tmp_path, LOGISTIC, "itertools:chain")
    with pytest.raises(Expected, match=r"got 'mine\.inner'"):
        found(tmp_path, LOGISTIC, "mine.inner:train")
    (tmp_path / "json.py").write_text(LOGISTIC)
    with pytest.raises(Expected, match="another module has that name already"):
        trainer_code.load(found(tmp_path, LOGISTIC, "json:train"))


def test_beside_the_study_file_comes_before_the_path(tmp_path: Path, moons: Dataset) -> None:
    inside = tmp_path / "beside" / "package"
    inside.mkdir(parents=True)
    (inside / "__init__.py").write_text("")
    (inside / "own.py").write_text(LOGISTIC)
    one = trainer_code.find(Trainer(call="package.own:train", folder="beside"), tmp_path)
    assert one.folder == str(tmp_path / "beside")
    assert custom.train(one, task(), moons).state == "complete"
    installed = trainer_code.find(Trainer(call="studies.sklearn_mlp:train"), tmp_path)
    assert len(installed.sha256) == 64


def test_an_edited_file_is_imported_anew_and_never_in_mid_run(tmp_path: Path) -> None:
    def words(code: str) -> Any:
        function, _ = trainer_code.load(found(tmp_path, code))
        return next(function({}, None, 0))

    assert words(body("yield 'first'")) == "first"
    before = found(tmp_path, body("yield 'first'"))
    assert words(body("yield 'second'")) == "second"
    with pytest.raises(Expected, match=r"the mine\.py that the run began with"):
        trainer_code.load(before)


# --- what it is given ----------------------------------------------------------------------------

SPY = body(
    "from json import dumps",
    "facts = [sorted(vars(data)), data.test is None, data.task, data.classes, seed,",
    "         data.train.x.flags.writeable, config['optimizer'], config['hidden']]",
    "with open('spied', 'a') as file: file.write(dumps(facts) + chr(10))",
    "for _ in range(config['epochs']):",
    "    yield {'dev_loss': 0.5, 'test_error': 0.5}",
)


def test_what_the_function_is_given(
    tmp_path: Path, moons: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    train(tmp_path, SPY, moons)
    train(tmp_path, SPY, moons, phase=seeds.CONFIRM, keep=True, learning_rate=1)
    train(tmp_path, SPY, moons, learning_rate=1)
    spied = [json.loads(line) for line in Path("spied").read_text().splitlines()]
    assert [one[1] for one in spied] == [True] * 3 + [False] * 3 + [True] * 3
    given = [one[4] for one in spied]
    assert given[:3] == given[6:]  # every trial's
    assert len(set(given)) == 6  # the confirmation has others
    assert all(0 <= seed < 2**32 for seed in given)
    assert not any(one[5] for one in spied)
    assert spied[0][2:4] == ["binary", list(moons.target.classes)]
    assert spied[0][6] == {"adam": {"beta1": 0.9, "beta2": 0.999, "epsilon": 1e-8}}
    assert spied[0][7] == [32, 16]


def test_test_rows_are_not_there_in_the_search(moons: Dataset) -> None:
    search = moons.without("test")
    assert set(search.parts) == set(search.labels) == {"train", "dev"}
    assert set(moons.parts) == {"train", "dev", "test"}


@pytest.mark.parametrize("library", ["numpy", "random"])
def test_a_function_that_forgets_its_seed_is_reproducible_all_the_same(
    tmp_path: Path, moons: Dataset, library: str
) -> None:
    draw = {"numpy": "numpy.random.random()", "random": "random.random()"}[library]
    code = f"import {library}\n" + body("while True:", f"    yield {{'dev_loss': {draw}}}")
    whole = train(tmp_path, code, moons).curves["dev_loss"]
    state = np.random.get_state()  # noqa: NPY002 - what is to stay as it is
    alone = train(tmp_path, code, moons, replicates=range(2, 3)).curves["dev_loss"]
    np.testing.assert_array_equal(whole[:, 2:], alone)
    assert len(np.unique(whole[1:])) == whole[1:].size
    np.testing.assert_equal(np.random.get_state(), state)  # noqa: NPY002


# --- what it says --------------------------------------------------------------------------------

WRONG = {
    "3": "expected a mapping of metrics, like {'dev_loss': 0.3}, got 3",
    "{}": "expected a mapping of metrics",
    "{'dev_los': 1}": "expected a known metric, got 'dev_los' (did you mean 'dev_loss'?)",
    "{'dev_loss': 'low'}": "expected a number as dev_loss, got str",
    "{'dev_loss': True}": "expected a number as dev_loss, got true",
    "{'dev_loss': 10**400}": "expected a number as dev_loss, got int",
    "{'dev_loss': 1, 'dev_error': 4.2}": "a share of rows, from 0 to 1, as dev_error, got 4.2",
    "{'dev_loss': 1, 'train_error': -1}": "a share of rows, from 0 to 1, as train_error, got -1",
    "{'dev_error': 0.1}": "expected dev_loss (for dev_loss), got dev_error",
    "{'dev_outputs': [1, 2]}": "expected dev_outputs of shape (40, 2), got (2,)",
    "{'dev_outputs': [[0.5, 0.5]] * 40}": "a row whose probabilities add up to 3.3 (probabilities?",
    "{'dev_outputs': object()}": "expected an array as dev_outputs, got object",
    "{'dev_loss': 1, 'test_outputs': 1}": "expected no outputs of test rows in the search",
    "exit(3)": "replicate 0, epoch 1: mine.py:2: SystemExit: 3",
    "exec('raise GeneratorExit')": "replicate 0, epoch 1: mine.py:2: GeneratorExit",
    "exec('raise BaseException(7)')": "replicate 0, epoch 1: mine.py:2: BaseException: 7",
    "exec('raise type(chr(69), (Exception,), dict(__str__=lambda e: 1 / 0))')": (
        "replicate 0, epoch 1: mine.py:2: E: (no message: ZeroDivisionError)"
    ),
    "1 / 0": "replicate 0, epoch 1: mine.py:2: ZeroDivisionError: division by zero",
}


@pytest.mark.parametrize("said", WRONG)
def test_what_it_should_not_say_fails_the_trial(tmp_path: Path, moons: Dataset, said: str) -> None:
    outcome = train(tmp_path, body(f"yield {said}"), moons)
    assert outcome.state == "failed"
    assert WRONG[said] in outcome.cause


def test_what_it_prints_stays_out_of_the_json(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(STUDY.replace("trials: 16", "trials: 3"))
    function = LOGISTIC.replace("    x, y = ", "    print('hello')\n    x, y = ")
    (tmp_path / "mine.py").write_text(function)
    done = run("s.yaml", "--jobs", "2", "--allow-code", "--json", cwd=tmp_path)
    assert json.loads(done.stdout)["report"] == "runs/own/report.html"
    assert "hello" in done.stderr


def test_one_that_leaves_the_folder(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_text(STUDY.replace("trials: 16", "trials: 2"))
    (tmp_path / "mine.py").write_text(
        "import os\nos.chdir('/')\ndef train(config, data, seed):\n    os.chdir('/')\n"
        "    for _ in range(config['epochs']):\n"
        "        yield {'dev_loss': 0.5, 'test_error': 0.5}\n"
    )
    run("s.yaml", "--jobs", "1", "--allow-code", "--no-confirm", cwd=tmp_path)
    assert (tmp_path / "runs" / "own" / "report.html").is_file()


def test_one_that_says_nothing_or_too_little(tmp_path: Path, moons: Dataset) -> None:
    nothing = train(tmp_path, body("if False: yield"), moons)
    assert nothing.cause == "replicate 0, epoch 1: expected metrics, got the end of the function"
    little = train(tmp_path, body("while True: yield {'dev_loss': 1}"), moons, keep=True)
    assert "expected test_outputs or test_error in the confirmation, got dev_loss" in little.cause
    gap = train(tmp_path, body("while True: yield {'dev_error': 1}"), moons, metric="gap")
    assert "expected train_error (for gap), got dev_error" in gap.cause


def test_outputs_are_scored_as_ours_are(tmp_path: Path, moons: Dataset) -> None:
    names = ("auc", "macro_f1", "balanced_error", "gap", "log_loss")
    limits = tuple(metric_constraint(f"{name} <= 1") for name in names)
    outcome = train(
        tmp_path, LOGISTIC, moons, metric_constraints=limits, learning_rate=1, keep=True
    )
    log_p = outcome.arrays["dev_outputs"].astype(float)
    labels = moons.labels["dev"]
    assert outcome.arrays["test_outputs"].shape == (3, len(moons.labels["test"]), 2)
    loss = -log_p[:, np.arange(len(labels)), labels].mean(axis=1)
    np.testing.assert_allclose(outcome.final["dev_loss"], loss, rtol=1e-5)
    np.testing.assert_allclose(outcome.final["log_loss"], loss, rtol=1e-5)
    error = (log_p.argmax(axis=-1) != labels).mean(axis=1)
    np.testing.assert_allclose(outcome.final["dev_error"], error)
    np.testing.assert_allclose(outcome.final["gap"], error - outcome.final["train_error"])
    assert (outcome.final["auc"] > 0.8).all()
    assert outcome.value == pytest.approx(outcome.final["dev_loss"].mean())
    assert outcome.curves["epoch"].tolist() == [0, 1, 2, 3, 4, 5]
    # Before the first epoch stands the constant predictor.
    np.testing.assert_array_equal(outcome.curves["dev_loss"][0], moons.constants["dev_loss"])


def test_regression_is_scored_in_its_own_units(tmp_path: Path) -> None:
    data = load(DataSpec(source="sklearn:diabetes"), Path(), "float32")
    code = body("for _ in range(9): yield {'dev_outputs': data.dev.y + 0.5}")
    outcome = train(tmp_path, code, data, metric="mean_absolute_error")
    np.testing.assert_allclose(outcome.final["dev_loss"], 0.25)
    np.testing.assert_allclose(outcome.final["dev_error"], 0.5)
    np.testing.assert_allclose(outcome.final["mean_absolute_error"], 0.5)
    assert outcome.each[0] == pytest.approx(np.full(3, np.abs(data.labels["dev"]).mean()), rel=1e-5)


@pytest.mark.parametrize("bad", ["float('nan')", "float('inf')"])
def test_what_is_not_finite_has_diverged(tmp_path: Path, moons: Dataset, bad: str) -> None:
    code = body(
        "yield {'dev_loss': 0.5}",
        f"yield {{'dev_loss': {bad} if seed == {seeds.trainer(0, seeds.SEARCH, 1)} else 0.25}}",
        "while True: yield {'dev_loss': 0.1}",
    )
    outcome = train(tmp_path, code, moons)
    assert outcome.arrays["gone"].tolist() == [False, True, False]
    limit_ = worst(moons, "dev_loss")
    np.testing.assert_allclose(outcome.final["dev_loss"], [0.1, limit_, 0.1])
    assert outcome.value == pytest.approx((0.2 + limit_) / 3)
    assert outcome.curves["diverged"][:, 1].tolist() == [False, False, True, True, True, True]
    assert np.isnan(outcome.curves["dev_loss"][2:, 1]).all()
    best = train(tmp_path, code, moons, at="best")
    np.testing.assert_allclose(best.final["dev_loss"], [0.1, 0.5, 0.1])
    assert not best.arrays["gone"].any()


@pytest.mark.parametrize("bad", ["nan", "inf", "-inf"])
def test_outputs_that_are_not_finite_have_diverged_whatever_is_said_beside(
    tmp_path: Path, moons: Dataset, bad: str
) -> None:
    rows = len(moons.labels["dev"])
    nan = f"__import__('numpy').full(({rows}, 2), float('{bad}'))"
    code = body(f"while True: yield {{'dev_loss': 0.1, 'dev_error': 0.1, 'dev_outputs': {nan}}}")
    outcome = train(tmp_path, code, moons)
    assert outcome.arrays["gone"].all()
    assert outcome.value == pytest.approx(worst(moons, "dev_loss"))


def test_all_may_diverge(tmp_path: Path, moons: Dataset) -> None:
    code = body("while True: yield {'dev_loss': float('nan')}")
    outcome = train(tmp_path, code, moons, keep=True)
    assert outcome.state == "complete"
    assert outcome.value == worst(moons, "dev_loss")
    assert outcome.curves["epoch"].tolist() == [0, 1]
    assert outcome.final["test_error"].tolist() == [1, 1, 1]


def test_none_scores_worse_than_a_diverged_one(tmp_path: Path, moons: Dataset) -> None:
    outcome = train(tmp_path, body("while True: yield {'dev_loss': 1e9}"), moons)
    assert outcome.value == worst(moons, "dev_loss")
    assert not outcome.arrays["gone"].any()


def test_the_best_epoch_counts_with_its_outputs(tmp_path: Path, moons: Dataset) -> None:
    code = body(
        "import numpy as np",
        "right = lambda part, p: np.log(np.where(np.eye(2)[part.y] > 0, p, 1 - p))",
        "for p in (0.6, 0.9, 0.7, 0.55, 0.51):",
        "    yield {'dev_outputs': right(data.dev, p), 'test_outputs': right(data.test, p)}",
    )
    outcome = train(tmp_path, code, moons, at="best", keep=True)
    np.testing.assert_allclose(outcome.final["dev_loss"], -np.log(0.9), rtol=1e-6)
    np.testing.assert_allclose(outcome.final["test_loss"], -np.log(0.9), rtol=1e-6)
    assert (np.diff(outcome.reports) <= 0).all()


def test_one_that_ends_early_keeps_its_last_word(tmp_path: Path, moons: Dataset) -> None:
    code = body("for n in range(2 + seed % 2): yield {'dev_loss': 1 / (n + 1)}")
    outcome = train(tmp_path, code, moons, epochs=9)
    assert outcome.state == "complete"
    lengths = [2 + seeds.trainer(0, seeds.SEARCH, r) % 2 for r in range(3)]
    assert outcome.curves["epoch"][-1] == max(lengths)
    np.testing.assert_allclose(outcome.final["dev_loss"], [1 / n for n in lengths])


# --- how it is run -------------------------------------------------------------------------------

LOCKSTEP = body(
    "with open('log', 'a') as log:",
    "    try:",
    "        for epoch in range(1, 99):",
    "            print(epoch, file=log, flush=True)",
    "            yield {'dev_loss': 1.0}",
    "    finally:",
    "        print('closed', file=log, flush=True)",
)


def test_replicates_go_in_lockstep_and_a_pruned_trial_closes_them(
    tmp_path: Path, moons: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    outcome = train(
        tmp_path, LOCKSTEP, moons, stop_rule=BestAbove((np.inf, np.inf, 0.0, 0.0, 0.0, 0.0))
    )
    assert outcome.state == "pruned"
    assert outcome.each.shape == (3, 3)
    assert Path("log").read_text().split() == ["1"] * 3 + ["2"] * 3 + ["closed"] * 3


def test_the_confirmations_pieces_are_the_whole(tmp_path: Path, moons: Dataset) -> None:
    whole = task(phase=seeds.CONFIRM, keep=True, replicates=range(5), learning_rate=1)
    one = found(tmp_path, LOGISTIC)
    pieces = [
        custom.train(one, replace(whole, replicates=r), moons) for r in (range(3), range(3, 5))
    ]
    joined, outcome = merge(pieces, whole.objectives, ()), custom.train(one, whole, moons)
    for name in ("dev_loss", "train_error", "diverged"):
        np.testing.assert_array_equal(joined.curves[name], outcome.curves[name])
    assert set(joined.arrays) == set(outcome.arrays) == {"gone", "dev_outputs", "test_outputs"}
    for name, values in outcome.arrays.items():
        np.testing.assert_array_equal(joined.arrays[name], values)


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
@pytest.mark.parametrize("catch", ["", "except Exception: pass"])
def test_one_that_hangs_within_an_epoch_is_stopped(
    tmp_path: Path, moons: Dataset, catch: str
) -> None:
    code = body(
        "import time",
        "while True:",
        "    try: time.sleep(60)",
        f"    {catch or 'finally: pass'}",
        "    yield {}",
    )
    started = time.monotonic()
    outcome = train(tmp_path, code, moons, seconds=0.3)
    assert time.monotonic() - started < 10
    assert outcome.state == "failed"
    assert "was up" in outcome.cause


def test_workers_have_one_thread(tmp_path: Path) -> None:
    """OpenMP's, BLAS's and PyTorch's, if it is there."""
    code = body(
        "import os, sys",
        "torch = sys.modules.get('torch')",
        "threads = [os.environ['OMP_NUM_THREADS'], str(torch.get_num_threads() if torch else 1)]",
        "if threads != ['1', '1']: raise RuntimeError(threads)",
        "for _ in range(9): yield {'dev_loss': 1, 'test_error': 1}",
    )
    code = "try:\n    import torch\nexcept ImportError:\n    pass\n" + code
    text = STUDY.replace("trials: 16", "trials: 2")
    run(write(tmp_path, code, text), "--allow-code", "--jobs", "2", cwd=tmp_path)
    assert (Result(tmp_path / "runs" / "own").trials["state"] == "complete").all()


# --- the examples --------------------------------------------------------------------------------


def test_the_example_of_scikit_learn(tmp_path: Path) -> None:
    quick = ["fixed.epochs=8", "replicates=2", "confirm.replicates=2", "confirm.top=1"]
    path = studies.path("sklearn_mlp")
    result = sweeps.run(
        path, trials=4, jobs=1, out=tmp_path, set=quick, quiet=True, allow_code=True
    )
    assert (result.trials["state"] == "complete").all()
    assert result.confirm is not None
    assert result.confirm[result.confirm["rank"] == 1]["test_error"].mean() < 0.15


def test_the_example_of_pytorch(tmp_path: Path) -> None:
    pytest.importorskip("torch", reason="needs torch (pip install torch)")
    quick = ["fixed.epochs=3", "replicates=2", "confirm.replicates=2", "confirm.top=1"]
    path = studies.path("torch_cnn")
    result = sweeps.run(
        path, trials=3, jobs=2, out=tmp_path, set=quick, quiet=True, allow_code=True
    )
    assert (result.trials["state"] == "complete").all()
    assert result.confirm is not None
    assert result.confirm[result.confirm["rank"] == 1]["test_error"].mean() < 0.3
    assert "channels" in result.best


def test_its_gradient_check_is_asked_for_every_step(tmp_path: Path) -> None:
    """In a worker; what it says wrongly is told, and is no end of a run."""
    code = LOGISTIC + "\n\ndef check(epsilon):\n    return {'w': epsilon**2, 'b': 0}\n"
    code += "\n\ndef wrong(epsilon):\n    return {'w': -epsilon}\n"
    text = STUDY.replace("call: mine:train", "call: mine:train\n  gradient_check: check")
    study = parsing.study(documents.read(Path(write(tmp_path, code, text))))
    assert study.trainer is not None
    known = trainer_code.find(study.trainer, tmp_path)
    said = probing.gradient_check(known, study)
    assert said == {"w": [e**2 for e in EPSILONS], "b": [0.0] * len(EPSILONS)}
    assert "gradient_check" not in known.identity
    for name, word in {"wrong": "differences of 0 and more", "chek": "check"}.items():
        with pytest.raises(Expected) as fault:
            probing.gradient_check(known.model_copy(update={"gradient_check": name}), study)
        assert word in fault.value.message
