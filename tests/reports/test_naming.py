"""One name for a setting, wherever the page says it."""

import pytest

from reports.naming import file_word, plain_name


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
