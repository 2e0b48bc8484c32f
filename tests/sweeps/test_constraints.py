"""Constraints between hyperparameters: where each has to hold, and where it is kept."""

from typing import Any

import pytest

from sweeps.study.hyperparameters.vocabulary import VOCABULARY
from sweeps.study.space.hyperparameter_constraints import hyperparameter_constraint


def is_kept(text: str, **changes: Any) -> bool:
    """Whether the defaults with these changes keep a constraint."""
    given = {name: VOCABULARY.canonical(name, value) for name, value in changes.items()}
    config = VOCABULARY.defaults() | given
    return hyperparameter_constraint(text, VOCABULARY).holds(config)


@pytest.mark.parametrize(
    ("optimizer", "batch_norm", "l2", "kept"),
    [
        ("adam", True, 0.5, False),
        ("adam", True, 0.005, True),
        # One of two conditions is not enough for it to hold.
        ("adam", False, 0.5, True),
        ("lion", True, 0.5, True),
        ("lion", False, 0.5, True),
    ],
)
def test_it_has_to_hold_where_all_its_conditions_do(
    optimizer: str, batch_norm: bool, l2: float, kept: bool
) -> None:
    text = "l2 < 1e-2 when optimizer is adam and batch_norm is true"
    assert is_kept(text, optimizer=optimizer, batch_norm=batch_norm, l2=l2) is kept


def test_without_a_condition_it_has_to_hold_everywhere() -> None:
    assert is_kept("l2 < 1e-2", l2=0)
    assert not is_kept("l2 < 1e-2", l2=1e-2)


@pytest.mark.parametrize(
    ("text", "hidden", "kept"),
    [
        ("hidden.depth <= 2", [8, 4], True),
        ("hidden.depth <= 2", [8, 4, 4], False),
        ("hidden.width >= 4", [8, 4], True),
        ("hidden.width >= 4", [8, 3], False),  # every layer has to
        ("hidden.width > batch_size", [64, 33], True),
        ("hidden.width > batch_size", [64, 32], False),
    ],
)
def test_widths_are_compared_by_depth_or_each(text: str, hidden: list[int], kept: bool) -> None:
    assert is_kept(text, hidden=hidden, batch_size=32) is kept


@pytest.mark.parametrize(
    ("text", "activation", "kept"),
    [
        ("activation is relu or tanh", "tanh", True),
        ("activation is relu or tanh", "elu", False),
        ("activation is not relu or tanh", "tanh", False),
        ("activation is not relu or tanh", "elu", True),
    ],
)
def test_a_name_is_one_of_some_or_none_of_them(text: str, activation: str, kept: bool) -> None:
    assert is_kept(text, activation=activation) is kept


def test_a_keyword_is_without_limit() -> None:
    assert not is_kept("batch_size <= 512", batch_size="full")
    assert is_kept("max_norm >= 2", max_norm="none")
