"""Errors of a number are told in its own unit, wherever a reader sees them."""

import html
import json
import math
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from reports import frames, text, units

LEAST = 100.0  # the target's SD is 21 346, and no error of these networks as small as that
# Figures and tables of losses, squares of SDs, and of importance; headings of what is no error.
OF_NONE = ("curves-loss", "parts", "decomposition-table", "importance-figure")
OTHERS = re.compile(
    r"setting|config|role|networks|epochs?|epochs to target|mean epochs|reached( it)?|at_risk|time|"
    r"updates|gradient.*|floating.*|n|row|column|model|param\..*|learning[ _]rate|(L2 penalty )?l2|"
    r"keep_prob|keep probability.*|"
    r"optimizer.*|.*'s beta.*|batch[ _]size|hidden|hidden units.*|"
    r"width|height|disagree|diverged|seconds|cause|trials?|change|"
    r"p_above_margin|chance|searched settings|speed-up.*|explained.*|missing|distinct|example",
    re.IGNORECASE,
)
NUMBERS = {
    "task": "regression",
    "objectives": ("dev_error",),
    "top": 1,
    "confirmed": 6,
    "folds": (3, 1, 2),
}
NUMBER = re.compile(r"(?<![\w.])\d[\d\N{NO-BREAK SPACE}]*(?:\.\d+)?(?:e[+-]?\d+)?")


def _stripped(markup: str) -> str:
    return re.sub(r"[ \n]+", " ", html.unescape(re.sub(r"<[^>]+>", " ", markup))).strip()


def _tables(page: str) -> Iterator[tuple[str, str, list[str]]]:
    """Where a table stands, the heading of each column that has one, and its cells."""
    for found in re.finditer(r"<table.*?</table>", page, re.S):
        own = re.match(r'<table[^>]* id="([\w-]+)"', found[0])
        above = re.findall(r'<figure[^>]* id="([\w-]+)"', page[: found.start()])
        place = own[1] if own else above[-1]
        head, _, body = found[0].partition("<tbody")
        heads = [_stripped(one) for one in re.findall(r"<th.*?</th>", head, re.S)]
        rows = [
            [_stripped(cell) for cell in re.findall(r"<t[dh][ >].*?</t[dh]>", row, re.S)]
            for row in re.findall(r"<tr.*?</tr>", body, re.S)
        ]
        for n, name in enumerate(heads):
            yield place, name, [row[n] for row in rows if n < len(row)]


def _numbers(words: str) -> list[float]:
    plain = (one.replace("\N{NO-BREAK SPACE}", "") for one in NUMBER.findall(words))
    return [abs(float(one)) for one in plain]


@pytest.fixture
def page(page_of: Callable[[Path], Path], make: Callable[..., Path]) -> str:
    """Of a study of `dev_error`, so that what was searched for is told in the unit, too."""
    found = page_of(make(**NUMBERS)).read_text()
    return re.sub(r"<(script|style).*?</\1>", "", found, flags=re.S)


def test_no_table_has_an_error_in_sds(page: str) -> None:
    small = []
    for place, name, cells in _tables(page):
        found = sorted(one for cell in cells for one in _numbers(cell.partition("P ")[0]))
        if not found or place in OF_NONE or OTHERS.fullmatch(name):
            continue
        if found[len(found) // 2] < LEAST:
            small.append((place, name, cells[0]))
    assert not small


def test_no_axis_has_an_error_in_sds(page: str) -> None:
    axes = [
        json.loads(html.unescape(told))
        for _, told in re.findall(r"data-[xy]=(['\"])(.*?)\1", page, re.S)
    ]
    errors = [one for one in axes if re.search(r"error|RMSE|target on dev", one["n"])]
    errors = [one for one in errors if "SDs" not in one["n"]]
    assert len(errors) > 10
    assert not [one for one in errors if max(map(abs, one["v"])) < LEAST]


def test_no_sentence_has_an_error_in_sds(page: str) -> None:
    words = _stripped(re.sub(r"<table.*?</table>|<svg.*?</svg>", " ", page, flags=re.S))
    what = "RMSE|(?:train|dev|test|typical) error"
    said = re.findall(rf"(?:{what})(?: (?:of|from|≤|by|[\[(]))* ([−+]?\d[^ ,;]*)", words)
    assert len(said) > 5
    assert not [one for one in said if _numbers(one) and max(_numbers(one)) < LEAST]


def test_other_metrics_keep_their_numbers(folder_of: Callable[[str], Path]) -> None:
    run = frames.load(folder_of("folds of numbers"))
    sd = run.target_sd
    assert [units.unit(run, name).own for name in units.IN_SDS] == [sd] * len(units.IN_SDS)
    for name in ("dev_loss", "log_loss", "seconds", "parameters", "auc"):
        assert units.unit(run, name).own == 1.0
    shares = frames.load(folder_of("ordinary"))
    assert units.unit(shares, "dev_error").own == 1.0


def _unit(sd: float) -> units.Unit:
    return units.Unit("RMSE", sd, of_target=True, digits=units._amount)


@pytest.mark.parametrize(
    ("sd", "said"),
    [
        (1e-9, "5e-10"),
        (0.02, "0.0100"),
        (100.0, "50.0"),  # no percent
        (1e5, f"50{text.SPACE}000"),
        (1e9, f"500{text.SPACE}million"),
    ],
)
def test_an_error_of_any_size_has_three_digits(sd: float, said: str) -> None:
    assert _unit(sd).value(0.5) == said
    assert _unit(sd).value(0.0) == "0.000"
    assert _unit(sd).value(math.nan) == text.DASH
    assert not _unit(sd).is_percent
