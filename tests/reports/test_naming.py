"""One name for a setting, wherever the page says it."""

import pytest

from reports.naming import file_word, plain_name, plain_value


@pytest.mark.parametrize(
    ("name", "said", "beside"),
    [
        ("learning_rate", "learning rate", ""),
        ("l2", "L2 penalty", "l2"),
        ("keep_prob", "keep probability", "keep_prob"),
        ("optimizer.momentum.beta", "momentum's beta", "optimizer.momentum.beta"),
        (
            "optimizer.gradient_descent.learning_rate",
            "gradient descent's learning rate",
            "optimizer.gradient_descent.learning_rate",
        ),
        ("l2.range", "L2 penalty, range", "l2.range"),
    ],
)
def test_a_setting_has_a_plain_name_and_the_files_word_beside_it(
    name: str, said: str, beside: str
) -> None:
    assert plain_name(name) == said
    assert file_word(name) == beside


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("hidden", "[]", "none"),
        ("hidden", [64], "64"),
        ("hidden", "[32, 16]", "32+16"),
        ("hidden", "[20, 20, 20]", "3×20"),
        ("hidden", None, "–"),
        ("l2", "0.0", "0"),
        ("l2", "range", "a range"),
        ("learning_rate", 0.0010, "0.001"),
        ("optimizer", "adam", "adam"),
        ("optimizer", "gradient_descent", "gradient descent"),
    ],
)
def test_a_value_is_written_as_it_is_read_beside_its_name(
    name: str, value: object, said: str
) -> None:
    assert plain_value(name, value) == said
