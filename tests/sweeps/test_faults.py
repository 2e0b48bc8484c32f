"""What is suggested for a name that is not known: what was meant, or nothing."""

import numpy as np
import pandas as pd
import pytest

import dnn
from sweeps.base import synonyms
from sweeps.base.errors import Unquoted, UserError, did_you_mean, printable, show
from sweeps.base.synonyms import ABSENT, SYNONYMS
from sweeps.study.data_section import PARTS, SplitSpec
from sweeps.study.file import documents, parsing
from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.metrics import METRICS
from sweeps.study.pruner_options import PRUNER_OPTIONS
from sweeps.study.replicates_section import ReplicatesSpec
from sweeps.study.sampler_options import SAMPLER_OPTIONS
from sweeps.study.search_section import Search

KNOWN = (
    *(VOCABULARY, SAMPLER_OPTIONS, PRUNER_OPTIONS, METRICS),
    *(dnn.OPTIMIZERS, dnn.INITIALIZERS, dnn.ACTIVATIONS, dnn.SCHEDULES),
)


@pytest.mark.parametrize(
    ("got", "known", "said"),
    [
        ("sgd", dnn.OPTIMIZERS, "did you mean 'gradient_descent'?"),
        ("dropout", ("keep_prob", "l2"), "(1 - dropout: dropout 0.2 is keep_prob 0.8)?"),
        ("Hidden-Layer-Sizes", VOCABULARY, "did you mean 'hidden'?"),
        ("accuracy", METRICS, "did you mean 'dev_error' (1 - accuracy, which is minimized)?"),
        ("mean_squared_error", METRICS, "in squared SDs of the target)?"),
        ("he_normal", dnn.INITIALIZERS, "did you mean 'he'?"),
        ("betas", ("beta1", "beta2"), "did you mean 'beta1' or 'beta2'?"),
        ("SGD", dnn.OPTIMIZERS, "did you mean 'gradient_descent'?"),
        ("adam_w", dnn.OPTIMIZERS, "did you mean 'adamw'?"),
        ("Adam-W", dnn.OPTIMIZERS, "did you mean 'adamw'?"),
        ("adma", dnn.OPTIMIZERS, "did you mean 'adam'?"),
        ("ReLU", dnn.ACTIVATIONS, "did you mean 'relu'?"),
        ("bayes", SAMPLER_OPTIONS, "did you mean 'tpe' or 'gp'?"),
        ("cma-es", SAMPLER_OPTIONS, "did you mean 'cmaes'?"),
        ("rai", ("loky", "dask", "ray"), "did you mean 'ray'?"),
        ("beta3", ("beta1", "beta2"), "did you mean 'beta2'?"),
        ("float16", ("float32", "float64"), "known: float32, float64"),
        ("nope", ("age", "income"), "known: age, income"),
        ("sgd", ("age", "income"), "known: age, income"),
        ("zzz", [f"x{n}" for n in range(50)], "x39, … (50 in all)"),
    ],
)
def test_what_is_meant_or_near_or_all(got: str, known: tuple[str, ...], said: str) -> None:
    assert did_you_mean(got, known).endswith(said)


@pytest.mark.parametrize("names", KNOWN, ids=lambda names: next(iter(names)))
def test_what_is_known_is_nearest_to_itself(names: dict[str, object]) -> None:
    for name in names:
        assert did_you_mean(name, names) == f"did you mean '{name}'?"


def test_a_synonym_stands_for_what_there_is() -> None:
    sections = (Search, ReplicatesSpec, SplitSpec)
    keys = {name for section in sections for name in section.model_fields}
    there = (
        keys
        | {"replicates", "low", "high", "log", "step", *PARTS}
        | {name for names in KNOWN for name in names}
    )
    there |= {name for one in dnn.OPTIMIZERS.values() for name in one.settings}
    assert {name for one in SYNONYMS.values() for name in one.names} <= there
    words = {*SYNONYMS, *ABSENT}
    # Settings of optimizers, and words that stand for nothing ("none"), mean the same in places.
    assert words & there <= {"weight_decay", "seed", "momentum", "nesterov", "none"}
    assert all(word == synonyms.plain(word) for word in words)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("n_trials: 20", "(write search: {trials: …})"),
        ("dropout: 0.2", "keep_prob 0.8)? a hyperparameter: put it in fixed or space)"),
        ("search: {n_jobs: 2}", "(write --jobs on the command line)"),
        ("fixed: {n_estimators: 100}", "(of trees: boosting is trained beside the networks,"),
        ("space: {l2: {min: 1, high: 2}}", "got 'min' (did you mean 'low'?)"),
        # A key of ours at a wrong place: the one in the same section, else the one that there is.
        ("budgets: {split: {test: 0.1}}", "(write data: {split: …})"),
        ("confirm: {resample: kfold}", "(write replicates: {resample: …})"),
        ("until: decided", "(write confirm: {until: …})"),
    ],
)
def test_keys_of_other_tools_are_told_their_place(line: str, said: str) -> None:
    space = "" if line.startswith("space") else "space: {}\n"
    text = f"name: x\ndata: {{source: 'synthetic:moons'}}\n{space}{line}\n"
    with pytest.raises(UserError) as caught:
        parsing.study(documents.parse(text, "study.yaml"))
    assert said in str(caught.value)


def test_alpha_is_translated_as_its_note_says() -> None:
    """By scikit-learn's own gradient of a batch, less that without a penalty."""
    from sklearn.neural_network import MLPRegressor

    alpha, rows, batch = 0.3, 32, 8
    made = MLPRegressor(hidden_layer_sizes=(2,)).partial_fit(np.eye(8), np.arange(8.0))
    weights = [np.ones((8, 2)), np.ones((2, 1))]

    def gradient(alpha: float) -> np.ndarray:
        own = [np.zeros((batch, 8)), np.zeros((batch, 2)), np.zeros((batch, 1))]
        deltas = [np.zeros((batch, 2)), np.zeros((batch, 1))]
        found = [np.zeros_like(one) for one in weights]
        made.alpha, made.coefs_ = alpha, weights
        made._compute_loss_grad(0, batch, own, deltas, found, [np.zeros(2), np.zeros(1)])
        return found[0]

    assert SYNONYMS["alpha"].note == "l2 = alpha × training rows / batch size"
    l2 = alpha * rows / batch
    np.testing.assert_allclose(l2 / rows * weights[0], gradient(alpha) - gradient(0.0))


def test_a_value_of_many_lines_is_told_by_its_kind() -> None:
    assert show(pd.DataFrame({"a": [1, 2]})) == "a DataFrame"
    assert show(Unquoted("two\nlines")) == "two\\nlines"


def test_spaces_that_do_not_break_are_printed_and_what_a_terminal_obeys_is_not() -> None:
    assert printable("356\u202f160 %\u00a0of\n\x1b[2J\u2028") == "356\u202f160 %\u00a0of\n�[2J�"
