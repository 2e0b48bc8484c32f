"""Texts that look like numbers but are not read as such: "1,234", "12 %", dates; stray spaces."""

import re
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from sweeps.base.errors import show
from sweeps.data.cell import cells
from sweeps.data.cell.number_spellings import MONEY

if TYPE_CHECKING:
    import pandas as pd

UNIT = "a number with a unit"
_NUMBER, _UNIT = r"[-+−]?\d+(?:[.,]\d+)*", r"(?:[a-zA-Zµ‰%²³/\"'’”]{1,10}\.?|° ?[CFK]?|-)"
RANGE = re.compile(r"\d ?[-–] ?\d")  # 0-5yrs, which is a class of numbers
MOST_UNITS = 4  # of a column; others are codes such as 12A
_MONTH = r"(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
# '1,234' may be of the first or the second: the other texts of its column decide.
FORMATS: Mapping[str, re.Pattern[str]] = {
    "thousands separators": re.compile(r"[-+]?[1-9]\d{0,2}([,' \u00a0\u202f]\d{3})+(\.\d+)?"),
    "a decimal comma": re.compile(r"[-+]?(\d+|\d{1,3}([.' \u00a0\u202f]\d{3})+)(,\d+)?"),
    "a percent sign": re.compile(r"[-+]?\d+([.,]\d+)?\s*%"),
    "an amount of money": re.compile(rf"-?({MONEY})\s?-?\d[\d.,']*|-?\d[\d.,']*\s?({MONEY})"),
    "an Indian number": re.compile(r"[-+]?\d{1,2}(,\d\d)+,\d{3}(\.\d+)?"),
    "a negative number in brackets": re.compile(r"\(\s*[€$£¥]?\d[\d.,]*\)|[-+]?\d[\d.,]*"),
    "a fraction": re.compile(r"(\d+ )?\d+ ?/ ?\d+"),
    "a time of day": re.compile(r"\d{1,2}:\d\d(:\d\d(\.\d+)?)?(\s?[AaPp]\.?[Mm]\.?)?"),
    "a month or a quarter": re.compile(r"\d{4}-?(Q[1-4]|[01]\d)"),
    "a date": re.compile(
        r"(\d{4}([-/.]\d{1,2}){2}|(\d{1,2}[-/.]){2}(\d{4}|\d\d))([T ]\d.*)?"
        rf"|(\d{{1,2}}[ -])?{_MONTH}[ -]\d{{2,4}}|{_MONTH}[ -]\d{{1,2}}(, ?|[ -])\d{{4}}"
    ),
    UNIT: re.compile(rf"[~≈<>≤≥±] ?{_NUMBER}|([~≈<>≤≥±] ?)?({_NUMBER} ?{_UNIT} ?)+"),
}
_DIGIT = re.compile(r"\d")
MOST_WORDS = 3  # different ones, in a column that is taken for one of numbers


def why_not_numbers(column: "pd.Series") -> list[str]:
    """Why a column of texts that are mostly numbers (or dates) is not one of numbers; else nothing.

    Clauses like "'12,5' looks like a decimal comma" and "'-' in 23 rows is no number".
    """
    rows: Counter[str] = Counter()
    for text, count in cells.counts(column).items():
        rows[text.strip()] += count
    others = [text for text in rows if not cells.NUMBER.fullmatch(text)]
    bare = sum(rows[text] for text in others if not _DIGIT.search(text))
    if 2 * bare > rows.total():  # most are words, whatever they are like
        return []
    like = {
        what: [text for text in others if pattern.fullmatch(text)]
        for what, pattern in FORMATS.items()
    }
    if not any(text.startswith("(") for text in others):
        like["a negative number in brackets"] = []
    if not _have_units(like[UNIT]) or any(map(RANGE.search, like[UNIT])):
        like[UNIT] = []
    what = max(like, key=lambda name: sum(rows[text] for text in like[name]))
    spelled = set(like[what])
    words = Counter({text: rows[text] for text in others if text not in spelled})
    if 2 * words.total() > rows.total() or len(words) > MOST_WORDS:
        return []
    found = []
    if spelled:
        # The clearest is like one of them alone.
        clearest = min(like[what], key=lambda text: _likenesses(text))
        found.append(f"{show(clearest)} looks like {what}")
    for word, count in words.most_common():
        found.append(f"{show(word)} in {count} {'row' if count == 1 else 'rows'} is no number")
    return found


def _have_units(texts: list[str]) -> bool:
    """Whether texts are of many numbers and few units."""
    units = {re.sub(_NUMBER, "", text).replace(" ", "") for text in texts}
    if units & {"a", "b"}:  # 171a and 171b are two of a kind
        return False
    numbers = {tuple(re.findall(_NUMBER, text)) for text in texts}
    return len(units) <= MOST_UNITS and (len(numbers) > len(units) or len(texts) == 1)


def are_spelled(column: "pd.Series") -> bool:
    """Whether `why_not_numbers` says of some texts that they look like numbers in a format."""
    reasons = [one for one in why_not_numbers(column) if " looks like " in one]
    return any(not one.endswith(UNSPELLED) for one in reasons)


def _likenesses(text: str) -> int:
    return sum(pattern.fullmatch(text) is not None for pattern in FORMATS.values())


# What may as well be classes, of a target.
UNSPELLED = ("a date", "of day", "a quarter", "a unit", "a fraction")

# What to write instead, where no key reads it.
CONVERTED: Mapping[str, str] = {
    "an Indian number": "write 123456 for 1,23,456",
    "a negative number in brackets": "write -2607 for (2,607)",
    "a fraction": "write a number, 0.75 for 3/4, or two columns",
    UNIT: "write the number alone, 5 for 5 kg",
    "a time of day": "write a number of hours, 22.47 for 22:28",
    "a month or a quarter": "write its first day, as 2024-05-01",
    "a date": "write dates as 2024-05-02",
}


def conversion(reasons: list[str]) -> str:
    """How to write what reasons of `why_not_numbers` name; "" where nothing is to be done."""
    found = (how for what, how in CONVERTED.items() for one in reasons if one.endswith(what))
    return next(found, "")


def number_for(reasons: list[str]) -> str:
    """How to write a target that reasons of `why_not_numbers` name as a number; "" for none."""
    if any(one.endswith("a date") for one in reasons):
        return "to predict when, write days as a number"
    return conversion(reasons)


def remedy(reasons: list[str]) -> str:
    """What to do about reasons of `why_not_numbers` in a file of text; "" where none is known."""
    has_comma = any(reason.endswith("a decimal comma") for reason in reasons)
    return "set data.decimal: ','" if has_comma else ""
