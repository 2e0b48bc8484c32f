"""How values are written."""

import math

import pytest

from reports import text
from reports.stats.sampling.intervals import Interval
from reports.units import Unit


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (0.00123, "0.00123"),
        (1.0, "1"),
        (True, "true"),
        (math.nan, text.DASH),
        # As it is copied into a study file.
        *((1024, "1024"), (1024.0, "1024"), (-0.5, "-0.5"), (1e-8, "1e-8"), (5.94e-4, "0.000594")),
        *((0.9995, "0.9995"), (0.99, "0.99"), (0.98765, "0.9877"), (0.999, "0.999")),
        ({"momentum": {"beta": 0.9}}, "momentum (beta 0.9)"),
        ([32, 16], "[32, 16]"),
        ("[32, 16]", "[32, 16]"),
        ("he", "he"),
        ('{"normal": {"scale": 10.0}}', "normal (scale 10)"),
        ('{"adam": {"beta1": 0.9, "beta2": 0.99}}', "adam (beta1 0.9, beta2 0.99)"),
        # Words of a training function's own.
        ("{x}", "{x}"),
        ('{"a": {b}}', '{"a": {b}}'),
    ],
)
def test_a_settings_value_in_words(value: object, words: str) -> None:
    assert text.value(value) == words


def test_what_is_nothing_has_no_six_zeros() -> None:
    loss = Unit("dev loss")
    assert [loss.value(x) for x in (0, 3e-8, 0.000012, 0.0123)] == [
        *("0.000", "0.000", "0.000012", "0.0123")
    ]


def test_a_share_beside_zero_has_the_decimals_of_its_neighbours() -> None:
    """An error cannot be below 0: that its bound is above says nothing. Of a difference it does."""
    error = Unit("dev error", 100.0, " %", " points", ends=(0.0, 1.0))
    of = Interval(0.0224, 0.00001, 0.0607, 114, "", "")
    assert error.interval(of) == "2.2 % [0.0, 6.1]"
    assert error.interval(of, difference=True) == "+2.240 points [+0.001, +6.070]"


@pytest.mark.parametrize(
    ("first", "second", "said"),
    [
        (0.0286, 0.0312, ("2.86 %", "3.12 %")),  # 2.9 and 3.1 would differ by .2, and not by .3
        (0.128, 0.144, ("12.8 %", "14.4 %")),
    ],
)
def test_two_values_read_as_far_apart_as_their_difference(
    first: float, second: float, said: tuple[str, str]
) -> None:
    percent = Unit("error", 100.0, " %", " points", ends=(0.0, 1.0))
    assert percent.pair(first, second) == said


@pytest.mark.parametrize(
    ("value", "words"),
    [(0.9999999999999998, "1"), (9.999999999999998, "10"), (0.30000000000000004, "0.3")],
)
def test_a_tick_has_no_digits_of_the_arithmetic(value: float, words: str) -> None:
    assert text.exact(value) == words
