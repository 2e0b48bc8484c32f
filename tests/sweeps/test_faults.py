"""What is suggested for a name that is not known: what was meant, or nothing."""

import pandas as pd
import pytest

import dnn
from sweeps.base.errors import SYNONYMS, Unquoted, did_you_mean, printable, show
from sweeps.study.data_section import SplitSpec
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
        ("dropout", ("keep_prob", "l2"), "did you mean 'keep_prob' (1 - dropout)?"),
        ("weight_decay", ("keep_prob", "l2"), "did you mean 'l2'?"),
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
    there = keys | {"replicates"} | {name for names in KNOWN for name in names}
    assert {name for meant in SYNONYMS.values() for name in meant} <= there
    assert not set(SYNONYMS) & there


def test_a_value_of_many_lines_is_told_by_its_kind() -> None:
    assert show(pd.DataFrame({"a": [1, 2]})) == "a DataFrame"
    assert show(Unquoted("two\nlines")) == "two\\nlines"


def test_spaces_that_do_not_break_are_printed_and_what_a_terminal_obeys_is_not() -> None:
    assert printable("356\u202f160 %\u00a0of\n\x1b[2J\u2028") == "356\u202f160 %\u00a0of\n�[2J�"
